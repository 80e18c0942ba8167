import type { RowError } from '../../domain/row.ts';
import type { RowResult } from './wire.ts';

/** What a list of results adds up to. */
export interface ResultTally {
  readonly succeeded: number;
  readonly failed: number;
  /** Results that say neither that their row failed nor that anything came of it. */
  readonly unaccounted: number;
  /** Null when no result has the flag: not every version of the API sends each of them. */
  readonly added: number | null;
  readonly updated: number | null;
  readonly matched: number | null;
}

type RowFate = 'succeeded' | 'failed' | 'unaccounted';

function fateOf({ id, created, existing, updated, error }: RowResult): RowFate {
  if (error !== null) return 'failed';
  const cameToSomething = id !== null || created === true || existing === true || updated === true;
  return cameToSomething ? 'succeeded' : 'unaccounted';
}

export function tallyResults(results: readonly RowResult[]): ResultTally {
  const count = (fate: RowFate) => results.filter((result) => fateOf(result) === fate).length;
  return {
    succeeded: count('succeeded'),
    failed: count('failed'),
    unaccounted: count('unaccounted'),
    added: countFlag(results, (result) => result.created),
    updated: countFlag(results, (result) => result.updated),
    matched: countFlag(results, (result) => result.existing),
  };
}

function countFlag(
  results: readonly RowResult[],
  read: (result: RowResult) => boolean | null,
): number | null {
  if (results.length > 0 && results.every((result) => read(result) === null)) return null;
  return results.filter((result) => read(result) === true && fateOf(result) === 'succeeded').length;
}

/** Whether any result says that its row was written, a failed row's contradictory flags included. */
export function showsWrites(results: readonly RowResult[]): boolean {
  return results.some(
    (result) =>
      result.created === true || result.updated === true || fateOf(result) === 'succeeded',
  );
}

export function listFailedRows(results: readonly RowResult[]): readonly RowError[] {
  const rows: RowError[] = [];
  for (const [position, { id, error, input_index: index }] of results.entries()) {
    if (error === null) continue;
    rows.push({
      number: index ?? position,
      numberBasis: index === null ? 'RESULT_POSITION' : 'INPUT',
      resource: null,
      recordId: id,
      code: error.code,
      message: error.message ?? error.code ?? 'Micro refused this row without saying why.',
      detail: null,
      values: null,
    });
  }
  return rows;
}
