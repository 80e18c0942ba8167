import type { Clock } from '../../domain/clock.ts';

/** A store that could not be reached is asked again after this. */
const ASK_AGAIN_MS = 1_000;

/**
 * What all broadcasts know of the store. Whoever finds that it cannot be reached waits here; meanwhile
 * nobody asks it, so that those who do not need it have their turn, and then all ask again.
 */
export class Outage {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#waiting.size > 0;
  }

  /** Calls back once, when the store is to be asked again; however often the same waits. */
  wait(callback: () => void): void {
    this.#waiting.add(callback);
    this.#cancel ??= this.#clock.after(ASK_AGAIN_MS, () => this.#askAgain());
  }

  /** Waits no more. When the last one leaves, nothing stays behind. */
  leave(callback: () => void): void {
    this.#waiting.delete(callback);
    if (this.isOn) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #askAgain(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#cancel = null;
    for (const callback of waiting) callback();
  }
}
