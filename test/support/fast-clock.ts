import type { Clock } from '../../src/domain/clock.ts';

/**
 * A clock that begins with that of the machine and goes so many times as fast: what takes minutes comes
 * to pass, with real sockets in between, while a test waits for it.
 */
export function createFastClock(times: number): Clock {
  const start = Date.now();
  const began = performance.now();
  return {
    now: () => Math.floor(start + (performance.now() - began) * times),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs / times);
      return () => clearTimeout(timer);
    },
  };
}
