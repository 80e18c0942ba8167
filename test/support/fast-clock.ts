import type { Clock } from '../../src/domain/clock.ts';
import { START } from './builders.ts';

/**
 * A clock that begins when tests begin and goes so many times as fast as that of the machine: what takes
 * minutes comes to pass, with real sockets in between, while a test waits for it.
 */
export function createFastClock(times: number): Clock {
  const began = performance.now();
  return {
    now: () => Math.floor(START + (performance.now() - began) * times),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs / times);
      return () => clearTimeout(timer);
    },
  };
}
