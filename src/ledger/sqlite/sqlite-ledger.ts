import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import type { ChangeHint, Ledger } from '../ledger.ts';
import { addRows } from './add-rows.ts';
import { dropAbandoned, dropCapture, findHeldRows, openCapture } from './captures.ts';
import { listChanges } from './changes.ts';
import { Database } from './database.ts';
import { findImports, listImports, track, untrack } from './imports.ts';
import { getLatestPosition, getPrunedPosition, getStoreId } from './positions.ts';
import {
  countRequest,
  getRequestCount,
  listProviderHealth,
  saveProviderHealth,
} from './providers.ts';
import { record } from './record.ts';
import { deleteHiddenRows, deleteImports, hideRows, listKeptProviders } from './retention.ts';
import { listRevisions } from './revisions.ts';
import { listRowErrorGroups, listRows } from './rows.ts';
import { showsRows } from './same-rows.ts';
import {
  bringForward,
  claimDue,
  countActive,
  extendLease,
  findNextDueAt,
  releaseAll,
} from './schedule.ts';

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
    claimDue: async (query) => claimDue(database, query),
    findNextDueAt: async (providerId) => findNextDueAt(database, providerId),
    bringForward: async (id, at) => bringForward(database, id, at),
    countActive: async (providerId) => countActive(database, providerId),
    extendLease: async (id, until) => extendLease(database, id, until),
    countRequest: async (providerId, month, limit) =>
      countRequest(database, { providerId, month, limit }),
    getRequestCount: async (providerId, month) => getRequestCount(database, providerId, month),
    listProviderHealth: async () => listProviderHealth(database),
    saveProviderHealth: async (id, health) => saveProviderHealth(database, id, health),
    subscribe: (listener) => {
      // A listener of its own, so that subscribing one function twice is two subscriptions.
      const own = (hint: ChangeHint): void => listener(hint);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    close: async () => database.close(),
  };
}
