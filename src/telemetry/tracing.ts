import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { reportLosses } from './loss-report.ts';

export interface TracingOptions {
  /** Where spans are sent: OTLP over HTTP, as JSON. */
  readonly url: string;
  /** The share of traces that begin here and are kept, 0 to 1; others are kept as their callers say. */
  readonly sample: number;
  readonly logger: Logger;
  /** So many spans could not be sent. */
  readonly onLost: (spans: number) => void;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, unless that takes too long. */
  stop(): Promise<void>;
}

const SERVICE = 'import-status-subgraph';
const TRACES_PATH = '/v1/traces';

/** A span waits at most so long until it is sent. */
const SEND_EVERY_MS = 2_000;
/** Tries to send some spans take so long in all. */
const SEND_WITHIN_MS = 3_000;
/** So many wait to be sent; more are lost. */
const MOST_WAITING = 4_096;
/** What we tell is shorter; what somebody sent is cut. */
const LONGEST_VALUE = 256;

/** Nothing of it is global: two services in one process trace apart. */
export function startTracing({ url, sample, logger, onLost }: TracingOptions): Tracing {
  const exporter: SpanExporter = new OTLPTraceExporter({
    url: withPath(url),
    timeoutMillis: SEND_WITHIN_MS,
    // A connection that is kept would keep the process.
    httpAgentOptions: { keepAlive: false },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reportLosses(exporter, { logger, onLost }),
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SEND_WITHIN_MS,
        maxQueueSize: MOST_WAITING,
      }),
    ],
  });
  return {
    tracer: provider.getTracer(SERVICE),
    stop: () => atMost(SEND_WITHIN_MS, provider.shutdown()),
  };
}

/** Collectors listen at one path; an address without any means that one. */
function withPath(url: string): string {
  const address = new URL(url);
  if (address.pathname === '/') address.pathname = TRACES_PATH;
  return address.href;
}

/** Resolves when the work is over, whatever came of it, or when it takes too long. */
async function atMost(waitMs: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  await Promise.race([Promise.allSettled([work]), late]);
  clearTimeout(timer);
}
