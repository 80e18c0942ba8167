import { checkPageSize } from '../cursor.ts';
import type { ImportProviderHealthResolvers } from '../generated/resolver-types.ts';

export const ImportProviderHealth: ImportProviderHealthResolvers = {
  importsAtRisk: async ({ providerId }, { first }, { watcher, loaders }) => {
    const risk = await watcher.findRisk(providerId, checkPageSize(first ?? 20));
    if (risk === null) return null;
    const found = await Promise.all(
      risk.first.map(({ importId }) => loaders.importById.load(importId)),
    );
    return {
      totalCount: risk.count,
      firstExpiresAt: risk.first[0]?.expiresAt ?? null,
      nodes: found.filter((known) => known !== null),
    };
  },
};
