import type { ImportState } from '../domain/import.ts';
import { sumTally } from '../domain/row.ts';
import type { RowErrorSummary, RowOutcome, RowTally } from '../domain/row.ts';
import type { HeldRows } from '../ledger/row-ledger.ts';
import type { WatchedProvider } from '../watcher/watched-provider.ts';
import type { ImportRowAvailability, RowErrorAvailability } from './generated/resolver-types.ts';
import { int } from './models.ts';

/** What decides how much of an import's rows there is to see. */
export interface RowEvidence {
  readonly state: Pick<ImportState, 'counters' | 'rowErrors'>;
  /** Null when nothing was ever captured. */
  readonly held: HeldRows | null;
  /** Null when it is no longer configured. */
  readonly provider: Pick<WatchedProvider, 'capabilities'> | null;
}

/** What stands beside a page of rows. */
export interface RowSummary<Availability> {
  readonly availability: Availability;
  readonly totalCount: number | null;
  readonly limit: number | null;
}

/** Whether any row can be had right now. While the import is pending, those held are not all. */
export function hasRows({ state, held }: Pick<RowEvidence, 'state' | 'held'>): boolean {
  if (held === null || held.isPruned || sumTally(held.kept) === 0) return false;
  return state.rowErrors.availability !== 'PENDING';
}

export function summarizeRowErrors(
  { availability, totalCount, limit }: RowErrorSummary,
  held: HeldRows | null,
): RowSummary<RowErrorAvailability> {
  const isPruned = held !== null && held.isPruned && held.kept.FAILED > 0;
  return {
    availability: isPruned && availability !== 'PENDING' ? 'PRUNED' : availability,
    totalCount: int(totalCount),
    limit: limitOf(limit),
  };
}

/** `outcomes` null counts rows of every outcome. */
export function summarizeRows(
  evidence: RowEvidence,
  outcomes: readonly RowOutcome[] | null,
): RowSummary<ImportRowAvailability> {
  const { state, held } = evidence;
  const availability = availabilityOfRows(evidence);
  const seen = held === null ? null : countOf(held.seen, outcomes);
  return {
    availability,
    totalCount: int(seen ?? (availability === 'COMPLETE' ? 0 : null)),
    limit: limitOf(state.rowErrors.limit) ?? (held === null ? null : limitOfOthers(held)),
  };
}

/**
 * How much of the rows is held, by what the vendor said of the failed ones, what was captured, and
 * what the vendor shows at all. Where these disagree, the least of them stands.
 */
export function availabilityOfRows({ state, held, provider }: RowEvidence): ImportRowAvailability {
  const errors = state.rowErrors.availability;
  const { total } = state.counters;
  const reportsEveryRow = provider?.capabilities.reportsEveryRow;
  if (errors === 'PENDING') return 'PENDING';
  if (held === null || sumTally(held.seen) === 0) {
    if (errors === 'EXPIRED') return 'EXPIRED';
    if (errors !== 'COMPLETE') return 'COUNT_ONLY';
    if (reportsEveryRow !== true) return 'FAILED_ONLY';
    return total === 0 ? 'COMPLETE' : 'COUNT_ONLY';
  }
  const seen = sumTally(held.seen);
  const kept = sumTally(held.kept);
  if (held.isPruned) return 'PRUNED';
  if (kept < seen || errors !== 'COMPLETE') return 'TRUNCATED';
  const showsOthers = reportsEveryRow ?? seen > held.seen.FAILED;
  if (!showsOthers) return 'FAILED_ONLY';
  return total !== null && seen < total ? 'TRUNCATED' : 'COMPLETE';
}

/** How many rows of these outcomes there are; null for every outcome. */
export function countOf(tally: RowTally, outcomes: readonly RowOutcome[] | null): number {
  if (outcomes === null) return sumTally(tally);
  let count = 0;
  for (const outcome of new Set(outcomes)) count += tally[outcome];
  return count;
}

/** A state that an earlier release wrote has none, whatever its type says. */
function limitOf(limit: number | null | undefined): number | null {
  return int(limit ?? null);
}

/** Rows that did not fail have a limit of their own; where some were cut, it is what was kept. */
function limitOfOthers({ seen, kept }: HeldRows): number | null {
  const keptOthers = sumTally(kept) - kept.FAILED;
  return keptOthers < sumTally(seen) - seen.FAILED ? int(keptOthers) : null;
}
