import type { z } from 'zod';
import { stageOf } from '../simulation.ts';
import type { SimulatedEnding, SimulatedLoad } from '../simulation.ts';
import type { ImportSummary, JobResource } from './wire.ts';

export type JobBody = z.input<typeof JobResource> & Readonly<Record<string, unknown>>;
export type SummaryBody = z.input<typeof ImportSummary>;

/** A load as the simulated vendor keeps it. */
export interface StartedLoad {
  readonly id: string;
  readonly load: SimulatedLoad;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

interface End {
  readonly state: 'COMPLETED' | 'ERROR' | 'CANCELED';
  readonly result: 'SUCCESS' | 'COMPLETED_WITH_ERROR' | 'FAILURE' | 'ABORTED' | 'NOT_SET';
  readonly importJobState: 'COMPLETED' | 'COMPLETED_WITH_ERRORS' | 'FAILED' | 'ABORTED';
  readonly committed: number;
  readonly message: string;
}

const ENDS: Record<SimulatedEnding, (load: SimulatedLoad, good: number) => End> = {
  completed: (load, good) => {
    if (load.failedRows > 0 && !load.continueOnError) return failure(0);
    const hadErrors = load.failedRows > 0;
    return {
      state: 'COMPLETED',
      result: hadErrors ? 'COMPLETED_WITH_ERROR' : 'SUCCESS',
      importJobState: hadErrors ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED',
      committed: good,
      message: `Import finished in ${Math.round(load.runsForMs / 1000)}s.`,
    };
  },
  failed: (load, good) => failure(load.continueOnError ? Math.floor(good / 2) : 0),
  aborted: (_load, good) => ({
    state: 'COMPLETED',
    result: 'ABORTED',
    importJobState: 'ABORTED',
    committed: Math.floor(good / 2),
    message: 'Import stopped: too many failed commands.',
  }),
  // Neither a result nor a summary's state of a canceled job is published.
  canceled: (_load, good) => ({
    state: 'CANCELED',
    result: 'NOT_SET',
    importJobState: 'ABORTED',
    committed: Math.floor(good / 2),
    message: 'Canceled by user',
  }),
};

function failure(committed: number): End {
  return {
    state: 'ERROR',
    result: 'FAILURE',
    importJobState: 'FAILED',
    committed,
    message: 'Import failed.',
  };
}

function endOf(load: SimulatedLoad): End {
  return ENDS[load.ending](load, Math.max(0, load.rows - load.failedRows));
}

/** The share of its run after which a job that will be canceled is on its way there. */
const CANCELING_FROM = 0.8;

/** The job in 2.0's words; null while the jobs API does not show it. */
export function findJob({ id, load, startedAt }: StartedLoad, now: number): JobBody | null {
  const stage = stageOf(load, now - startedAt);
  if (stage.kind === 'absent') return null;
  const common = {
    id,
    createdBy: USER,
    createdOn: startedAt,
    system: false,
    resourceType: 'Job',
    name: 'Import',
    type: 'IMPORT',
    userId: USER,
    visibility: 10,
  };
  if (stage.kind === 'queued') {
    return { ...common, state: 'WAITING', result: 'NOT_SET', progressPercentage: 0 };
  }
  const startDate = startedAt + load.queuedForMs;
  if (stage.kind === 'running') {
    const isCanceling = load.ending === 'canceled' && stage.fraction >= CANCELING_FROM;
    return {
      ...common,
      startDate,
      state: isCanceling ? 'CANCELING' : 'RUNNING',
      result: 'NOT_SET',
      progressPercentage: Math.floor(stage.fraction * 100),
      message: 'Importing',
    };
  }
  const { state, result, message } = endOf(load);
  const endDate = startDate + load.runsForMs;
  const progressPercentage = state === 'COMPLETED' ? 100 : 50;
  return { ...common, startDate, endDate, state, result, message, progressPercentage };
}

const USER = '4d250cc5-e583-4640-9874-b93d82c7a6cb';

const V1_STATES: Readonly<Record<string, string>> = {
  CANCELING: 'RUNNING',
  ERROR: 'FAILED',
  CANCELED: 'DELETED',
};

/** The same job as jobs v1 tells it. */
export function toJobV1(job: JobBody): JobBody {
  const { id, state, result, message, progressPercentage } = job;
  return {
    id,
    createdBy: USER,
    createdOn: toDateTime(job.createdOn),
    startDate: toDateTime(job.startDate),
    endDate: toDateTime(job.endDate),
    user: USER,
    selfManaged: false,
    name: 'Import',
    type: 'IMPORT',
    state: V1_STATES[state ?? ''] ?? state,
    result,
    message,
    progressPercentage,
  };
}

function toDateTime(epoch: string | number | null | undefined): string | undefined {
  return typeof epoch === 'number' ? new Date(epoch).toISOString() : undefined;
}

/** The summary of a load; null until it has ended. */
export function findSummary({ load, startedAt }: StartedLoad, now: number): SummaryBody | null {
  if (stageOf(load, now - startedAt).kind !== 'ended') return null;
  const { committed, importJobState } = endOf(load);
  const failed = countFailed(load);
  const countersOf = (part: number) => ({
    added: shareOf(committed, part * 2, 8),
    updated: shareOf(committed, part * 2 + 1, 8),
    removed: 0,
    failed: shareOf(failed, part, PARTS),
  });
  const [term, column, attribute, relation] = [
    countersOf(0),
    countersOf(1),
    countersOf(2),
    countersOf(3),
  ] as const;
  const asset = {
    added: term.added + column.added,
    updated: term.updated + column.updated,
    removed: 0,
    failed: term.failed + column.failed,
  };
  return {
    resourceTypes: [
      {
        resourceType: 'ASSET',
        counters: asset,
        subcategories: [
          { category: CATEGORIES.term, counters: term },
          { category: CATEGORIES.column, counters: column },
        ],
      },
      { resourceType: 'ATTRIBUTE', counters: attribute, subcategories: null },
      {
        resourceType: 'RELATION',
        counters: relation,
        subcategories: [{ category: CATEGORIES.relation, counters: relation }],
      },
    ],
    errorsCount: failed,
    importJobState,
  };
}

/** Terms, columns, attributes and relations. */
const PARTS = 4;

export function countFailed({ rows, failedRows }: SimulatedLoad): number {
  return Math.min(rows, failedRows);
}

/** The type of the resource of each failed row, so that they add up to the counters of the summary. */
export function failedTypeAt(index: number, failed: number): 'ASSET' | 'ATTRIBUTE' | 'RELATION' {
  if (index < Math.floor((failed * 2) / PARTS)) return 'ASSET';
  return index < Math.floor((failed * 3) / PARTS) ? 'ATTRIBUTE' : 'RELATION';
}

const CATEGORIES = {
  term: { id: '00000000-0000-0000-0000-000000011001', name: 'Business Term' },
  column: { id: '00000000-0000-0000-0000-000000031008', name: 'Column' },
  relation: { id: '00000000-0000-0000-0000-000000007038', name: 'Asset is related to Asset' },
};

/** The share of one of `parts` equal parts of a whole; all shares add up to it. */
function shareOf(whole: number, part: number, parts: number): number {
  return Math.floor((whole * (part + 1)) / parts) - Math.floor((whole * part) / parts);
}
