import { causeOf } from '../domain/cause.ts';
import { isFailed, sumTally } from '../domain/row.ts';
import type { ImportRow, RowFailure, RowTally } from '../domain/row.ts';
import { findTexts } from '../domain/row-values.ts';
import type { RowAddition } from './row-ledger.ts';

/** So many causes of an import are told apart; rows with further ones are counted together. */
export const MOST_CAUSES = 500;

/** The cause under which they are counted. */
export const FURTHER_CAUSES = '(further causes)';

/** More names of values are not remembered; the rows themselves keep all of theirs. */
const MOST_COLUMNS = 1_000;
const LONGEST_COLUMN = 200;

/** The cause of a row that has too many values to look for each in its message. */
const MANY_VALUES = '…';

export interface PlacedRow {
  readonly ordinal: number;
  readonly row: ImportRow;
}

/** What failed rows of one cause add to its group. */
export interface GroupAddition {
  readonly code: string | null;
  readonly cause: string;
  readonly count: number;
  readonly firstNumber: number | null;
  readonly lastNumber: number | null;
  /** The ordinal of the first of them. */
  readonly sample: number;
}

export interface Columns {
  readonly names: readonly string[];
  readonly hasMore: boolean;
}

/** What a batch of rows comes down to, for a store to write. */
export interface RowBatch {
  readonly seen: RowTally;
  readonly kept: RowTally;
  readonly rows: readonly PlacedRow[];
  readonly groups: readonly GroupAddition[];
  /** Null when the batch brings no new name. */
  readonly columns: Columns | null;
}

/**
 * Places the next rows of a capture, and adds up what is to be known of them without reading them
 * again. Failed rows and others have the limit to themselves, so that many that went well never
 * crowd out one that did not.
 */
export function batchRows({ capture, rows, limit }: RowAddition, columns: Columns): RowBatch {
  const seen = { ...capture.seen };
  const kept = { ...capture.kept };
  const placed: PlacedRow[] = [];
  const groups = new Map<string, Growing>();
  const names = new Set(columns.names);
  let { hasMore } = columns;
  let ordinal = sumTally(seen);
  let others = sumTally(kept) - kept.FAILED;
  for (const row of rows) {
    const { outcome } = row;
    seen[outcome] += 1;
    const isKept = outcome === 'FAILED' ? kept.FAILED < limit : others < limit;
    if (isKept) {
      kept[outcome] += 1;
      if (outcome !== 'FAILED') others += 1;
      placed.push({ ordinal, row });
      if (isFailed(row)) {
        addToGroup(groups, row, ordinal);
        hasMore = addNames(names, row.failure) || hasMore;
      }
    }
    ordinal += 1;
  }
  const isNew = names.size > columns.names.length || hasMore !== columns.hasMore;
  return {
    seen,
    kept,
    rows: placed,
    groups: [...groups.values()],
    columns: isNew ? { names: [...names], hasMore } : null,
  };
}

/** While a batch is added up. */
type Growing = { -readonly [Key in keyof GroupAddition]: GroupAddition[Key] };

function addToGroup(
  groups: Map<string, Growing>,
  { number, failure }: ImportRow & { readonly failure: RowFailure },
  ordinal: number,
): void {
  const { code } = failure;
  const { message, values } = failure;
  const texts = values === null ? [] : findTexts(values);
  const cause = texts === null ? MANY_VALUES : causeOf(message, texts);
  const key = code === null ? cause : `${code}\n${cause}`;
  const known = groups.get(key);
  if (known === undefined) {
    const firstNumber = number;
    groups.set(key, { code, cause, count: 1, firstNumber, lastNumber: number, sample: ordinal });
    return;
  }
  known.count += 1;
  known.firstNumber = least(known.firstNumber, number);
  known.lastNumber = greatest(known.lastNumber, number);
}

function least(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function greatest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

/** Answers whether there are more names than are remembered. */
function addNames(names: Set<string>, { values }: RowFailure): boolean {
  let hasMore = false;
  for (const name in values) {
    if (names.has(name)) continue;
    if (names.size < MOST_COLUMNS && name.length <= LONGEST_COLUMN) names.add(name);
    else hasMore = true;
  }
  return hasMore;
}
