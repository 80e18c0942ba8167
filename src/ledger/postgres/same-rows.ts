import { ROW_OUTCOMES } from '../../domain/row.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { Session } from './database.ts';
import { keyText } from './text.ts';

/** So many rows are compared with one statement. */
const SLICE = 20_000;

/** Whether an import shows just the rows of a capture; of rows that were deleted, as many. */
export async function showsRows(
  session: Session,
  importId: string,
  captureId: number | null,
): Promise<boolean> {
  const row = await session.get(
    `/* showsRows */ select captures.id, captures.pruned_at,
       captures.seen = (select seen from captures where id = ?) as is_as_many
     from looks join captures on captures.id = looks.shown_capture
     where looks.import_seq = (select seq from imports where id = ?)`,
    [captureId, keyText(importId)],
  );
  if (row === undefined || captureId === null) return row === undefined && captureId === null;
  if (integerOrNull(row, 'pruned_at') !== null) return row['is_as_many'] === true;
  return holdSameRows(session, integer(row, 'id'), captureId);
}

/** Whether two captures that nobody adds to hold the same rows. */
export async function holdSameRows(session: Session, one: number, other: number): Promise<boolean> {
  const tallies = await session.all(
    '/* holdSameRows: tallies */ select distinct seen, kept, pruned_at from captures where id in (?, ?)',
    [one, other],
  );
  if (tallies.length !== 1) return false;
  for (let from = 0, last = await lastOrdinal(session, one); from <= last; from += SLICE) {
    if (await differs(session, { one, other, from, to: from + SLICE })) return false;
  }
  return true;
}

async function lastOrdinal(session: Session, capture: number): Promise<number> {
  const row = await session.get(
    `/* holdSameRows: last */ select coalesce(max(last), -1) as last from unnest(?::text[]) as each (outcome)
     cross join lateral (
       select max(ordinal) as last from import_rows where capture = ? and outcome = each.outcome) as of_it`,
    [ROW_OUTCOMES, capture],
  );
  return integer(row ?? {}, 'last');
}

interface Slice {
  readonly one: number;
  readonly other: number;
  readonly from: number;
  readonly to: number;
}

/** Both hold as many rows, so one of which the other lacks the like is enough. */
async function differs(session: Session, { one, other, from, to }: Slice): Promise<boolean> {
  const difference = await session.get(
    `/* holdSameRows */ select 1 as found from import_rows as row
     where row.capture = ? and row.outcome = any(?) and row.ordinal >= ? and row.ordinal < ?
       and not exists (
         select 1 from import_rows as same
         where same.capture = ? and same.outcome = row.outcome and same.ordinal = row.ordinal
           and same.body = row.body)
     limit 1`,
    [one, ROW_OUTCOMES, from, to, other],
  );
  return difference !== undefined;
}
