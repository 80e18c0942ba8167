import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Line } from '../ledger/look-ledger.ts';

export interface WakeOptions {
  readonly ledger: Pick<Ledger, 'isShared' | 'findNextDueAt'>;
  readonly clock: Clock;
  readonly providerId: string;
  readonly onWake: () => void;
}

/** Where others look, too, room may come free, or work may come in, without anybody telling us. */
const ROOM_AGAIN_MS = 250;
const WORK_AGAIN_MS = 1_000;

/** A lane whose next work is nearer than this does not give its room back. */
const RESTED_AFTER_MS = 500;

/**
 * Those who look take turns at seeing what is due: so often one of them does, however many they are, and
 * none sees in vain what another has just claimed.
 */
const TURN_MS = 50;

/** Knows when a lane has to see again what there is to do. */
export class Wake {
  readonly #options: WakeOptions;
  #cancelTimer: () => void = () => undefined;
  #isOn = true;
  #idleSince: number | null = null;
  /** What was seen last, if it still holds. */
  #dueInMs = 0;
  /** As far as it is known. */
  #line: Line = { place: 0, length: 1 };

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
    this.#dueInMs = 0;
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

  /** Learns whose turn is when. */
  standIn(line: Line): void {
    this.#line = line;
  }

  /** In this process's next turn, a while from now. */
  inTurn(now: number, afterMs = 1): void {
    const { place, length } = this.#line;
    const first = place * TURN_MS;
    const round = length * TURN_MS;
    this.in(first + Math.ceil((now + afterMs - first) / round) * round - now);
  }

  /** When the next import is due. Where others look, too, they may have brought one forward. */
  async whenDue(now: number): Promise<void> {
    if (this.#options.ledger.isShared) {
      this.inTurn(now, Math.min(WORK_AGAIN_MS, Math.max(1, this.#dueInMs)));
      return;
    }
    const dueInMs = await this.#seeDueInMs(now);
    if (dueInMs < Infinity) this.in(dueInMs);
  }

  /** Whether there is work at all: a lane that has none need not ask for room. */
  async isDue(now: number): Promise<boolean> {
    this.#dueInMs = await this.#seeDueInMs(now);
    const isDue = this.#dueInMs === 0;
    this.#idleSince = isDue ? null : (this.#idleSince ?? now);
    return isDue;
  }

  /** Whether there has been none for a while: what comes again at once keeps its room. */
  hasRested(now: number): boolean {
    return this.#idleSince !== null && now >= this.#idleSince + RESTED_AFTER_MS;
  }

  async #seeDueInMs(now: number): Promise<number> {
    const dueAt = await this.#options.ledger.findNextDueAt(this.#options.providerId);
    return dueAt === null ? Infinity : Math.max(0, dueAt - now);
  }
}
