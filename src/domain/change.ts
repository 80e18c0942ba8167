import { UNOBSERVED } from './import.ts';
import type { ImportLabels, ImportState } from './import.ts';
import type { Job, JobPhase } from './job.ts';
import { isSame } from './same.ts';

/** A part of an import that can change. `TIMES` are those that the vendor states. */
export const IMPORT_PARTS = [
  'PHASE',
  'OUTCOME',
  'EFFECT',
  'PROGRESS',
  'TIMES',
  'MESSAGE',
  'ERROR',
  'CONTINUE_ON_ERROR',
  'COUNTERS',
  'RESOURCES',
  'ROW_ERRORS',
  'LABELS',
] as const;
export type ImportPart = (typeof IMPORT_PARTS)[number];

const PART_OF_JOB = {
  phase: 'PHASE',
  outcome: 'OUTCOME',
  effect: 'EFFECT',
  progressPercent: 'PROGRESS',
  queuedAt: 'TIMES',
  startedAt: 'TIMES',
  finishedAt: 'TIMES',
  expiresAt: 'TIMES',
  message: 'MESSAGE',
  error: 'ERROR',
  providerStatus: 'MESSAGE',
  explanation: 'MESSAGE',
  continueOnError: 'CONTINUE_ON_ERROR',
} as const satisfies Record<keyof Job, ImportPart>;

const PART_OF_STATE = {
  counters: 'COUNTERS',
  resources: 'RESOURCES',
  rowErrors: 'ROW_ERRORS',
} as const satisfies Record<Exclude<keyof ImportState, 'job'>, ImportPart>;

/** What a revision is compared by. */
export interface Snapshot {
  readonly state: ImportState;
  readonly labels: ImportLabels;
}

/** What an import is before its first revision. */
const BEFORE_ANY: Snapshot = { state: UNOBSERVED, labels: {} };

export interface Comparison {
  /** Null for the first revision: it differs from an import of which nothing was observed. */
  readonly before: Snapshot | null;
  readonly after: Snapshot;
  /** Other rows were captured. */
  readonly hasNewRows: boolean;
}

/** The parts that differ, each once; none when nothing does. */
export function changedParts({ before, after, hasNewRows }: Comparison): readonly ImportPart[] {
  const { state, labels } = before ?? BEFORE_ANY;
  const changed = new Set<ImportPart>();
  let ofJob: keyof Job;
  for (ofJob in PART_OF_JOB) {
    if (!isSame(state.job[ofJob], after.state.job[ofJob])) changed.add(PART_OF_JOB[ofJob]);
  }
  let ofState: keyof typeof PART_OF_STATE;
  for (ofState in PART_OF_STATE) {
    if (!isSame(state[ofState], after.state[ofState])) changed.add(PART_OF_STATE[ofState]);
  }
  if (hasNewRows) changed.add('ROW_ERRORS');
  if (!isSame(labels, after.labels)) changed.add('LABELS');
  return [...changed];
}

/** Where a vendor says when a phase began; null where none does. */
const BEGINNING = {
  QUEUED: 'queuedAt',
  RUNNING: 'startedAt',
  CANCELING: null,
  FINISHED: 'finishedAt',
  UNKNOWN: null,
} as const satisfies Record<JobPhase, keyof Job | null>;

export interface PhaseChange {
  readonly revision: number;
  /** Null where it was not kept. */
  readonly changed: readonly ImportPart[] | null;
  readonly job: Job;
}

/** When a revision happened, as the vendor says: when its phase began, if it is the first with it. */
export function occurredAt({ revision, changed, job }: PhaseChange): number | null {
  const isNewPhase = revision === 1 || changed?.includes('PHASE') === true;
  const beginning = BEGINNING[job.phase];
  return isNewPhase && beginning !== null ? job[beginning] : null;
}
