import { integer, integerOrNull } from '../columns.ts';
import type { Session } from './database.ts';
import { keyText } from './text.ts';

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
  // Both hold as many rows, so one of which the other lacks the like is enough.
  const difference = await session.get(
    `/* holdSameRows */ select 1 as found from import_rows as row
     where row.capture = ? and not exists (
       select 1 from import_rows as same
       where same.capture = ? and same.outcome = row.outcome and same.ordinal = row.ordinal
         and same.body = row.body)
     limit 1`,
    [one, other],
  );
  return difference === undefined;
}
