import type { Tracer } from '../domain/tracer.ts';
import type { HandedOver, LiveObserver } from '../graphql/live/observer.ts';
import type { EventModel, StreamEndReason } from '../graphql/models.ts';
import type { ChangeHint } from '../ledger/ledger.ts';
import type { Frames } from './frames.ts';
import type { Metrics } from './metrics.ts';

export interface DeliveriesOptions {
  readonly frames: Frames;
  readonly metrics: Metrics;
  /** Null where nothing is traced. */
  readonly tracer: Tracer | null;
  /** Milliseconds since anything. */
  readonly now: () => number;
}

/** Of so many changes it is remembered when they were committed: those that are still on their way. */
const MOST_CHANGES = 4_096;

/** Counts what subscribers are sent, and how long after the commit. */
export class Deliveries implements LiveObserver {
  readonly #options: DeliveriesOptions;
  /** When changes were committed, by position. */
  readonly #committedAt = new Map<number, number>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** A change was committed. To be told before the subscribers are. */
  committed({ position }: ChangeHint): void {
    if (position === null || this.#committedAt.has(position)) return;
    const [oldest] = this.#committedAt.keys();
    if (this.#committedAt.size >= MOST_CHANGES && oldest !== undefined) {
      this.#committedAt.delete(oldest);
    }
    this.#committedAt.set(position, this.#options.now());
  }

  apart<T>(work: () => T): T {
    return this.#options.frames.apart(work);
  }

  render<T>(work: () => Promise<T>): Promise<T> {
    const { tracer } = this.#options;
    return tracer === null ? work() : tracer.begin({ name: 'subscription event' }, work);
  }

  handedOver({ events, takers, isPrompt }: HandedOver): void {
    const { delivered, skippedRevisions } = this.#options.metrics;
    let messages = 0;
    let skipped = 0;
    for (const [index, event] of events.entries()) {
      const taken = takers[index] ?? 0;
      messages += taken;
      skipped += taken * event.skippedRevisions;
      const at = isPrompt && taken > 0 ? this.committedAt(event) : null;
      if (at !== null) this.caughtUp(at);
    }
    if (messages > 0) delivered.inc(messages);
    if (skipped > 0) skippedRevisions.inc(skipped);
  }

  committedAt({ import: changed, position }: EventModel): number | null {
    return changed === null ? null : (this.#committedAt.get(position) ?? null);
  }

  caughtUp(committedAt: number): void {
    const { metrics, now } = this.#options;
    metrics.deliverySeconds.observe((now() - committedAt) / 1000);
  }

  ended(reason: StreamEndReason): void {
    this.#options.metrics.streamEnds.inc({ reason });
  }
}
