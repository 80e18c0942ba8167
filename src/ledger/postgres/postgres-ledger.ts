import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import type { Ledger } from '../ledger.ts';
import { addRows } from './add-rows.ts';
import { answerAsked, claimAsked } from './asks.ts';
import { dropCapture, findHeldRows, openCapture } from './captures.ts';
import { listChanges } from './changes.ts';
import { Database } from './database.ts';
import { countExpiring, listExpiring } from './expiring.ts';
import { Feed } from './feed.ts';
import { findImports, listImports } from './imports.ts';
import { extendLease, release } from './leases.ts';
import { listMigrations, migrate } from './migrate.ts';
import { OutageLog } from './outage-log.ts';
import { getLatestPosition, getPrunedPosition, getStoreId } from './positions.ts';
import {
  getRequestCount,
  listProviderHealth,
  returnRequest,
  reviseProviderHealth,
  takeRequest,
} from './providers.ts';
import { record } from './record.ts';
import { Replica } from './replica.ts';
import { deleteHiddenRows, deleteImports, hideRows, listKeptProviders } from './retention.ts';
import { listRevisions } from './revisions.ts';
import { Rooms } from './rooms.ts';
import { listRowErrorGroups, listRows } from './rows.ts';
import { showsRows } from './same-rows.ts';
import { bringForward, claimDue, countActive, findNextDueAt } from './schedule.ts';
import { track, untrack } from './tracking.ts';

export interface PostgresOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Two beats, and a process still has time to be heard. */
const VITAL_TIMEOUT_MS = 3_000;

/**
 * The ledger of any number of processes, in one PostgreSQL database (`postgres://…`), version 14 or
 * later. Throws a `LedgerError` when the database cannot be used with this release, and a
 * `StoreUnavailableError` when it cannot be reached.
 */
export async function openPostgresLedger(url: string, options: PostgresOptions): Promise<Ledger> {
  const { clock, logger } = options;
  await migrate(url, { migrations: listMigrations(), logger });
  const outages = new OutageLog(logger);
  const database = new Database(url, { logger, outages });
  // What tells that this process is here must not wait behind requests.
  const vital = new Database(url, { logger, outages, connections: 2, timeoutMs: VITAL_TIMEOUT_MS });
  const replica = new Replica({ database: vital, clock, logger });
  const feed = new Feed({ url, database: vital, clock, logger });
  const rooms = new Rooms(database);
  const close = async (): Promise<void> => {
    await feed.stop();
    await replica.stop();
    await Promise.all([database.close(), vital.close()]);
  };
  let storeId: string;
  try {
    storeId = await getStoreId(database);
    await replica.start();
    await feed.start();
  } catch (error) {
    await close();
    throw error;
  }
  let closing: Promise<void> | null = null;

  return {
    storeId,
    isShared: true,
    findImports: (ids) => findImports(database, ids),
    listImports: (query) => listImports(database, query),
    listChanges: (query) => listChanges(database, query),
    listRevisions: (query) => listRevisions(database, query),
    listRows: (query) => listRows(database, query),
    listRowErrorGroups: (id) => listRowErrorGroups(database, id),
    findHeldRows: (ids) => findHeldRows(database, ids),
    openCapture: (ref, now) => openCapture(database, { ref, now, replica: replica.id }),
    addRows: (addition) => addRows(database, addition),
    showsRows: (id, captureId) => showsRows(database, id, captureId),
    dropCapture: (id) => dropCapture(database, id),
    listKeptProviders: () => listKeptProviders(database),
    hideRows: (query) => hideRows(database, query),
    deleteHiddenRows: (limit) => deleteHiddenRows(database, limit),
    deleteImports: (query) => deleteImports(database, query),
    getLatestPosition: () => getLatestPosition(database),
    getPrunedPosition: () => getPrunedPosition(database),
    track: async (tracking) => {
      const tracked = await track(database, tracking);
      feed.changed();
      return tracked;
    },
    untrack: async (id) => {
      const untracked = await untrack(database, id);
      if (untracked !== null) feed.changed();
      return untracked;
    },
    record: async (recording) => {
      const recorded = await record(database, recording, replica.id);
      if (recorded?.isChanged === true) feed.changed();
      return recorded?.import ?? null;
    },
    takeRoom: (query) => rooms.take(query, replica.id),
    leaveRoom: (providerId) => rooms.leave(providerId, replica.id),
    claimDue: (query) => claimDue(database, query, replica.id),
    findNextDueAt: (providerId) => findNextDueAt(database, providerId),
    release: (leases) => release(database, leases),
    extendLease: (lease, until) => extendLease(database, lease, until),
    claimAsked: (query) => claimAsked(database, query, replica.id),
    answerAsked: (lease, missed) => answerAsked(database, lease, missed),
    bringForward: (id, move) => bringForward(database, id, move),
    setWatched: (ids, isWatched) => replica.setWatched(ids, isWatched),
    countActive: (providerId) => countActive(database, providerId),
    takeRequest: (query) => takeRequest(database, query),
    returnRequest: (providerId, at) => returnRequest(database, providerId, at),
    countExpiring: (query) => countExpiring(database, query),
    listExpiring: (query) => listExpiring(database, query),
    getRequestCount: (providerId, month) => getRequestCount(database, providerId, month),
    listProviderHealth: () => listProviderHealth(database),
    reviseProviderHealth: (id, revise) => reviseProviderHealth(database, id, revise),
    subscribe: (listener) => feed.subscribe(listener),
    close: () => (closing ??= close()),
  };
}
