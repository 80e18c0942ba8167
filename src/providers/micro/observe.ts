import type { ResourceCounters } from '../../domain/counters.ts';
import { NO_COUNTERS } from '../../domain/counters.ts';
import type { CommitEffect, Job, JobError, JobPhase } from '../../domain/job.ts';
import type { Observation } from '../../domain/observation.ts';
import { ProviderError } from '../../domain/provider-error.ts';
import type { RowErrorSummary } from '../../domain/row.ts';
import type { LookTarget } from '../provider.ts';
import type { ResultTally } from './row-results.ts';
import type { ImportJob, KnownStatus } from './wire.ts';

/**
 * Reads a status answer, or the answer to a submission, of which a synchronous one names no job.
 * `tally` is what the results that it has add up to.
 * Throws an `unexpected-response` when it is about another job than the target.
 */
export function observe(
  job: ImportJob,
  tally: ResultTally,
  target: Pick<LookTarget, 'externalId' | 'continueOnError'>,
): Observation {
  checkTarget(job, target);
  const evidence = gatherEvidence(job, tally);
  const reading = READINGS[job.status.known](evidence);
  const isFinished = reading.phase === 'FINISHED';
  return {
    job: {
      ...reading,
      progressPercent: null,
      queuedAt: job.created_at,
      startedAt: null,
      // Micro tells no end. `updated_at` is the last change, of which nothing says that it is the end.
      finishedAt: null,
      expiresAt: job.expires_at,
      message: null,
      error: readJobError(job),
      providerStatus: job.status.raw,
      continueOnError: target.continueOnError,
    },
    counters: evidence.counters,
    resources: [],
    rowErrors: summarizeRowErrors(reading.phase, evidence),
    rows: isFinished && tally.shown > 0 ? 'here' : 'none',
    lacking: null,
  };
}

/** What an answer says about its rows, from its counters and from its results. */
interface Evidence {
  readonly job: ImportJob;
  /** The vendor's own; where it sends none, what its results add up to if they are complete. */
  readonly counters: ResourceCounters;
  readonly tally: ResultTally;
}

function gatherEvidence(job: ImportJob, tally: ResultTally): Evidence {
  const isComplete = job.results !== null && tally.shown === job.total;
  const whole = isComplete ? tally : null;
  return {
    job,
    counters: {
      ...NO_COUNTERS,
      total: job.total,
      processed: job.processed ?? (whole && whole.succeeded + whole.failed),
      succeeded: job.succeeded ?? whole?.succeeded ?? null,
      failed: job.failed ?? whole?.failed ?? null,
      added: whole?.added ?? null,
      updated: whole?.updated ?? null,
      matched: whole?.matched ?? null,
    },
    tally,
  };
}

/** Throws an `unexpected-response` when an answer is about another job than the target. */
export function checkTarget(
  { job_id: id }: ImportJob,
  { externalId }: Pick<LookTarget, 'externalId'>,
) {
  if (id === null || id === externalId) return;
  throw new ProviderError(
    'unexpected-response',
    `expected an answer about import "${externalId}", got one about "${id}"`,
  );
}

type Reading = Pick<Job, 'phase' | 'outcome' | 'effect' | 'explanation'>;

const READINGS: Record<KnownStatus, (evidence: Evidence) => Reading> = {
  processing: (evidence) => ({
    phase: 'RUNNING',
    outcome: null,
    effect: provenEffect(evidence),
    explanation: 'Micro says "processing": rows are still being imported.',
  }),
  complete: readComplete,
  failed: (evidence) => ({
    phase: 'FINISHED',
    outcome: 'FAILED',
    effect: provenEffect(evidence),
    explanation: 'Micro says "failed": the job as a whole failed.',
  }),
  unrecognized: () => ({
    phase: 'UNKNOWN',
    outcome: null,
    effect: 'UNKNOWN',
    explanation: 'Micro says a status that we do not know.',
  }),
};

