import { setImmediate } from 'node:timers/promises';

/** So many are read and sent for at once; a store on another machine is asked by so many. */
const AT_ONCE = 8;

/** Work that takes turns, so that between any two others have theirs. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  async take(work: () => Promise<void>): Promise<void> {
    if (this.#running >= AT_ONCE) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    this.#running += 1;
    try {
      await work();
      await setImmediate();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
