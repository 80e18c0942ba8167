import type { CommitEffect, JobOutcome, JobPhase } from '../../domain/job.ts';
import type { ImportSummary, JobResource } from './wire.ts';

/** What there is to tell by what was written to the target. */
export interface Evidence {
  /** What the counters prove. */
  readonly changes: Exclude<CommitEffect, 'ALL'>;
  readonly continueOnError: boolean | null;
}

interface EffectReading {
  readonly effect: CommitEffect;
  /** Why, as the end of a sentence. */
  readonly because: string;
}

/** How one combination of the vendor's words reads in ours. */
export interface Reading {
  readonly phase: JobPhase;
  readonly outcome: JobOutcome | null;
  readonly effect: (evidence: Evidence) => EffectReading;
  /** What the words say, as the end of a sentence that begins with them. */
  readonly says: string;
  /** Whether the words can only come of an import that goes on after a failed command. */
  readonly showsContinueOnError?: true;
}

type Known<Word extends { readonly known: string } | null | undefined> = NonNullable<Word>['known'];
type JobState = Known<JobResource['state']>;
type JobResult = Known<JobResource['result']>;
type SummaryState = Known<ImportSummary['importJobState']>;

/** An ended job: by its result or, while it has none, by the summary's state. */
interface Ending {
  readonly byResult: Record<Exclude<JobResult, 'NOT_SET'>, Reading>;
  readonly bySummary: Record<SummaryState, Reading>;
}

const always = (effect: CommitEffect, because: string) => (): EffectReading => ({
  effect,
  because,
});

const untold = always('UNKNOWN', 'what was written is not told');

function byCounters({ changes }: Evidence): EffectReading {
  return { effect: changes, because: COUNTED[changes] };
}

const COUNTED: Record<Evidence['changes'], string> = {
  SOME: 'its counters show changes',
  NONE: 'its counters show that nothing was added, updated or removed',
  UNKNOWN: 'no counters tell what was written',
};

function byCountersIfWritten({ changes }: Evidence): EffectReading {
  if (changes === 'SOME') return { effect: 'SOME', because: COUNTED.SOME };
  return { effect: 'UNKNOWN', because: 'some data may have been committed' };
}

function byContinueOnError(evidence: Evidence): EffectReading {
  const { changes, continueOnError } = evidence;
  if (continueOnError === true) return byCountersIfWritten(evidence);
  if (changes === 'SOME') return { effect: 'SOME', because: COUNTED.SOME };
  if (continueOnError === false) {
    return { effect: 'NONE', because: 'with continue-on-error off nothing was committed' };
  }
  return {
    effect: 'UNKNOWN',
    because: 'whether anything was committed hangs on continue-on-error, which nobody stated',
  };
}

const SUCCESS: Reading = {
  phase: 'FINISHED',
  outcome: 'SUCCEEDED',
  effect: always('ALL', 'everything was committed'),
  says: 'means that all commands were executed without errors',
};

const COMPLETED_WITH_ERROR: Reading = {
  phase: 'FINISHED',
  outcome: 'COMPLETED_WITH_ERRORS',
  effect: byCounters,
  says: 'means that all commands were executed and some failed',
  showsContinueOnError: true,
};

const ABORTED: Reading = {
  phase: 'FINISHED',
  outcome: 'ABORTED',
  effect: byCounters,
  says: 'means that the import was stopped at its limit of failed commands',
  showsContinueOnError: true,
};

const FAILURE: Reading = {
  phase: 'FINISHED',
  outcome: 'FAILED',
  effect: byContinueOnError,
  says: 'means that the import failed',
};

const CANCELED: Reading = {
  phase: 'FINISHED',
  outcome: 'CANCELED',
  effect: byCountersIfWritten,
  says: 'means that the import was canceled',
};

const ENDED_SOMEHOW: Reading = {
  phase: 'FINISHED',
  outcome: 'UNKNOWN',
  effect: untold,
  says: 'means that the job has ended, but not how',
};

const COMPLETION: Ending = {
  byResult: {
    SUCCESS,
    COMPLETED_WITH_ERROR,
    ABORTED,
    FAILURE: ENDED_SOMEHOW,
    unrecognized: ENDED_SOMEHOW,
  },
  bySummary: {
    COMPLETED: SUCCESS,
    COMPLETED_WITH_ERRORS: COMPLETED_WITH_ERROR,
    ABORTED,
    FAILED: FAILURE,
    unrecognized: ENDED_SOMEHOW,
  },
};

/** Of a job in error a summary can confirm the failure; any other word of it contradicts. */
const BREAKDOWN: Ending = {
  byResult: {
    SUCCESS: ENDED_SOMEHOW,
    COMPLETED_WITH_ERROR: ENDED_SOMEHOW,
    ABORTED: ENDED_SOMEHOW,
    FAILURE,
    unrecognized: ENDED_SOMEHOW,
  },
  bySummary: {
    COMPLETED: ENDED_SOMEHOW,
    COMPLETED_WITH_ERRORS: ENDED_SOMEHOW,
    ABORTED: ENDED_SOMEHOW,
    FAILED: FAILURE,
    unrecognized: ENDED_SOMEHOW,
  },
};

const UNREADABLE: Reading = {
  phase: 'UNKNOWN',
  outcome: null,
  effect: untold,
  says: 'is not a state that we know',
};

/**
 * The vendor's table, with the cells that its page lost in Markdown:
 * https://developer.collibra.com/api/guides/working-with-the-import-api-v2/job-results
 */
export const READINGS: Record<JobState, Reading | Ending> = {
  WAITING: {
    phase: 'QUEUED',
    outcome: null,
    effect: always('NONE', 'nothing is written yet'),
    says: 'means that the job has not started',
  },
  RUNNING: {
    phase: 'RUNNING',
    outcome: null,
    effect: untold,
    says: 'means that the job is going on',
  },
  CANCELING: {
    phase: 'CANCELING',
    outcome: null,
    effect: untold,
    says: 'means that the job is being canceled',
  },
  COMPLETED: COMPLETION,
  ERROR: BREAKDOWN,
  FAILED: BREAKDOWN,
  CANCELED,
  DELETED: CANCELED,
  unrecognized: UNREADABLE,
};
