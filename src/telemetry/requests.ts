import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, Tracer as OtelTracer } from '@opentelemetry/api';
import type {
  ArrivingRequest,
  RequestEnd,
  RequestWatch,
  WatchedRequest,
} from '../server/request-watch.ts';
import type { Frames } from './frames.ts';
import type { Metrics } from './metrics.ts';
import { contextOf } from './span-tracer.ts';
import { findTraceParent } from './trace-parent.ts';

export interface RequestsOptions {
  readonly frames: Frames;
  readonly metrics: Metrics;
  /** Null where nothing is traced. */
  readonly tracer: OtelTracer | null;
}

/** Counts requests, and has what is logged and traced for each of them name it. */
export class Requests implements RequestWatch {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  begin({ id, method, route, headers }: ArrivingRequest): WatchedRequest {
    const { frames } = this.#options;
    const span = this.#startSpan({ method, route, headers });
    const traceId = span?.spanContext().traceId ?? findTraceParent(headers)?.traceId ?? null;
    const frame = { requestId: id, traceId, span };
    return {
      run: (work) => frames.run(frame, work),
      end: (end) => this.#end(route ?? 'none', end, span),
    };
  }

  attach({ id, headers }: Pick<ArrivingRequest, 'id' | 'headers'>): WatchedRequest['run'] {
    const { frames, tracer } = this.#options;
    const parent = findTraceParent(headers);
    const span = parent === null || tracer === null ? null : trace.wrapSpanContext(parent);
    const frame = { requestId: id, traceId: parent?.traceId ?? null, span };
    return (work) => frames.run(frame, work);
  }

  #startSpan({ method, route, headers }: Omit<ArrivingRequest, 'id'>): Span | null {
    const { tracer } = this.#options;
    if (tracer === null) return null;
    const parent = findTraceParent(headers);
    return tracer.startSpan(
      route === null ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          ...(route !== null && { 'http.route': route }),
        },
      },
      contextOf(parent === null ? null : trace.wrapSpanContext(parent)),
    );
  }

  #end(route: string, { status, seconds }: RequestEnd, span: Span | null): void {
    const { requests, requestSeconds } = this.#options.metrics;
    requests.inc({ route, status });
    if (seconds !== null) requestSeconds.observe({ route }, seconds);
    if (span === null) return;
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}
