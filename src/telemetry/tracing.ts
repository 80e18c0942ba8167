import type { Tracer } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { LossReport } from './loss-report.ts';
import { createOtlpSender } from './otlp-sender.ts';
import { SpanQueue } from './span-queue.ts';

export interface TracingOptions {
  /** Where spans are sent: OTLP over HTTP, as JSON. */
  readonly url: string;
  /** The share of traces that begin here and are kept, 0 to 1; others are kept as their callers say. */
  readonly sample: number;
  /** What is sent along, such as a token. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch: typeof fetch;
  readonly logger: Logger;
  /** Runs work on behalf of nobody who may have started it. */
  readonly apart: <T>(work: () => T) => T;
  /** So many spans are lost. */
  readonly onLost: (spans: number) => void;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, unless that takes too long. */
  stop(): Promise<void>;
}

const SERVICE = 'import-status-subgraph';
const TRACES_PATH = '/v1/traces';

/** To send some spans takes so long at most. */
const SEND_WITHIN_MS = 3_000;
/** What we tell is shorter; what somebody sent is cut. */
const LONGEST_VALUE = 256;

/** Nothing of it is global: two services in one process trace apart. */
export function startTracing(options: TracingOptions): Tracing {
  const { url, sample, headers = {}, fetch, logger, apart, onLost } = options;
  const report = new LossReport(logger);
  const queue = new SpanQueue({
    send: createOtlpSender({ fetch, url: withPath(url), headers, timeoutMs: SEND_WITHIN_MS }),
    apart,
    onLost,
    onSent: (sent) => report.sent(sent),
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [queue],
  });
  return {
    tracer: provider.getTracer(SERVICE),
    stop: async () => {
      await atMost(SEND_WITHIN_MS, provider.shutdown());
      queue.giveUp();
    },
  };
}

/** Collectors listen at one path; an address without any means that one. */
function withPath(url: string): URL {
  const address = new URL(url);
  if (address.pathname === '/') address.pathname = TRACES_PATH;
  return address;
}

/** Resolves when the work is over, whatever came of it, or when it takes too long. */
async function atMost(waitMs: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  await Promise.race([Promise.allSettled([work]), late]);
  clearTimeout(timer);
}
