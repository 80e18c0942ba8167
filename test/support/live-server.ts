import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { importId } from '../../src/domain/import.ts';
import type { Import, ImportState } from '../../src/domain/import.ts';
import { Hub } from '../../src/graphql/live/hub.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LiveLimits } from '../../src/server/live-limits.ts';
import { startServer } from '../../src/server/server.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { createVendor } from '../watcher/setup.ts';
import { atEnd } from './at-end.ts';
import { counters, finishedJob, freshness, job, recording, refOf, state } from './builders.ts';
import { TestClock } from './clock.ts';
import { openGate, OPERATION_LIMITS } from './gate.ts';
import { openLedger } from './ledgers.ts';
import { LIMITS } from './live.ts';

/** The server over a ledger in which a test decides what changes, and a view of what it holds. */
export interface LiveServer {
  readonly url: string;
  readonly ledger: Ledger;
  /** The lines of its log so far. */
  readonly log: readonly string[];
  /** How often the ledger was asked for changes. */
  readonly reads: () => number;
  /** Has the ledger fail when it is asked for changes; null for no longer. */
  failReads(error: Error | null): void;
  /** The same for the revisions of an import. */
  failHistory(error: Error | null): void;
  /** How many different streams somebody is subscribed to. */
  readonly streams: () => number;
  /** How many listen to the ledger. */
  readonly listeners: () => number;
  /** Records the next revision of an import that runs; its message is as long as the test wants. */
  change(externalId: string, message?: string): Promise<Import>;
  /** Records its end. */
  finish(externalId: string): Promise<Import>;
  /** It is to stop soon, and serves on. */
  beginDraining(): void;
  stop(): Promise<void>;
}

/** Whoever takes nothing is not waited for any longer. */
const CUT_OFF_AFTER_MS = 3_000;

/** Starts a server that is gone when the test ends. Its provider is `catalog`; nobody looks at it. */
export async function startLiveServer(
  t: TestContext,
  limits: Partial<LiveLimits> = {},
): Promise<LiveServer> {
  const counts = { reads: 0, streams: 0, listeners: 0 };
  let failure: Error | null = null;
  let historyFailure: Error | null = null;
  const store = openLedger(t);
  const ledger: Ledger = {
    ...store,
    listChanges: async (query) => {
      counts.reads += 1;
      if (failure !== null) throw failure;
      return store.listChanges(query);
    },
    listRevisions: async (query) => {
      if (historyFailure !== null) throw historyFailure;
      return store.listRevisions(query);
    },
    subscribe: (listener) => {
      counts.listeners += 1;
      const stop = store.subscribe(listener);
      return () => {
        counts.listeners -= 1;
        stop();
      };
    },
  };
  const log: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => void log.push(line) });
  const clock = SYSTEM_CLOCK;
  const watcher = await Watcher.create({
    providers: [createVendor(new TestClock()).provider],
    ledger,
    clock,
    random: () => 0.5,
    logger,
    holdFinishForMs: 0,
  });
  const all = { ...LIMITS, ...limits };
  const hub = new Hub({
    ledger,
    clock,
    random: Math.random,
    laggedAfterMs: all.laggedAfterMs,
    watcher: {
      watch: () => {
        counts.streams += 1;
        return () => {
          counts.streams -= 1;
        };
      },
    },
  });
  const draining = new AbortController();
  const server = await startServer({
    schema: createSchema(),
    services: { ledger, watcher, clock, hub, draining: draining.signal },
    publicUrl: null,
    gate: openGate(['imports:read', 'imports:write']),
    limits: all,
    random: Math.random,
    fetch,
    logger,
    host: '127.0.0.1',
    port: 0,
    isGraphiqlOn: false,
    isIntrospectionOn: false,
    corsOrigins: [],
    operationLimits: OPERATION_LIMITS,
    persistedOperations: null,
    maxRequestBytes: 100_000,
  });
  const letGo = async (): Promise<void> => {
    draining.abort();
    await hub.drain(all.drainForMs);
    await server.close(AbortSignal.timeout(CUT_OFF_AFTER_MS));
  };
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= letGo();
    return stopping;
  };
  atEnd(t, stop);
  return {
    url: server.url,
    ledger,
    log,
    reads: () => counts.reads,
    failReads: (error) => {
      failure = error;
    },
    failHistory: (error) => {
      historyFailure = error;
    },
    streams: () => counts.streams,
    listeners: () => counts.listeners,
    change: (externalId, message) =>
      record(store, externalId, { job: job({ message: message ?? null }) }),
    finish: (externalId) => record(store, externalId, { job: finishedJob() }),
    beginDraining: () => draining.abort(),
    stop,
  };
}

/** Records the next revision of an import; how many rows are processed is the number of it. */
async function record(
  ledger: Ledger,
  externalId: string,
  changes: Pick<ImportState, 'job'>,
): Promise<Import> {
  const ref = refOf(externalId);
  const known = (await ledger.findImports([importId(ref)])).get(importId(ref));
  const basedOnRevision = known?.revision ?? 0;
  const isOver = changes.job.phase === 'FINISHED';
  const recorded = await ledger.record(
    recording({
      ref,
      basedOnRevision,
      state: state({ ...changes, counters: counters({ processed: basedOnRevision + 1 }) }),
      freshness: freshness(isOver ? { state: 'SETTLED', nextLookAt: null } : {}),
    }),
  );
  if (recorded === null) throw new Error('somebody else recorded');
  return recorded;
}
