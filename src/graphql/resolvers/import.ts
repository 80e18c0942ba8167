import { importId } from '../../domain/import.ts';
import { connectionOf } from '../connection.ts';
import { checkPageSize, decodeCursor, encodeCursor } from '../cursor.ts';
import { resolveReference } from '../find-import.ts';
import type { ImportResolvers } from '../generated/resolver-types.ts';
import { countersModel, freshnessModel, jobModel } from '../models.ts';
import { refOf } from '../reference.ts';

const MOST_GROUPS = 500;

export const Import: ImportResolvers = {
  __resolveReference: (reference, context) => resolveReference(refOf(reference), context),
  id: ({ ref }) => importId(ref),
  providerId: ({ ref }) => ref.providerId,
  externalId: ({ ref }) => ref.externalId,
  provider: ({ ref }, _, { watcher }) => watcher.findProvider(ref.providerId),
  job: jobModel,
  counters: ({ state }) => countersModel(state.counters, state.job.phase),
  resources: ({ state }) =>
    state.resources.map((resource) => ({ resource, importPhase: state.job.phase })),
  rowErrors: async ({ ref, state }, { first, after }, { ledger }) => {
    const page = await ledger.listRowErrors({
      importId: importId(ref),
      first: checkPageSize(first ?? 50),
      after: typeof after === 'string' ? decodeCursor('row', after) : -1,
    });
    const edges = page.items.map(({ ordinal, row }) => ({
      cursor: encodeCursor('row', ordinal),
      node: row,
    }));
    return {
      ...connectionOf({ edges, hasMore: page.hasMore, isContinued: typeof after === 'string' }),
      ...state.rowErrors,
    };
  },
  rowErrorGroups: ({ ref }, _, { ledger }) => ledger.listRowErrorGroups(importId(ref), MOST_GROUPS),
  history: async ({ ref }, { first, after }, { ledger }) => {
    const page = await ledger.listRevisions({
      importId: importId(ref),
      first: checkPageSize(first ?? 50),
      after: typeof after === 'string' ? decodeCursor('position', after) : 0,
    });
    const edges = page.revisions.map((revision) => ({
      cursor: encodeCursor('position', revision.position),
      node: revision,
    }));
    return connectionOf({ edges, hasMore: page.hasMore, isContinued: typeof after === 'string' });
  },
  position: ({ position }) => (position === null ? null : encodeCursor('position', position)),
  freshness: (self, _, { watcher }) => freshnessModel(self, watcher),
  labels: ({ labels }) => Object.entries(labels).map(([key, value]) => ({ key, value })),
};
