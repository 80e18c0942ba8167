import { encodeCursor } from '../cursor.ts';
import type { ImportRevisionResolvers } from '../generated/resolver-types.ts';
import { countersModel } from '../models.ts';

export const ImportRevision: ImportRevisionResolvers = {
  position: ({ position }) => encodeCursor('position', position),
  phase: ({ state }) => state.job.phase,
  outcome: ({ state }) => state.job.outcome,
  effect: ({ state }) => state.job.effect,
  progressPercent: ({ state }) => state.job.progressPercent,
  counters: ({ state }) => countersModel(state.counters, state.job.phase),
  providerStatus: ({ state }) => state.job.providerStatus,
};
