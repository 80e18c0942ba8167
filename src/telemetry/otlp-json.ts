import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Spans of one service as a collector reads them: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function otlpJson(spans: readonly ReadableSpan[]): string {
  const [first] = spans;
  if (first === undefined) return '{"resourceSpans":[]}';
  const { name } = first.instrumentationScope;
  const resource = { attributes: attributesOf(first.resource.attributes) };
  const scopeSpans = [{ scope: { name }, spans: spans.map(spanOf) }];
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
}

/** The parent is known to be, or not to be, of another process: `SpanFlags` of the same page. */
const KNOWS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

function spanOf(span: ReadableSpan) {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parent = span.parentSpanContext;
  return {
    traceId,
    spanId,
    ...(traceState && { traceState: traceState.serialize() }),
    ...(parent && { parentSpanId: parent.spanId }),
    flags: traceFlags | KNOWS_REMOTE | (parent?.isRemote === true ? IS_REMOTE : 0),
    name: span.name,
    // OTLP has a kind more, in front of the others: none.
    kind: span.kind + 1,
    startTimeUnixNano: nanosOf(span.startTime),
    endTimeUnixNano: nanosOf(span.endTime),
    attributes: attributesOf(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanosOf(event.time),
      attributes: attributesOf(event.attributes ?? {}),
    })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: attributesOf(attributes ?? {}),
    })),
    status: span.status,
  };
}

/** As text: no number of JavaScript's is as long. */
function nanosOf([seconds, nanos]: readonly [number, number]): string {
  return `${seconds}${String(nanos).padStart(9, '0')}`;
}

function attributesOf(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: valueOf(value) }],
  );
}

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

function valueOf(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => valueOf(item)) } };
  return {};
}
