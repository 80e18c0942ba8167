import type { Logger } from 'pino';
import type { Tracer } from '../domain/tracer.ts';
import type { LiveObserver } from '../graphql/live/observer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Http } from '../providers/http.ts';
import type { CallbacksObserver } from '../server/callbacks.ts';
import type { RequestWatch } from '../server/request-watch.ts';
import type { WatcherObserver } from '../watcher/observer.ts';
import { Deliveries } from './deliveries.ts';
import { Frames } from './frames.ts';
import { withFrames } from './log-fields.ts';
import { Looks } from './looks.ts';
import { createMetrics } from './metrics.ts';
import { tellProcess } from './process-metrics.ts';
import { Requests } from './requests.ts';
import { SpanTracer } from './span-tracer.ts';
import { tellRisk } from './risk-metrics.ts';
import type { RiskWatched } from './risk-metrics.ts';
import { tellState } from './state-metrics.ts';
import type { Watched } from './state-metrics.ts';
import { traceLedger } from './traced-ledger.ts';
import type { TracingOptions } from './tracing.ts';
import { countHttp, traceHttp } from './vendor-http.ts';

export interface TelemetrySettings {
  /** Where traces are sent, and the share of those that begin here; absent: nothing is traced. */
  readonly traces?: Pick<TracingOptions, 'url' | 'sample' | 'headers'> | undefined;
}

/** What all parts of the service are given to be seen: logs, metrics, traces. */
export interface Telemetry {
  /** Its lines name the request and the trace that they are written for. */
  readonly logger: Logger;
  /** Undefined when nothing is traced. */
  readonly tracer: Tracer | undefined;
  readonly looks: WatcherObserver;
  readonly live: LiveObserver;
  readonly callbacks: CallbacksObserver;
  readonly requests: RequestWatch;
  /** Somebody was not let in. */
  denied(code: string): void;
  /** The same ledger, seen. */
  watchLedger(ledger: Ledger): Ledger;
  /** The same, for the requests to one provider. */
  watchHttp(http: Http, providerId: string): Http;
  /** Has the metrics tell how these stand. */
  tellState(watched: Omit<Watched & RiskWatched, 'logger'>): void;
  /** The metrics as Prometheus reads them. */
  readMetrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Sends what is left of traces, unless that takes too long. */
  stop(): Promise<void>;
}

export async function startTelemetry(
  { traces }: TelemetrySettings,
  world: Pick<TracingOptions, 'logger' | 'fetch'>,
): Promise<Telemetry> {
  const frames = new Frames();
  const logger = withFrames(world.logger, frames);
  const metrics = createMetrics();
  const stopMeasuring = tellProcess(metrics.registry);
  // Loaded only where something is traced.
  const tracing =
    traces === undefined
      ? null
      : (await import('./tracing.ts')).startTracing({
          ...traces,
          fetch: world.fetch,
          logger,
          apart: (work) => frames.apart(work),
          onLost: (spans) => metrics.lostSpans.inc(spans),
        });
  const otel = tracing?.tracer ?? null;
  const tracer = otel === null ? null : new SpanTracer(otel, frames);
  const live = new Deliveries({ frames, metrics, tracer, now: () => performance.now() });
  return {
    logger,
    tracer: tracer ?? undefined,
    live,
    looks: new Looks({ frames, metrics, tracer }),
    callbacks: {
      posted: (result) => metrics.callbackPosts.inc({ result }),
      letGo: () => metrics.callbacksLetGo.inc(),
    },
    requests: new Requests({ frames, metrics, tracer: otel }),
    denied: (code) => metrics.denials.inc({ code }),
    watchLedger: (ledger) => {
      // Before anybody else, so that a change is known to be committed when it is delivered.
      ledger.subscribe((hint) => live.committed(hint));
      return tracer === null ? ledger : traceLedger(ledger, tracer);
    },
    watchHttp: (http, provider) => {
      const seen = tracer === null ? http : traceHttp(http, tracer);
      return countHttp(seen, (result) => metrics.vendorRequests.inc({ provider, result }));
    },
    tellState: (watched) => {
      tellState(metrics, { ...watched, logger });
      tellRisk(metrics, { ...watched, logger });
    },
    readMetrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    stop: async () => {
      stopMeasuring();
      await tracing?.stop();
    },
  };
}
