import { occurredAt } from '../../domain/change.ts';
import type { ImportRevisionResolvers } from '../generated/resolver-types.ts';
import { labelModels } from '../label.ts';
import { countersModel } from '../models.ts';
import { encodePosition } from '../position.ts';

export const ImportRevision: ImportRevisionResolvers = {
  position: ({ position }, _, { ledger }) => encodePosition(position, ledger),
  occurredAt: ({ revision, changed, state: { job } }) => occurredAt({ revision, changed, job }),
  phase: ({ state }) => state.job.phase,
  outcome: ({ state }) => state.job.outcome,
  effect: ({ state }) => state.job.effect,
  progressPercent: ({ state }) => state.job.progressPercent,
  counters: ({ state }) => countersModel(state.counters, state.job.phase),
  providerStatus: ({ state }) => state.job.providerStatus,
  labels: ({ labels }) => (labels === null ? null : labelModels(labels)),
};
