import type { ProviderHealth } from '../../ledger/provider-health.ts';
import type {
  ImportProviderHealthState,
  ImportProviderResolvers,
} from '../generated/resolver-types.ts';

const DAY_MS = 86_400_000;

export const ImportProvider: ImportProviderResolvers = {
  __resolveReference: ({ id }, { watcher }) => watcher.findProvider(id),
  health: ({ id }, _, { watcher }) => {
    const health = watcher.getHealth(id);
    const isDown = watcher.isDown(id);
    return {
      ...health,
      providerId: id,
      state: stateOf(health, isDown),
      retryAt: isDown ? health.openUntil : null,
    };
  },
  budget: async ({ id }, _, { watcher }) => {
    const budget = await watcher.findBudget(id);
    if (budget === null) return null;
    const { perMonth, usedThisMonth } = budget;
    return {
      ...budget,
      remainingThisMonth: perMonth === null ? null : Math.max(0, perMonth - usedThisMonth),
    };
  },
  capabilities: ({ capabilities }) => ({
    ...capabilities,
    retentionDays: capabilities.retentionMs === null ? null : capabilities.retentionMs / DAY_MS,
  }),
};

function stateOf(health: ProviderHealth, isDown: boolean): ImportProviderHealthState {
  if (isDown) return 'DOWN';
  if (health.error !== null) return 'DEGRADED';
  return health.lastSuccessAt === null ? 'UNKNOWN' : 'HEALTHY';
}
