import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface WakeOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly providerId: string;
  readonly onWake: () => void;
}

/** Where others look, too, room may come free, or work may come in, without anybody telling us. */
const ROOM_AGAIN_MS = 250;
const WORK_AGAIN_MS = 1_000;

/** A lane whose next work is nearer than this does not give its room back. */
const RESTED_AFTER_MS = 500;

/** What is due may be locked by somebody for a moment. */
const LOCKED_AGAIN_MS = 20;

/** Knows when a lane has to see again what there is to do. */
export class Wake {
  readonly #options: WakeOptions;
  #cancelTimer: () => void = () => undefined;
  #isOn = true;
  #idleSince: number | null = null;

  constructor(options: WakeOptions) {
    this.#options = options;
  }

  /** In place of whatever was planned before. */
  in(delayMs: number): void {
    this.cancel();
    if (!this.#isOn) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, this.#options.onWake);
  }

  cancel(): void {
    this.#cancelTimer();
  }

  /** For good. */
  stop(): void {
    this.#isOn = false;
    this.cancel();
  }

  /** When others may have made room. Where nobody else looks, the end of a look says so. */
  whenRoom(): void {
    if (this.#options.ledger.isShared) this.in(ROOM_AGAIN_MS);
  }

  /** When the next import is due, or others may have brought one forward. */
  async whenDue(now: number): Promise<void> {
    const dueInMs = await this.#dueInMs(now);
    if (!this.#options.ledger.isShared) {
      if (dueInMs < Infinity) this.in(dueInMs);
      return;
    }
    this.in(Math.min(WORK_AGAIN_MS, Math.max(LOCKED_AGAIN_MS, dueInMs)));
  }

  /** Whether there is work at all: a lane that has none need not ask for room. */
  async isDue(now: number): Promise<boolean> {
    const isDue = (await this.#dueInMs(now)) === 0;
    this.#idleSince = isDue ? null : (this.#idleSince ?? now);
    return isDue;
  }

  /** Whether there has been none for a while: what comes again at once keeps its room. */
  hasRested(now: number): boolean {
    return this.#idleSince !== null && now >= this.#idleSince + RESTED_AFTER_MS;
  }

  async #dueInMs(now: number): Promise<number> {
    const dueAt = await this.#options.ledger.findNextDueAt(this.#options.providerId);
    return dueAt === null ? Infinity : Math.max(0, dueAt - now);
  }
}
