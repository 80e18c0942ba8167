import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { ProviderConfig } from './config-provider.ts';
import type { Clock } from './domain/clock.ts';
import { Hub } from './graphql/live/hub.ts';
import type { PersistedList } from './graphql/persisted-operations.ts';
import { createSchema } from './graphql/schema.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Pruner } from './ledger/pruner.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { readPersistedList } from './persisted-list.ts';
import { createHttp } from './providers/http.ts';
import { createAuthenticator } from './server/authenticator.ts';
import { Gate } from './server/gate.ts';
import { createRateLimit } from './server/rate-limit.ts';
import { startServer } from './server/server.ts';
import { noticeWithinMs, stopInOrder } from './stopping.ts';
import type { MetricsAccess } from './server/metrics.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { WatchedProvider } from './watcher/watched-provider.ts';
import { Watcher } from './watcher/watcher.ts';

/** What the service is given of the world. */
export interface World {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly logger: Logger;
}

export interface App {
  /** Where it listens: `http://host:port`. */
  readonly url: string;
  /**
   * Lets whoever sends requests go elsewhere, then ends. Waits for nothing once it is hurried. Rejects
   * when something failed or did not end in time.
   */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** Starts the service; a vendor that is down does not keep it from starting. */
export async function startApp(config: Config, world: World): Promise<App> {
  // What cannot be used is told before anything is opened.
  const persistedOperations = readPersistedList(config.persistedOperations);
  const store = await openLedger(config.storeUrl, world);
  try {
    return await startOn(store, persistedOperations, { config, world });
  } catch (error) {
    // A process that does not start holds nothing.
    await store.close();
    throw error;
  }
}

async function startOn(
  store: Ledger,
  persistedOperations: PersistedList | null,
  { config, world }: { readonly config: Config; readonly world: World },
): Promise<App> {
  const { clock, random } = world;
  const telemetry = await startTelemetry(config.telemetry, world);
  const { logger, tracer } = telemetry;
  const ledger = telemetry.watchLedger(store);
  const watcher = await Watcher.create({
    providers: config.providers.map((provider) => watchedProvider(provider, world, telemetry)),
    ledger,
    clock,
    random,
    logger,
    holdFinishForMs: config.holdFinishForMs,
    observer: telemetry.looks,
  });
  const pruner = new Pruner({
    ledger,
    clock,
    logger,
    retentionOf: (providerId) =>
      config.providers.find(({ id }) => id === providerId)?.retention ?? config.retention,
  });
  const draining = new AbortController();
  const hub = new Hub({
    ledger,
    watcher,
    clock,
    random,
    laggedAfterMs: config.live.laggedAfterMs,
    observer: telemetry.live,
  });
  telemetry.tellState({ watcher, hub });
  const server = await startServer({
    schema: createSchema(tracer),
    services: { ledger, watcher, clock, hub, draining: draining.signal, tracer },
    gate: new Gate({
      authenticator: createAuthenticator({
        settings: config.auth,
        clock,
        fetch: world.fetch,
        logger,
      }),
      rateLimit: createRateLimit(config.requestsPerMinute),
      onDenied: (code) => telemetry.denied(code),
    }),
    limits: config.live,
    random,
    fetch: world.fetch,
    logger,
    watch: telemetry.requests,
    callbacksObserver: telemetry.callbacks,
    isFederatedTracingOn: config.telemetry.ftv1,
    metrics: { access: metricsAccessOf(config), read: () => telemetry.readMetrics() },
    host: config.host,
    port: config.port,
    isGraphiqlOn: config.isGraphiqlOn,
    isIntrospectionOn: config.isIntrospectionOn,
    isLocalOnly: config.isLocalOnly,
    corsOrigins: config.corsOrigins,
    operationLimits: config.operationLimits,
    persistedOperations,
    maxRequestBytes: config.maxRequestBytes,
    publicUrl: config.publicUrl,
  }).catch(async (error: unknown) => {
    await telemetry.stop();
    throw error;
  });
  watcher.start();
  pruner.start();

  return {
    url: server.url,
    stop: (hurry = new AbortController().signal) =>
      stopInOrder(
        { draining, watcher, pruner, hub, server, ledger, telemetry, clock },
        {
          noticeWithinMs: noticeWithinMs(config.drain, ledger),
          drainForMs: config.live.drainForMs,
          finishWithinMs: config.drain.finishWithinMs,
        },
        hurry,
      ),
  };
}

/** Where callers show who they are, or come through a router, not everybody may know every provider. */
function metricsAccessOf({ auth, telemetry: { metricsToken } }: Config): MetricsAccess {
  if (metricsToken !== undefined) return { kind: 'token', token: metricsToken };
  const isOpen = auth.kind === 'none' && auth.routerSecret === null;
  return { kind: isOpen ? 'everybody' : 'nobody' };
}

function watchedProvider(
  config: ProviderConfig,
  { fetch, clock }: World,
  telemetry: Pick<Telemetry, 'watchHttp'>,
): WatchedProvider {
  const { timeoutMs, maxResponseBytes, provider } = config;
  return {
    id: config.id,
    kind: provider.kind,
    name: config.name,
    capabilities: { ...provider.capabilities, appearsWithinMs: config.appearsWithinMs },
    cadence: { minIntervalMs: config.minIntervalMs, maxIntervalMs: config.maxIntervalMs },
    budget: config.budget,
    concurrency: config.concurrency,
    rowValues: config.rowValues,
    maxRows: config.maxRows,
    // A look makes a handful of requests, each bounded by the timeout, and says so while rows come.
    leaseMs: timeoutMs * 10 + 60_000,
    connect: (admit) =>
      config.connect({
        http: telemetry.watchHttp(
          createHttp({ fetch, timeoutMs, maxResponseBytes, admit }),
          config.id,
        ),
        now: () => clock.now(),
      }),
  };
}
