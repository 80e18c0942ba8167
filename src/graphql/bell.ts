import type { Clock } from '../domain/clock.ts';

export interface BellOptions {
  readonly clock: Clock;
  readonly draining: AbortSignal;
}

/** Wakes one stream: when something may have changed, when the server drains, when it is left. */
export class Bell {
  readonly #options: BellOptions;
  readonly #wake = (): void => this.ring();
  #isRung = false;
  #isLeft = false;
  #resolve: (() => void) | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(options: BellOptions) {
    this.#options = options;
    options.draining.addEventListener('abort', this.#wake);
  }

  get isDraining(): boolean {
    return this.#options.draining.aborted;
  }

  /** However often it rings before somebody waits, it wakes once. */
  ring(): void {
    this.#isRung = true;
    this.#resolve?.();
  }

  ringIn(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(delayMs, this.#wake);
  }

  /** Waits for the next ring; false when the subscriber has left. */
  async wait(): Promise<boolean> {
    if (!this.#isRung) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resolve = resolve;
      await promise;
      this.#resolve = null;
    }
    this.#isRung = this.#isLeft;
    return !this.#isLeft;
  }

  /** The result of some work; null when the bell rings first. */
  async unlessRung<T>(work: Promise<T>): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<null>();
    if (this.#isRung) resolve(null);
    this.#resolve = () => resolve(null);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.#resolve = null;
    }
  }

  /** The subscriber has left: nothing stays behind. */
  leave(): void {
    this.#isLeft = true;
    this.#cancelTimer();
    this.#options.draining.removeEventListener('abort', this.#wake);
    this.ring();
  }
}

/**
 * A stream that can be left while it waits: a generator alone would only hear of it at the next
 * event, and hold its listeners until then. Nothing is attached before the first `next()`.
 */
export function leavable<T>(
  options: BellOptions,
  stream: (bell: Bell) => AsyncGenerator<T, void>,
): AsyncIterableIterator<T> {
  let started: { readonly bell: Bell; readonly events: AsyncGenerator<T, void> } | null = null;
  let isLeft = false;
  const start = (): AsyncGenerator<T, void> => {
    if (started === null) {
      const bell = new Bell(options);
      started = { bell, events: stream(bell) };
    }
    return started.events;
  };
  const iterator: AsyncIterableIterator<T> = {
    next: async () => {
      if (isLeft) return { done: true, value: undefined };
      const result = await start().next();
      if (result.done === true) started?.bell.leave();
      return result;
    },
    return: async () => {
      isLeft = true;
      started?.bell.leave();
      await started?.events.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
