import { findImportRef } from '../domain/import.ts';
import type { ImportFilter } from '../ledger/ledger.ts';
import { mayKnowProvider } from './caller.ts';
import type { Caller } from './caller.ts';
import type { GraphLedger, GraphWatcher } from './context.ts';

interface Sources {
  readonly ledger: GraphLedger;
  readonly watcher: GraphWatcher;
}

/**
 * What is there for a caller. Of providers that they may not know of, nothing is: no id of theirs
 * reaches the ledger or the watcher, so neither an answer nor its time tells whether it exists.
 */
export function viewFor<T extends Sources>(sources: T, caller: Caller): T {
  if (caller.providerIds === null) return sources;
  return {
    ...sources,
    ledger: limitLedger(sources.ledger, caller),
    watcher: limitWatcher(sources.watcher, caller),
  };
}

function limitLedger(ledger: GraphLedger, caller: Caller): GraphLedger {
  const isThere = (id: string): boolean => mayKnowImport(caller, id);
  const limited = (filter: ImportFilter): ImportFilter => limitFilter(filter, caller);
  return {
    storeId: ledger.storeId,
    getLatestPosition: () => ledger.getLatestPosition(),
    getPrunedPosition: () => ledger.getPrunedPosition(),
    findImports: async (ids) => {
      const known = ids.filter(isThere);
      return known.length === 0 ? new Map() : ledger.findImports(known);
    },
    findHeldRows: async (ids) => {
      const known = ids.filter(isThere);
      return known.length === 0 ? new Map() : ledger.findHeldRows(known);
    },
    listImports: (query) => ledger.listImports({ ...query, filter: limited(query.filter) }),
    listChanges: (query) => ledger.listChanges({ ...query, filter: limited(query.filter) }),
    listRevisions: async (query) =>
      isThere(query.importId) ? ledger.listRevisions(query) : { revisions: [], hasMore: false },
    listRows: async (query) =>
      isThere(query.importId) ? ledger.listRows(query) : { items: [], hasMore: false },
    listRowErrorGroups: async (importId) =>
      isThere(importId) ? ledger.listRowErrorGroups(importId) : [],
  };
}

/** Its imports of providers that are configured no longer are there, too, if the caller may know them. */
function limitFilter(filter: ImportFilter, { providerIds }: Caller): ImportFilter {
  const allowed = [...(providerIds ?? [])];
  const wanted = filter.providerIds ?? allowed;
  return { ...filter, providerIds: wanted.filter((id) => allowed.includes(id)) };
}

function limitWatcher(watcher: GraphWatcher, caller: Caller): GraphWatcher {
  const isThere = (providerId: string): boolean => mayKnowProvider(caller, providerId);
  return {
    listProviders: () => watcher.listProviders().filter(({ id }) => isThere(id)),
    findProvider: (id) => (isThere(id) ? watcher.findProvider(id) : null),
    getHealth: (id) => (isThere(id) ? watcher.getHealth(id) : refuse(id)),
    isDown: (id) => isThere(id) && watcher.isDown(id),
    findBudget: async (id) => (isThere(id) ? watcher.findBudget(id) : null),
    findRisk: async (id, first) => (isThere(id) ? watcher.findRisk(id, first) : null),
    ask: async (ref) => (isThere(ref.providerId) ? watcher.ask(ref) : { kind: 'not-found' }),
    track: async (tracking) =>
      isThere(tracking.ref.providerId) ? watcher.track(tracking) : refuse(tracking.ref.providerId),
    untrack: async (ref) => (isThere(ref.providerId) ? watcher.untrack(ref) : null),
    refresh: async (known) =>
      isThere(known.ref.providerId) ? watcher.refresh(known) : refuse(known.ref.providerId),
    recordResponse: async (input) =>
      isThere(input.ref.providerId) ? watcher.recordResponse(input) : { kind: 'not-accepted' },
  };
}

/** Nothing names such a provider to its caller, so they cannot have come from anywhere. */
function refuse(providerId: string): never {
  throw new Error(`a caller reached provider ${providerId}, of which they may not know`);
}

/** Whether an import with this id would be there for a caller, if there were one. */
export function mayKnowImport(caller: Caller, id: string): boolean {
  const ref = findImportRef(id);
  return caller.providerIds === null || (ref !== null && mayKnowProvider(caller, ref.providerId));
}
