import type { Link, SpanContext } from '@opentelemetry/api';
import type { Span } from '../domain/tracer.ts';
import type { LookResult } from '../watcher/look.ts';
import type { LookBatch, WatcherObserver } from '../watcher/observer.ts';
import type { Frames } from './frames.ts';
import type { Metrics } from './metrics.ts';
import type { SpanTracer } from './span-tracer.ts';

export interface LooksOptions {
  readonly frames: Frames;
  readonly metrics: Metrics;
  /** Null where nothing is traced. */
  readonly tracer: SpanTracer | null;
}

type Results = Promise<readonly LookResult[]>;

/** Counts looks. In traces, each batch has one of its own, with links to those that waited for it. */
export class Looks implements WatcherObserver {
  readonly #options: LooksOptions;
  /** The spans that wait for a look, by import. */
  readonly #waiting = new Map<string, Set<SpanContext>>();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  apart<T>(work: () => T): T {
    return this.#options.frames.apart(work);
  }

  wait<T>(importId: string, work: () => Promise<T>): Promise<T> {
    const { frames, tracer } = this.#options;
    if (tracer === null) return work();
    return tracer.step({ name: 'wait for a look' }, async () => {
      const { span } = frames.current;
      if (span === null) return work();
      const context = span.spanContext();
      const waiting = this.#waiting.get(importId) ?? new Set();
      this.#waiting.set(importId, waiting.add(context));
      try {
        return await work();
      } finally {
        waiting.delete(context);
        if (waiting.size === 0) this.#waiting.delete(importId);
      }
    });
  }

  look(batch: LookBatch, work: () => Results): Results {
    const { frames, tracer } = this.#options;
    if (tracer === null) return this.#count(batch, work);
    const { providerId, work: kind, importIds } = batch;
    const attributes = { 'import.provider': providerId, 'import.count': importIds.length };
    const links = importIds.flatMap((id) => this.#linksFrom(id));
    return frames.apart(() =>
      tracer.beginLinked({ name: NAMES[kind], attributes }, links, async (span) => {
        const results = await this.#count(batch, work);
        describe(span, results);
        return results;
      }),
    );
  }

  async #count({ providerId: provider, work: kind, importIds }: LookBatch, work: () => Results) {
    const { metrics } = this.#options;
    const counter = kind === 'looks' ? metrics.looks : metrics.rowReads;
    const stopTimer = kind === 'looks' ? metrics.lookSeconds.startTimer({ provider }) : null;
    try {
      const results = await work();
      for (const result of results) counter.inc({ provider, result: resultOf(result) });
      return results;
    } catch (error) {
      counter.inc({ provider, result: 'broken-off' }, importIds.length);
      throw error;
    } finally {
      stopTimer?.();
    }
  }

  #linksFrom(importId: string): readonly Link[] {
    return [...(this.#waiting.get(importId) ?? [])].map((context) => ({ context }));
  }
}

const NAMES: Readonly<Record<LookBatch['work'], string>> = {
  looks: 'look',
  rows: 'read rows',
};

function describe(span: Span, results: readonly LookResult[]): void {
  const words = results.map(resultOf);
  span.set({ 'import.results': [...new Set(words)].toSorted().join(' ') });
  const failure = words.find((word) => word !== 'ok' && word !== 'overtaken');
  if (failure !== undefined) span.fail(failure);
}

function resultOf({ error, kept }: LookResult): string {
  if (error !== null) return error.kind;
  return kept === null ? 'overtaken' : 'ok';
}
