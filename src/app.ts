import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { ProviderConfig } from './config-provider.ts';
import type { Clock } from './domain/clock.ts';
import { Hub } from './graphql/live/hub.ts';
import { createSchema } from './graphql/schema.ts';
import { Pruner } from './ledger/pruner.ts';
import { openSqliteLedger } from './ledger/sqlite/sqlite-ledger.ts';
import { createHttp } from './providers/http.ts';
import { createAuthenticator } from './server/authenticator.ts';
import { Gate } from './server/gate.ts';
import { createRateLimit } from './server/rate-limit.ts';
import { startServer } from './server/server.ts';
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
  /** Ends streams, lets running looks finish, closes the store. Resolves when nothing is left. */
  stop(): Promise<void>;
}

/** How long running looks have to finish when the service stops. */
const GRACE_MS = 5_000;

/** Starts the service; a vendor that is down does not keep it from starting. */
export async function startApp(config: Config, world: World): Promise<App> {
  const { clock, random, logger } = world;
  const ledger = openSqliteLedger(config.storeUrl.replace(/^sqlite:/, ''));
  const watcher = await Watcher.create({
    providers: config.providers.map((provider) => watchedProvider(provider, world)),
    ledger,
    clock,
    random,
    logger,
    holdFinishForMs: config.holdFinishForMs,
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
  });
  const server = await startServer({
    schema: createSchema(),
    services: { ledger, watcher, clock, hub, draining: draining.signal },
    gate: new Gate({
      authenticator: createAuthenticator({ settings: config.auth, clock, fetch: world.fetch }),
      rateLimit: createRateLimit(config.requestsPerMinute),
    }),
    limits: config.live,
    logger,
    host: config.host,
    port: config.port,
    isGraphiqlOn: config.isGraphiqlOn,
    isIntrospectionOn: config.isIntrospectionOn,
    corsOrigins: config.corsOrigins,
    operationLimits: config.operationLimits,
    maxRequestBytes: config.maxRequestBytes,
    publicUrl: config.publicUrl,
  }).catch(async (error: unknown) => {
    await ledger.close();
    throw error;
  });
  watcher.start();
  pruner.start();

  return {
    url: server.url,
    stop: async () => {
      draining.abort();
      const ends = [watcher.stop(GRACE_MS), pruner.stop(), server.close()];
      // Whatever one of them comes to, the store is closed when nobody uses it any more.
      await Promise.allSettled(ends);
      await ledger.close();
      await Promise.all(ends);
    },
  };
}

function watchedProvider(config: ProviderConfig, { fetch, clock }: World): WatchedProvider {
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
        http: createHttp({ fetch, timeoutMs, maxResponseBytes, admit }),
        now: () => clock.now(),
      }),
  };
}
