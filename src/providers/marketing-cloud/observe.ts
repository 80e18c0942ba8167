import { isBalanced, NO_COUNTERS } from '../../domain/counters.ts';
import type { ResourceCounters } from '../../domain/counters.ts';
import type { CommitEffect, Job, JobOutcome, JobPhase } from '../../domain/job.ts';
import type { Observation } from '../../domain/observation.ts';
import type { InstantReader } from './dates.ts';
import type { ImportResultsSummary, ImportStatus } from './wire.ts';

export interface ObserveOptions {
  readonly readInstant: InstantReader;
  /** What the caller who tracked the import said; the vendor has no such flag. */
  readonly continueOnError: boolean | null;
  /** Where the failed rows of a finished import can be read, if it has any. */
  readonly rowsAre: 'elsewhere' | 'none';
}

/** Reads one summary. Total over every status and every combination of counters. */
export function observeSummary(
  summary: ImportResultsSummary,
  { readInstant, continueOnError, rowsAre }: ObserveOptions,
): Observation {
  const counters: ResourceCounters = {
    ...NO_COUNTERS,
    total: summary.TotalRows,
    succeeded: summary.NumberSuccessful,
    failed: summary.NumberErrors,
    duplicated: summary.NumberDuplicated,
  };
  const verdict = VERDICT_OF_STATUS[summary.ImportStatus.status](counters);
  const isFinished = verdict.phase === 'FINISHED';
  const job: Job = {
    phase: verdict.phase,
    outcome: verdict.outcome,
    effect: verdict.effect,
    progressPercent: null,
    queuedAt: null,
    startedAt: readInstant(summary.StartDate),
    finishedAt: isFinished ? readInstant(summary.EndDate) : null,
    expiresAt: null,
    message: null,
    error: null,
    providerStatus: summary.ImportStatus.word,
    explanation: verdict.explanation,
    continueOnError,
  };
  return {
    job,
    counters,
    resources: [
      {
        type: summary.ImportType ?? 'destination',
        key: summary.DestinationID,
        name: null,
        counters,
        categories: [],
        phase: null,
        progressPercent: null,
        error: null,
      },
    ],
    ...(isFinished ? rowsOnceFinished(counters, rowsAre) : rowsUntilFinished(counters)),
    lacking: verdict.lacking ?? null,
  };
}

/**
 * The newest of an import's summaries: the one that started last, then the one with the higher
 * ID, then the one that came last. When the vendor shows more than one it does not say why.
 */
export function findNewestSummary(
  summaries: readonly ImportResultsSummary[],
  readInstant: InstantReader,
): ImportResultsSummary | null {
  let newest: ImportResultsSummary | null = null;
  for (const summary of summaries) {
    if (newest === null || !isOlder(summary, newest, readInstant)) newest = summary;
  }
  return newest;
}

function isOlder(
  summary: ImportResultsSummary,
  than: ImportResultsSummary,
  readInstant: InstantReader,
): boolean {
  const byStart = compareKnown(readInstant(summary.StartDate), readInstant(than.StartDate));
  return byStart === 0
    ? compareKnown(wholeNumber(summary.ID), wholeNumber(than.ID)) < 0
    : byStart < 0;
}

interface Verdict {
  readonly phase: JobPhase;
  readonly outcome: JobOutcome | null;
  readonly effect: CommitEffect;
  readonly explanation: string;
  readonly lacking?: string;
}

const VERDICT_OF_STATUS: Readonly<Record<ImportStatus, (counters: ResourceCounters) => Verdict>> = {
  New: queued,
  Processing: running,
  IOWork: running,
  Completed: completed,
  Error: failed,
  Unknown: () => ({
    ...UNKNOWN,
    explanation: 'ImportStatus Unknown: Marketing Cloud itself does not know the state.',
  }),
  unrecognized: () => ({
    ...UNKNOWN,
    explanation: 'ImportStatus is none of the words that Marketing Cloud documents.',
  }),
};

const UNKNOWN = { phase: 'UNKNOWN', outcome: null, effect: 'UNKNOWN' } as const;

