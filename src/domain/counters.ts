import type { CommitEffect, JobPhase } from './job.ts';

/**
 * Row counts as a vendor reports them. Null means that the vendor does not say; 0 means that it
 * says zero. Nothing here is ever filled in to make sums come out.
 */
export interface ResourceCounters {
  readonly total: number | null;
  /** Attempted rows, failed ones included. */
  readonly processed: number | null;
  readonly succeeded: number | null;
  readonly failed: number | null;
  readonly added: number | null;
  readonly updated: number | null;
  readonly removed: number | null;
  /** Rows that met an existing record by the import's own matching key. */
  readonly matched: number | null;
  /** Rows that the vendor called duplicates. */
  readonly duplicated: number | null;
}

export const NO_COUNTERS: ResourceCounters = {
  total: null,
  processed: null,
  succeeded: null,
  failed: null,
  added: null,
  updated: null,
  removed: null,
  matched: null,
  duplicated: null,
};

/** Adds counters up, field by field; a field that no part reports stays null. */
export function sumCounters(parts: readonly ResourceCounters[]): ResourceCounters {
  const sum = (read: (part: ResourceCounters) => number | null): number | null => {
    let total: number | null = null;
    for (const part of parts) {
      const value = read(part);
      if (value !== null) total = (total ?? 0) + value;
    }
    return total;
  };
  return {
    total: sum((part) => part.total),
    processed: sum((part) => part.processed),
    succeeded: sum((part) => part.succeeded),
    failed: sum((part) => part.failed),
    added: sum((part) => part.added),
    updated: sum((part) => part.updated),
    removed: sum((part) => part.removed),
    matched: sum((part) => part.matched),
    duplicated: sum((part) => part.duplicated),
  };
}

/**
 * Whether the counters agree with each other: the rows attempted are those that succeeded and
 * those that failed and, once the job is finished, every row is accounted for. Null where the
 * sums cannot be checked. Duplicates may or may not be among the others, so both readings pass.
 */
export function isBalanced(counters: ResourceCounters, phase: JobPhase): boolean | null {
  const { total, processed, succeeded, failed } = counters;
  const attempted = succeeded === null || failed === null ? null : succeeded + failed;
  const checks: boolean[] = [];
  if (processed !== null && attempted !== null) checks.push(processed === attempted);
  const accounted = attempted ?? processed;
  if (phase === 'FINISHED' && total !== null && accounted !== null) {
    checks.push(total === accounted || total === accounted + (counters.duplicated ?? 0));
  }
  return checks.length === 0 ? null : checks.every(Boolean);
}

/**
 * What counters of changes prove about the target: `SOME` when anything was added, updated or
 * removed, `NONE` when all three are reported and zero, `UNKNOWN` when neither is proved.
 */
export function effectOfChanges(counters: ResourceCounters): Exclude<CommitEffect, 'ALL'> {
  const changes = [counters.added, counters.updated, counters.removed];
  if (changes.some((count) => count !== null && count > 0)) return 'SOME';
  return changes.every((count) => count === 0) ? 'NONE' : 'UNKNOWN';
}
