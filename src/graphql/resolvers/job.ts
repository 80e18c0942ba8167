import { importId } from '../../domain/import.ts';
import { resolveReference } from '../find-import.ts';
import type { JobResolvers } from '../generated/resolver-types.ts';
import { refOf } from '../reference.ts';

/** A job is read off its import. */
export const Job: JobResolvers = {
  __resolveReference: (reference, context) => resolveReference(refOf(reference), context),
  id: ({ ref }) => importId(ref),
  phase: ({ state }) => state.job.phase,
  outcome: ({ state }) => state.job.outcome,
  effect: ({ state }) => state.job.effect,
  progressPercent: ({ state }) => state.job.progressPercent,
  queuedAt: ({ state }) => state.job.queuedAt,
  startedAt: ({ state }) => state.job.startedAt,
  finishedAt: ({ state }) => state.job.finishedAt,
  expiresAt: ({ state }) => state.job.expiresAt,
  message: ({ state }) => state.job.message,
  error: ({ state }) => state.job.error,
  providerStatus: ({ state }) => state.job.providerStatus,
  explanation: ({ state }) => state.job.explanation,
  continueOnError: ({ state }) => state.job.continueOnError,
};
