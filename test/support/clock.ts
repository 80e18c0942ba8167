import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/domain/clock.ts';

/** So many calls in one step of time mean that somebody waits for nothing, again and again. */
const MOST_CALLS = 100_000;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #hasFired = false;

  constructor(now: number = Date.UTC(2026, 0, 15)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Whether the last step of time called anybody back. */
  get hasFired(): boolean {
    return this.#hasFired;
  }

  /** How many wait for a time to come. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves time on in one step. Whoever waits is called back in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.#hasFired = false;
    for (let calls = 0; this.#fireNext(end); calls += 1) {
      if (calls > MOST_CALLS) throw new Error('somebody waits for nothing, again and again');
    }
    this.#now = end;
  }

  /**
   * Lets time pass as it does: what a callback sets off runs before the next one is called. `settled`
   * says when it has run; absent, a turn of the loop is enough.
   */
  async pass(ms: number, settled: () => Promise<unknown> = () => setImmediate()): Promise<void> {
    const end = this.#now + ms;
    let hasFired = false;
    await settled();
    for (let calls = 0; this.#fireNext(end); calls += 1) {
      if (calls > MOST_CALLS) throw new Error('somebody waits for nothing, again and again');
      hasFired = true;
      await settled();
    }
    this.#now = end;
    this.#hasFired = hasFired;
  }

  #fireNext(end: number): boolean {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
    }
    if (next === null) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    this.#hasFired = true;
    next.callback();
    return true;
  }
}
