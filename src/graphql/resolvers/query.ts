import { connectionOf } from '../connection.ts';
import { checkPageSize, decodeCursor, encodeCursor } from '../cursor.ts';
import { filterOf } from '../filter.ts';
import { checkImportRef, findImportOrNull, parseImportId } from '../find-import.ts';
import { findGap, readWithPruned } from '../gap.ts';
import type { QueryResolvers } from '../generated/resolver-types.ts';
import { encodePosition, readResumption } from '../position.ts';

export const Query: QueryResolvers = {
  import: async (_, { id }, context) => findImportOrNull(parseImportId(id), context),
  importByExternalId: async (_, ref, context) => findImportOrNull(checkImportRef(ref), context),
  imports: async (_, { filter, first, after }, context) => {
    const { ledger } = context;
    const page = await ledger.listImports({
      filter: filterOf(filter, context),
      first: checkPageSize(first ?? 20),
      after: typeof after === 'string' ? decodeCursor('place', after) : null,
    });
    const edges = page.items.map((item) => ({
      cursor: encodeCursor('place', item.place),
      node: item.import,
    }));
    return connectionOf({ edges, hasMore: page.hasMore, isContinued: typeof after === 'string' });
  },
  importChanges: async (_, { filter, first, after }, context) => {
    const { ledger } = context;
    const seen = await readResumption(after, { ledger });
    const query = {
      filter: filterOf(filter, context),
      first: checkPageSize(first ?? 100),
      after: seen.after ?? 0,
    };
    const { page, pruned } = await readWithPruned(seen.after, ledger, () =>
      ledger.listChanges(query),
    );
    return {
      nodes: page.changes,
      endPosition: encodePosition(page.endPosition, ledger, Math.max(seen.toldGap, pruned)),
      hasMore: page.hasMore,
      gap: findGap({ ...seen, pruned }),
    };
  },
  importProvider: (_, { id }, { watcher }) => watcher.findProvider(id),
  importProviders: (_, __, { watcher }) => watcher.listProviders(),
};
