/** Is it still going? `UNKNOWN` is an answer: the vendor said a word we do not know. */
export type JobPhase = 'QUEUED' | 'RUNNING' | 'CANCELING' | 'FINISHED' | 'UNKNOWN';

/** How did it end? `UNKNOWN` when it ended and the evidence does not say how. */
export type JobOutcome =
  'SUCCEEDED' | 'COMPLETED_WITH_ERRORS' | 'ABORTED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** What is in the target now? */
export type CommitEffect = 'ALL' | 'SOME' | 'NONE' | 'UNKNOWN';

/** Why the job as a whole, or one of its resources, failed: the vendor's words. */
export interface JobError {
  readonly code: string | null;
  readonly message: string;
  readonly detail: string | null;
}

/** The execution of one import. Everything a vendor may fail to tell is nullable. */
export interface Job {
  readonly phase: JobPhase;
  /** Null until the phase is `FINISHED`. */
  readonly outcome: JobOutcome | null;
  readonly effect: CommitEffect;
  /** 0 to 100, as the vendor says it; never derived, never used to decide that a job is done. */
  readonly progressPercent: number | null;
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When the vendor forgets this job. */
  readonly expiresAt: number | null;
  readonly message: string | null;
  readonly error: JobError | null;
  /** The vendor's words for its state, verbatim. */
  readonly providerStatus: string | null;
  /** One sentence that names the rule by which phase, outcome and effect were read. */
  readonly explanation: string | null;
  /** Whether the import was started to go on after a failed row; null when nobody said. */
  readonly continueOnError: boolean | null;
}

/** A job of which nothing is known: the state of an import before its first observation. */
export const UNOBSERVED_JOB: Job = {
  phase: 'UNKNOWN',
  outcome: null,
  effect: 'UNKNOWN',
  progressPercent: null,
  queuedAt: null,
  startedAt: null,
  finishedAt: null,
  expiresAt: null,
  message: null,
  error: null,
  providerStatus: null,
  explanation: null,
  continueOnError: null,
};