function queued({ succeeded }: ResourceCounters): Verdict {
  const hasWritten = succeeded !== null && succeeded > 0;
  return {
    phase: 'QUEUED',
    outcome: null,
    effect: hasWritten ? 'UNKNOWN' : 'NONE',
    explanation: 'ImportStatus New: the import waits to be processed.',
  };
}

function running(): Verdict {
  return {
    phase: 'RUNNING',
    outcome: null,
    effect: 'UNKNOWN',
    explanation: 'ImportStatus Processing or IOWork: the import is running.',
  };
}

function failed({ succeeded }: ResourceCounters): Verdict {
  return {
    ...ended('FAILED', effectOf(succeeded, 'SOME')),
    explanation: 'ImportStatus Error: the import failed; NumberSuccessful tells what was written.',
  };
}

/** `Completed` says that it is over; only the counters say how it went. */
function completed(counters: ResourceCounters): Verdict {
  const { total, succeeded, failed: errors, duplicated } = counters;
  if ([total, succeeded, errors, duplicated].every((count) => count === null)) {
    return {
      ...ended('UNKNOWN', 'UNKNOWN'),
      explanation: 'Completed without any row counter: how it ended is not known.',
      lacking: 'Marketing Cloud says Completed and shows no row counter yet',
    };
  }
  if (errors !== null && errors > 0) {
    return {
      ...ended('COMPLETED_WITH_ERRORS', effectOf(succeeded, 'SOME')),
      explanation: 'Completed with NumberErrors above 0.',
    };
  }
  if (isEmpty(counters)) {
    return {
      ...ended('SUCCEEDED', 'NONE'),
      explanation: 'Completed with zero rows: nothing was written.',
    };
  }
  if (errors === null) {
    return {
      ...ended('UNKNOWN', effectOf(succeeded, 'UNKNOWN')),
      explanation: 'Completed without NumberErrors: whether rows failed is not known.',
      lacking: 'Marketing Cloud says Completed and does not show NumberErrors yet',
    };
  }
  // The SOAP object has no counter for restricted rows, which its REST sibling has: rows may be
  // missing from every counter but the total.
  if (isBalanced(counters, 'FINISHED') === false) {
    const counted = `NumberSuccessful ${succeeded} and NumberDuplicated ${duplicated ?? 'absent'}`;
    return {
      ...ended('UNKNOWN', effectOf(succeeded, 'UNKNOWN')),
      explanation: `Completed with NumberErrors 0, but ${counted} do not account for TotalRows ${total}.`,
    };
  }
  return {
    ...ended('SUCCEEDED', effectOf(succeeded, 'ALL')),
    explanation: 'Completed with NumberErrors 0; NumberSuccessful tells what was written.',
  };
}

function ended(outcome: JobOutcome, effect: CommitEffect): Omit<Verdict, 'explanation'> {
  return { phase: 'FINISHED', outcome, effect };
}

/** What NumberSuccessful says about the target; `whenSome` is for a number above 0. */
function effectOf(succeeded: number | null, whenSome: CommitEffect): CommitEffect {
  if (succeeded === null) return 'UNKNOWN';
  return succeeded === 0 ? 'NONE' : whenSome;
}

/** Whether the import is known to have had no rows. */
function isEmpty({ total, succeeded, failed: errors, duplicated }: ResourceCounters): boolean {
  return total === 0 && [succeeded, errors, duplicated].every((count) => (count ?? 0) === 0);
}

type Rows = Pick<Observation, 'rowErrors' | 'rows'>;

function rowsUntilFinished({ failed }: ResourceCounters): Rows {
  return { rowErrors: { availability: 'PENDING', totalCount: failed, limit: null }, rows: 'none' };
}

/** The SOAP object counts failed rows and never shows them. */
function rowsOnceFinished({ failed }: ResourceCounters, rowsAre: ObserveOptions['rowsAre']): Rows {
  if (failed === 0) {
    return { rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null }, rows: 'none' };
  }
  const availability = rowsAre === 'elsewhere' ? 'PENDING' : 'COUNT_ONLY';
  return { rowErrors: { availability, totalCount: failed, limit: null }, rows: rowsAre };
}

function compareKnown(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b === null ? 1 : a - b;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
