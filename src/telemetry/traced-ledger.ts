import type { Tracer } from '../domain/tracer.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** A ledger whose every function shows in the trace that it is called for. */
export function traceLedger(ledger: Ledger, tracer: Tracer): Ledger {
  const traced =
    <A extends readonly unknown[], R>(name: keyof Ledger, run: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      tracer.step({ name: `ledger ${name}` }, () => run(...args));
  return {
    storeId: ledger.storeId,
    isShared: ledger.isShared,
    findImports: traced('findImports', (ids) => ledger.findImports(ids)),
    listImports: traced('listImports', (query) => ledger.listImports(query)),
    listChanges: traced('listChanges', (query) => ledger.listChanges(query)),
    listRevisions: traced('listRevisions', (query) => ledger.listRevisions(query)),
    getLatestPosition: traced('getLatestPosition', () => ledger.getLatestPosition()),
    getPrunedPosition: traced('getPrunedPosition', () => ledger.getPrunedPosition()),
    track: traced('track', (tracking) => ledger.track(tracking)),
    untrack: traced('untrack', (id) => ledger.untrack(id)),
    record: traced('record', (recording) => ledger.record(recording)),
    claimDue: traced('claimDue', (query) => ledger.claimDue(query)),
    findNextDueAt: traced('findNextDueAt', (providerId) => ledger.findNextDueAt(providerId)),
    bringForward: traced('bringForward', (id, move) => ledger.bringForward(id, move)),
    countActive: traced('countActive', (providerId) => ledger.countActive(providerId)),
    countExpiring: traced('countExpiring', (query) => ledger.countExpiring(query)),
    listExpiring: traced('listExpiring', (query) => ledger.listExpiring(query)),
    takeRoom: traced('takeRoom', (query) => ledger.takeRoom(query)),
    leaveRoom: traced('leaveRoom', (providerId) => ledger.leaveRoom(providerId)),
    release: traced('release', (leases) => ledger.release(leases)),
    extendLease: traced('extendLease', (lease, until) => ledger.extendLease(lease, until)),
    claimAsked: traced('claimAsked', (query) => ledger.claimAsked(query)),
    answerAsked: traced('answerAsked', (lease, missed) => ledger.answerAsked(lease, missed)),
    setWatched: traced('setWatched', (ids, isWatched) => ledger.setWatched(ids, isWatched)),
    takeRequest: traced('takeRequest', (query) => ledger.takeRequest(query)),
    returnRequest: traced('returnRequest', (id, at) => ledger.returnRequest(id, at)),
    getRequestCount: traced('getRequestCount', (id, month) => ledger.getRequestCount(id, month)),
    listProviderHealth: traced('listProviderHealth', () => ledger.listProviderHealth()),
    reviseProviderHealth: traced('reviseProviderHealth', (id, revise) =>
      ledger.reviseProviderHealth(id, revise),
    ),
    openCapture: traced('openCapture', (ref, now) => ledger.openCapture(ref, now)),
    addRows: traced('addRows', (addition) => ledger.addRows(addition)),
    showsRows: traced('showsRows', (id, captureId) => ledger.showsRows(id, captureId)),
    dropCapture: traced('dropCapture', (id) => ledger.dropCapture(id)),
    listRows: traced('listRows', (query) => ledger.listRows(query)),
    listRowErrorGroups: traced('listRowErrorGroups', (id) => ledger.listRowErrorGroups(id)),
    findHeldRows: traced('findHeldRows', (ids) => ledger.findHeldRows(ids)),
    listKeptProviders: traced('listKeptProviders', () => ledger.listKeptProviders()),
    hideRows: traced('hideRows', (query) => ledger.hideRows(query)),
    deleteHiddenRows: traced('deleteHiddenRows', (limit) => ledger.deleteHiddenRows(limit)),
    deleteImports: traced('deleteImports', (query) => ledger.deleteImports(query)),
    subscribe: (listener) => ledger.subscribe(listener),
    close: () => ledger.close(),
  };
}
