import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SendSpans, Sent } from './otlp-sender.ts';

export interface SpanQueueOptions {
  readonly send: SendSpans;
  /** Runs work on behalf of nobody: a span ends while somebody's request is answered. */
  readonly apart: <T>(work: () => T) => T;
  /** So many spans that ended are sent nowhere: no room, not taken, or too late. */
  readonly onLost: (spans: number) => void;
  readonly onSent: (sent: Sent) => void;
}

/** A span waits at most so long until it is sent. */
const SEND_EVERY_MS = 2_000;
/** So many are sent at once. */
const LARGEST_BATCH = 512;
/** So many wait to be sent; more are lost. */
const MOST_WAITING = 4_096;

/** Spans that have ended and wait to be sent. Each is either taken by the collector, or lost. */
export class SpanQueue implements SpanProcessor {
  readonly #options: SpanQueueOptions;
  #waiting: ReadableSpan[] = [];
  #inFlight = 0;
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING) return this.#options.onLost(1);
    this.#waiting.push(span);
    if (this.#waiting.length >= LARGEST_BATCH) void this.#start();
    else this.#wait();
  }

  async forceFlush(): Promise<void> {
    while (this.#waiting.length > 0) await this.#start();
    await this.#sending;
  }

  shutdown(): Promise<void> {
    this.#isClosed = true;
    return this.forceFlush();
  }

  /** What has not been sent by now is lost. */
  giveUp(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const left = this.#waiting.length + this.#inFlight;
    this.#waiting = [];
    this.#inFlight = 0;
    if (left > 0) this.#options.onLost(left);
  }

  #wait(): void {
    if (this.#sending !== null) return;
    this.#timer ??= this.#options.apart(() =>
      setTimeout(() => void this.#start(), SEND_EVERY_MS).unref(),
    );
  }

  #start(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sending ??= this.#options
      .apart(() => this.#sendAll())
      .finally(() => {
        this.#sending = null;
        if (this.#waiting.length > 0 && !this.#isClosed) this.#wait();
      });
    return this.#sending;
  }

  /** One batch after another, as long as they are full. */
  async #sendAll(): Promise<void> {
    const { send, onLost, onSent } = this.#options;
    do {
      const batch = this.#waiting.splice(0, LARGEST_BATCH);
      this.#inFlight = batch.length;
      const sent = await send(batch);
      // Else it was given up.
      const isCounted = this.#inFlight > 0;
      this.#inFlight = 0;
      if (isCounted && sent.taken < batch.length) onLost(batch.length - sent.taken);
      onSent(sent);
    } while (this.#waiting.length >= LARGEST_BATCH);
  }
}
