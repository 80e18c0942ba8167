import type { IncomingHttpHeaders } from 'node:http';
import { createTraceState, isSpanContextValid, TraceFlags } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';

/** Version, trace, span and flags; versions to come may add to it. */
const TRACE_PARENT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * The span of a caller that a request names in `traceparent`; null when it names none.
 * https://www.w3.org/TR/trace-context/
 */
export function findTraceParent({
  traceparent,
  tracestate,
}: IncomingHttpHeaders): SpanContext | null {
  if (typeof traceparent !== 'string') return null;
  const [, version, traceId = '', spanId = '', flags = '', more] =
    TRACE_PARENT.exec(traceparent.trim()) ?? [];
  if (version === '00' && more !== undefined) return null;
  const context = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState([tracestate].flat().join()) }),
  };
  return isSpanContextValid(context) ? context : null;
}