function readComplete(evidence: Evidence): Reading {
  const { job, counters } = evidence;
  if (job.error !== null) {
    // The vendor sets this error only on a failed job: one of the two words is wrong.
    return {
      phase: 'FINISHED',
      outcome: 'UNKNOWN',
      effect: provenEffect(evidence),
      explanation: 'Micro says "complete" and yet gives an error of the whole job.',
    };
  }
  const failed = Math.max(counters.failed ?? 0, evidence.tally.failed);
  if (failed > 0) {
    return {
      phase: 'FINISHED',
      outcome: 'COMPLETED_WITH_ERRORS',
      effect: provenEffect(evidence),
      explanation: `Micro says "complete" and ${failed} of ${job.total} rows failed.`,
    };
  }
  const gap = findGap(evidence);
  if (gap !== null) {
    return {
      phase: 'FINISHED',
      outcome: 'UNKNOWN',
      effect: provenEffect(evidence),
      explanation: `Micro says "complete" and no failed row is known, but ${gap}.`,
    };
  }
  return {
    phase: 'FINISHED',
    outcome: 'SUCCEEDED',
    effect: job.total === 0 ? 'NONE' : wholeEffect(counters),
    explanation:
      job.total === 0
        ? 'Micro says "complete" and the import had no rows.'
        : `Micro says "complete", no row failed and all ${job.total} rows are accounted for.`,
  };
}

/** Why the rows of a complete job without a known failure do not add up; null when they do. */
function findGap({ job, counters, tally }: Evidence): string | null {
  const { total } = job;
  const { shown } = tally;
  if (shown > total) return `there are ${shown} results for ${total} rows`;
  const told = [counters.processed, counters.succeeded].filter((count) => count !== null);
  if (told.some((count) => count > total)) {
    return `${Math.max(...told)} rows are counted and the import has ${total}`;
  }
  const accounted = told.length === 0 ? 0 : Math.min(...told);
  const unaccounted = Math.max(total - accounted, tally.unaccounted);
  if (unaccounted > 0) return `${unaccounted} of ${total} rows are unaccounted for`;
  const isSilent = counters.failed === null && counters.succeeded === null && total > 0;
  return isSilent ? 'nothing says how many of the rows failed' : null;
}

/** The effect of a job all of whose rows are accounted for and none of them failed. */
function wholeEffect({ succeeded }: ResourceCounters): CommitEffect {
  return succeeded === null ? 'UNKNOWN' : 'ALL';
}

/**
 * What is certain to be in the target: `NONE` needs a zero that no result denies, `SOME` a number
 * of rows that succeeded.
 */
function provenEffect({ counters, tally }: Evidence): CommitEffect {
  if (counters.succeeded === null) return 'UNKNOWN';
  if (counters.succeeded > 0) return 'SOME';
  return tally.showsWrites ? 'UNKNOWN' : 'NONE';
}

function readJobError({ error }: ImportJob): JobError | null {
  if (error === null) return null;
  const { code, message } = error;
  return {
    code,
    message: message ?? code ?? 'Micro gives an error without saying which.',
    detail: null,
  };
}

function summarizeRowErrors(phase: JobPhase, evidence: Evidence): RowErrorSummary {
  const { counters, tally } = evidence;
  const limit = null;
  if (phase !== 'FINISHED') return { availability: 'PENDING', totalCount: counters.failed, limit };
  const totalCount = findFailedCount(evidence);
  if (totalCount === tally.failed) return { availability: 'COMPLETE', totalCount, limit };
  return { availability: tally.failed === 0 ? 'COUNT_ONLY' : 'TRUNCATED', totalCount, limit };
}

/** How many rows failed, by the counter or by the results, whichever shows more. */
function findFailedCount({ job, counters, tally }: Evidence): number | null {
  if (counters.failed !== null) return Math.max(counters.failed, tally.failed);
  return counters.succeeded === job.total && tally.failed === 0 ? 0 : null;
}
