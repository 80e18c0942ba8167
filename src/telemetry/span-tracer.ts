import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, Link, Span as OtelSpan, Tracer as OtelTracer } from '@opentelemetry/api';
import type { Span, SpanOptions, Tracer } from '../domain/tracer.ts';
import type { Frames } from './frames.ts';

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

const UNTRACED: Span = { set: () => undefined, fail: () => undefined };

/** Traces with OpenTelemetry. What is done below a span finds it in the frame. */
export class SpanTracer implements Tracer {
  readonly #tracer: OtelTracer;
  readonly #frames: Frames;

  constructor(tracer: OtelTracer, frames: Frames) {
    this.#tracer = tracer;
    this.#frames = frames;
  }

  step<T>(options: SpanOptions, work: (span: Span) => T): T {
    if (this.#frames.current.span?.isRecording() !== true) return work(UNTRACED);
    return this.begin(options, work);
  }

  begin<T>(options: SpanOptions, work: (span: Span) => T): T {
    const { span } = this.#frames.current;
    // What is below something that is not kept costs no more than this.
    if (span !== null && !isSampled(span)) return work(UNTRACED);
    return this.beginLinked(options, [], work);
  }

  /** The same for work that others wait for who have traces of their own. */
  beginLinked<T>(options: SpanOptions, links: readonly Link[], work: (span: Span) => T): T {
    const { name, attributes = {}, kind = 'internal' } = options;
    const frame = this.#frames.current;
    const span = this.#tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes }, links: [...links] },
      contextOf(frame.span),
    );
    const { traceId } = span.spanContext();
    return this.#frames.run({ ...frame, traceId, span }, () => runIn(span, work));
  }
}

function isSampled(span: OtelSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** What a span is begun below. */
export function contextOf(parent: OtelSpan | null): Context {
  return parent === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
}

function runIn<T>(span: OtelSpan, work: (span: Span) => T): T {
  const fail = (word: string): void => {
    span.setStatus({ code: SpanStatusCode.ERROR, message: word });
  };
  const endFailed = (error: unknown): void => {
    // A message may quote what was sent to us.
    fail(error instanceof Error ? error.name : typeof error);
    span.end();
  };
  let result: T;
  try {
    result = work({ set: (attributes) => void span.setAttributes(attributes), fail });
  } catch (error) {
    endFailed(error);
    throw error;
  }
  // Before whoever waits for the result goes on: no span ends after the one that it is in.
  const end = (value: unknown): void => {
    if (hasPromises(value)) void Promise.allSettled(value).then(() => span.end());
    else span.end();
  };
  if (result instanceof Promise) void result.then(end, endFailed);
  else end(result);
  return result;
}

/** Whether a list is answered each item of which may yet fail by itself. */
function hasPromises(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some((item) => item instanceof Promise);
}
