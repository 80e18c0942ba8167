import type { StreamEndReason } from '../models.ts';
import type { Broadcast } from './broadcast.ts';
import type { Cohort } from './cohort.ts';
import type { Sink, Subscription } from './sink.ts';

/** Somebody who can be told to leave. */
export interface Leaver {
  end(reason: StreamEndReason): void;
}

/** One subscriber of a broadcast. */
export class Member<M> implements Subscription, Leaver {
  readonly sink: Sink<M>;
  readonly #broadcast: Broadcast<M>;
  cohort: Cohort<Member<M>>;
  /** What it had seen when it came. */
  readonly after: number;
  readonly expiresAt: number | null;
  /** Set while its sink is full. */
  cancelLag: (() => void) | null = null;
  /** When the oldest change was committed that it could not take; null when it waits for none. */
  waitsSince: number | null = null;
  cancelExpiry: (() => void) | null = null;

  constructor(
    broadcast: Broadcast<M>,
    { sink, cohort, after, expiresAt }: Pick<Member<M>, 'sink' | 'cohort' | 'after' | 'expiresAt'>,
  ) {
    this.#broadcast = broadcast;
    this.sink = sink;
    this.cohort = cohort;
    this.after = after;
    this.expiresAt = expiresAt;
  }

  drained(): void {
    this.#broadcast.drained(this);
  }

  leave(): void {
    this.#broadcast.leave(this);
  }

  end(reason: StreamEndReason): void {
    this.#broadcast.end(this, reason);
  }
}
