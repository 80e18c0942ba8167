import { importId } from '../../domain/import.ts';
import { connectionOf } from '../connection.ts';
import { checkPageSize } from '../cursor.ts';
import { rowsPath } from '../export/rows-export.ts';
import { distinctWords } from '../filter.ts';
import { resolveReference } from '../find-import.ts';
import type { ImportResolvers } from '../generated/resolver-types.ts';
import { labelModels } from '../label.ts';
import { countersModel, freshnessModel, jobModel } from '../models.ts';
import { encodePosition, readPosition } from '../position.ts';
import { refOf } from '../reference.ts';
import { failedRow, findRows, rowConnectionOf } from '../row-page.ts';
import { hasRows, summarizeRowErrors, summarizeRows } from '../row-summary.ts';

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
  rows: async (self, { first, after, outcome }, context) => {
    const outcomes = distinctWords('outcome', outcome);
    const { held, page } = await findRows(self, { outcomes, first, after }, context);
    const { state, ref } = self;
    const provider = context.watcher.findProvider(ref.providerId);
    return {
      ...rowConnectionOf(page, after),
      ...summarizeRows({ state, held, provider }, outcomes),
    };
  },
  rowsExportUrl: async ({ ref, state }, { format, outcome }, { loaders, publicUrl }) => {
    const outcomes = distinctWords('outcome', outcome);
    const held = await loaders.heldRowsByImportId.load(importId(ref));
    if (outcomes?.length === 0 || !hasRows({ state, held })) return null;
    return publicUrl + rowsPath({ importId: importId(ref), format, outcomes: outcomes ?? [] });
  },
  rowErrors: async (self, { first, after }, context) => {
    const { held, page } = await findRows(self, { outcomes: ['FAILED'], first, after }, context);
    const items = page.items.map(({ ordinal, row }) => ({ ordinal, row: failedRow(row) }));
    return {
      ...rowConnectionOf({ items, hasMore: page.hasMore }, after),
      ...summarizeRowErrors(self.state.rowErrors, held),
    };
  },
  rowErrorGroups: async ({ ref }, _, { ledger }) => ledger.listRowErrorGroups(importId(ref)),
  history: async ({ ref }, { first, after }, { ledger }) => {
    const page = await ledger.listRevisions({
      importId: importId(ref),
      first: checkPageSize(first ?? 50),
      after: (await readPosition(after, { ledger })) ?? 0,
    });
    const edges = page.revisions.map((revision) => ({
      cursor: encodePosition(revision.position, ledger),
      node: revision,
    }));
    return connectionOf({ edges, hasMore: page.hasMore, isContinued: typeof after === 'string' });
  },
  position: ({ position }, _, { ledger }) =>
    position === null ? null : encodePosition(position, ledger),
  freshness: (self, _, { watcher }) => freshnessModel(self, watcher),
  labels: ({ labels }) => labelModels(labels),
};
