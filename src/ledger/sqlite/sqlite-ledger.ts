import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import type { ChangeHint, Ledger } from '../ledger.ts';
import { isOnProbation, isOpen } from '../provider-health.ts';
import type { Room, RoomQuery } from '../look-ledger.ts';
import { addRows } from './add-rows.ts';
import { answerAsked, claimAsked } from './asks.ts';
import { dropAbandoned, dropCapture, findHeldRows, openCapture } from './captures.ts';
import { listChanges } from './changes.ts';
import { Database } from './database.ts';
import { countExpiring, listExpiring } from './expiring.ts';
import { findImports, listImports, track, untrack } from './imports.ts';
import { extendLease, release, releaseAll } from './leases.ts';
import { getLatestPosition, getPrunedPosition, getStoreId } from './positions.ts';
import {
  findProviderHealth,
  getRequestCount,
  listProviderHealth,
  reviseProviderHealth,
  returnRequest,
  takeRequest,
} from './providers.ts';
import { record } from './record.ts';
import { deleteHiddenRows, deleteImports, hideRows, listKeptProviders } from './retention.ts';
import { listRevisions } from './revisions.ts';
import { listRowErrorGroups, listRows } from './rows.ts';
import { showsRows } from './same-rows.ts';
import { bringForward, claimDue, countActive, findNextDueAt } from './schedule.ts';

/**
 * The ledger of a single process, in one SQLite file or in memory (`:memory:`). Throws a
 * `LedgerError` when the file cannot be used.
 */
export function openSqliteLedger(path: string): Ledger {
  const database = new Database(path);
  releaseAll(database);
  dropAbandoned(database);
  const listeners = new Set<(hint: ChangeHint) => void>();
  const announce = (changed: Import): void => {
    const hint = { importId: importId(changed.ref), position: changed.position };
    for (const listener of listeners) listener(hint);
  };

  return {
    storeId: getStoreId(database),
    isShared: false,
    findImports: async (ids) => findImports(database, ids),
    listImports: async (query) => listImports(database, query),
    listChanges: async (query) => listChanges(database, query),
    listRevisions: async (query) => listRevisions(database, query),
    listRows: async (query) => listRows(database, query),
    listRowErrorGroups: async (id) => listRowErrorGroups(database, id),
    findHeldRows: async (ids) => findHeldRows(database, ids),
    openCapture: async (ref, now) => openCapture(database, ref, now),
    addRows: async (addition) => addRows(database, addition),
    showsRows: async (id, captureId) => showsRows(database, id, captureId),
    dropCapture: async (id) => dropCapture(database, id),
    listKeptProviders: async () => listKeptProviders(database),
    hideRows: async (query) => hideRows(database, query),
    deleteHiddenRows: async (limit) => deleteHiddenRows(database, limit),
    deleteImports: async (query) => deleteImports(database, query),
    getLatestPosition: async () => getLatestPosition(database),
    getPrunedPosition: async () => getPrunedPosition(database),
    track: async (tracking) => {
      const tracked = track(database, tracking);
      announce(tracked);
      return tracked;
    },
    untrack: async (id) => {
      const untracked = untrack(database, id);
      if (untracked !== null) announce(untracked);
      return untracked;
    },
    record: async (recording) => {
      const recorded = await record(database, recording);
      if (recorded === null) return null;
      if (recorded.isChanged) announce(recorded.import);
      return recorded.import;
    },
    takeRoom: async (query) => roomOf(database, query),
    leaveRoom: async () => undefined,
    claimDue: async (query) => claimDue(database, query),
    findNextDueAt: async (providerId) => findNextDueAt(database, providerId),
    bringForward: async (id, move) => bringForward(database, id, move),
    countActive: async (providerId) => countActive(database, providerId),
    countExpiring: async (query) => countExpiring(database, query),
    listExpiring: async (query) => listExpiring(database, query),
    release: async (leases) => release(database, leases),
    extendLease: async (lease, until) => extendLease(database, lease, until),
    claimAsked: async (query) => claimAsked(database, query),
    answerAsked: async (lease, missed) => answerAsked(database, lease, missed),
    setWatched: async (ids, isWatched) => {
      for (const id of ids) {
        if (isWatched) database.watched.add(id);
        else database.watched.delete(id);
      }
    },
    takeRequest: async (query) => takeRequest(database, query),
    returnRequest: async (providerId, at) => returnRequest(database, providerId, at),
    getRequestCount: async (providerId, month) => getRequestCount(database, providerId, month),
    listProviderHealth: async () => listProviderHealth(database),
    reviseProviderHealth: async (id, revise) => reviseProviderHealth(database, id, revise),
    subscribe: (listener) => {
      // A listener of its own, so that subscribing one function twice is two subscriptions.
      const own = (hint: ChangeHint): void => listener(hint);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    close: async () => database.close(),
  };
}

/** Nobody else looks: all the room there is, is here. */
function roomOf(database: Database, { providerId, room, running, now }: RoomQuery): Room {
  const health = findProviderHealth(database, providerId);
  const calm = isOnProbation(health) ? 1 : room;
  const size = Math.max(running, isOpen(health, now) ? 0 : calm);
  return { size, health, line: { place: 0, length: 1 } };
}
