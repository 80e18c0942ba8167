import type { ImportState } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import type { RowErrorSummary } from '../domain/row.ts';
import type { OpenCapture } from '../ledger/row-ledger.ts';

/** Rows that came in, of which so many were kept at most. */
export interface CapturedRows extends Pick<OpenCapture, 'id' | 'seen' | 'kept'> {
  readonly maxRows: number;
}

/** What an observation says about its import, and what became of the rows that came with it. */
export function stateOf(
  { job, counters, resources, rowErrors }: Observation,
  captured: CapturedRows | null,
): ImportState {
  return { job, counters, resources, rowErrors: summaryAfter(rowErrors, captured) };
}

/** Rows that were not kept make what the vendor showed in full less than that. */
function summaryAfter(said: RowErrorSummary, captured: CapturedRows | null): RowErrorSummary {
  if (captured === null || captured.kept.FAILED === captured.seen.FAILED) return said;
  return { ...said, availability: 'TRUNCATED', limit: captured.maxRows };
}
