import { setImmediate } from 'node:timers/promises';
import { ROW_OUTCOMES } from '../../domain/row.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { Database } from './database.ts';

/** So many rows are compared before others get their turn. */
const SLICE = 2_000;

const COMPARED = `outcome, ordinal, number, further_numbers, number_basis, resource, record_id, code,
  message, detail, values_form, input`;

/** Rows are kept by outcome first. */
const ANY_OUTCOME = `outcome in ('${ROW_OUTCOMES.join("', '")}')`;

/** Whether an import shows just the rows of a capture; of rows that were deleted, as many. */
export async function showsRows(
  database: Database,
  importId: string,
  captureId: number | null,
): Promise<boolean> {
  const row = database.get(
    `/* showsRows */ select captures.id, captures.pruned_at,
       captures.seen = (select seen from captures where id = ?) as is_as_many
     from imports join captures on captures.id = imports.shown_capture where imports.id = ?`,
    [captureId, importId],
  );
  if (row === undefined || captureId === null) return row === undefined && captureId === null;
  if (integerOrNull(row, 'pruned_at') !== null) return integer(row, 'is_as_many') === 1;
  return holdSameRows(database, integer(row, 'id'), captureId);
}

/** Whether two captures that nobody adds to hold the same rows. */
export async function holdSameRows(
  database: Database,
  one: number,
  other: number,
): Promise<boolean> {
  const tallies = database.all(
    '/* holdSameRows: tallies */ select distinct seen, kept, pruned_at from captures where id in (?, ?)',
    [one, other],
  );
  if (tallies.length !== 1) return false;
  for (let from = 0, last = lastOrdinal(database, one); from <= last; from += SLICE) {
    if (countDifferences(database, { one, other, from, to: from + SLICE }) > 0) return false;
    await setImmediate();
  }
  return true;
}

function lastOrdinal(database: Database, capture: number): number {
  const row = database.get(
    `/* holdSameRows: last */ select coalesce(max(ordinal), -1) as last from import_rows
     where capture = ? and ${ANY_OUTCOME}`,
    [capture],
  );
  return integer(row ?? {}, 'last');
}

interface Slice {
  readonly one: number;
  readonly other: number;
  readonly from: number;
  readonly to: number;
}

/** Both hold as many rows, so those of one that the other lacks are enough. */
function countDifferences(database: Database, { one, other, from, to }: Slice): number {
  const row = database.get(
    `/* holdSameRows */ select count(*) as count from (
       select ${COMPARED} from import_rows
       where capture = ? and ${ANY_OUTCOME} and ordinal >= ? and ordinal < ?
       except
       select ${COMPARED} from import_rows
       where capture = ? and ${ANY_OUTCOME} and ordinal >= ? and ordinal < ?)`,
    [one, from, to, other, from, to],
  );
  return integer(row ?? {}, 'count');
}
