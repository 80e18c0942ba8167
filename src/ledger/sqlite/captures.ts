import { importId } from '../../domain/import.ts';
import type { ImportRef } from '../../domain/import.ts';
import { EMPTY_TALLY } from '../../domain/row.ts';
import type { RowTally } from '../../domain/row.ts';
import type { Columns } from '../row-batch.ts';
import type { HeldRows, OpenCapture } from '../row-ledger.ts';
import { storedList } from '../stored-text.ts';
import { integer, integerOrNull, text, textOrNull } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';

export const CAPTURE_COLUMNS = `id, next, seen, kept, total_failed, opened_at, columns,
  has_more_columns`;

export function openCapture(database: Database, ref: ImportRef, now: number): OpenCapture {
  const tally = JSON.stringify(EMPTY_TALLY);
  const row = database.get(
    `/* openCapture */ insert into captures
       (import_id, provider_id, state, opened_at, next, seen, kept, columns, has_more_columns)
     values (?, ?, 'open', ?, null, ?, ?, '[]', 0) returning ${CAPTURE_COLUMNS}`,
    [importId(ref), ref.providerId, now, tally, tally],
  );
  return captureOf(row ?? {});
}

export function findOpenCapture(database: Database, id: number): OpenCapture | null {
  const row = findOpen(database, id);
  return row === undefined ? null : captureOf(row);
}

export function isSealed(database: Database, id: number): boolean {
  const row = database.get(
    `/* isSealed */ select id from captures where id = ? and state = 'sealed'`,
    [id],
  );
  return row !== undefined;
}

export function dropCapture(database: Database, id: number): void {
  database.run(
    `/* dropCapture */ update captures set state = 'hidden' where id = ? and state = 'open'`,
    [id],
  );
}

/** For a store with one process: what an earlier process was reading when it ended is read again. */
export function dropAbandoned(database: Database): void {
  database.run(
    `/* dropAbandoned */ update captures set state = 'hidden'
     where state = 'open' and id not in (
       select open_capture from imports where open_capture is not null)`,
    [],
  );
}

export interface ShownCaptures {
  readonly importId: string;
  readonly shown: number | null;
  readonly open: number | null;
  readonly now: number;
}

/** Of an import's captures, one is what it shows and one may still be open; the rest are hidden. */
export function showCapture(
  database: Database,
  { importId: id, shown, open, now }: ShownCaptures,
): void {
  database.run(
    `/* showCapture: hide others */ update captures set state = 'hidden', pruned_at = null
     where import_id = ? and id is not ? and id is not ?`,
    [id, shown, open],
  );
  database.run(
    `/* showCapture */ update captures set state = 'sealed', sealed_at = ?
     where id = ? and state = 'open'`,
    [now, shown],
  );
}

export function findHeldRows(
  database: Database,
  importIds: readonly string[],
): ReadonlyMap<string, HeldRows> {
  const rows = database.all(
    `/* findHeldRows */ select import_id, pruned_at, ${CAPTURE_COLUMNS} from captures
     where id in (select shown_capture from imports
                  where id in (select value from json_each(?)))`,
    [storedList(importIds)],
  );
  return new Map(rows.map((row) => [text(row, 'import_id'), heldRowsOf(row)]));
}

function heldRowsOf(row: Row): HeldRows {
  const { seen, kept } = captureOf(row);
  const { names, hasMore } = columnsOf(row);
  const isPruned = integerOrNull(row, 'pruned_at') !== null;
  return { seen, kept, isPruned, columns: names, hasMoreColumns: hasMore };
}

export function findOpen(database: Database, id: number): Row | undefined {
  return database.get(
    `/* findOpen */ select ${CAPTURE_COLUMNS} from captures where id = ? and state = 'open'`,
    [id],
  );
}

export function captureOf(row: Row): OpenCapture {
  return {
    id: integer(row, 'id'),
    next: textOrNull(row, 'next'),
    seen: tallyOf(text(row, 'seen')),
    kept: tallyOf(text(row, 'kept')),
    totalFailed: integerOrNull(row, 'total_failed'),
    since: integer(row, 'opened_at'),
  };
}

/** Only this file writes these texts, so their shape is known. */
function tallyOf(json: string): RowTally {
  return JSON.parse(json);
}

export function columnsOf(row: Row): Columns {
  return {
    names: JSON.parse(text(row, 'columns')),
    hasMore: integer(row, 'has_more_columns') === 1,
  };
}
