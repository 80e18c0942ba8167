import { importId } from '../../domain/import.ts';
import type { ImportRef } from '../../domain/import.ts';
import { EMPTY_TALLY } from '../../domain/row.ts';
import type { RowTally } from '../../domain/row.ts';
import { integer, integerOrNull, text, textOrNull } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Columns } from '../row-batch.ts';
import type { HeldRows, OpenCapture } from '../row-ledger.ts';
import type { Session } from './database.ts';
import { keyText } from './text.ts';

export const CAPTURE_COLUMNS = `id, next, seen, kept, total_failed, opened_at, columns,
  has_more_columns`;

export interface Opening {
  readonly ref: ImportRef;
  readonly now: number;
  readonly replica: number;
}

export async function openCapture(
  session: Session,
  { ref, now, replica }: Opening,
): Promise<OpenCapture> {
  const tally = JSON.stringify(EMPTY_TALLY);
  const row = await session.get(
    `/* openCapture */ insert into captures
       (import_id, provider_id, state, opened_at, opened_by, next, seen, kept, columns,
        has_more_columns)
     values (?, ?, 'open', ?, ?, null, ?, ?, '[]', false) returning ${CAPTURE_COLUMNS}`,
    [keyText(importId(ref)), ref.providerId, now, replica, tally, tally],
  );
  return captureOf(row ?? {});
}

export async function isSealed(session: Session, id: number): Promise<boolean> {
  const row = await session.get(
    `/* isSealed */ select id from captures where id = ? and state = 'sealed'`,
    [id],
  );
  return row !== undefined;
}

export async function dropCapture(session: Session, id: number): Promise<void> {
  await session.run(
    `/* dropCapture */ update captures set state = 'hidden' where id = ? and state = 'open'`,
    [id],
  );
}

/** What a process was reading when it ended, for no import that goes on with it, is read again. */
export async function dropAbandoned(session: Session): Promise<void> {
  await session.run(
    `/* dropAbandoned */ update captures set state = 'hidden'
     where state = 'open' and opened_by not in (select id from replicas)
       and not exists (select 1 from looks where open_capture = captures.id)`,
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
export async function showCapture(
  session: Session,
  { importId: id, shown, open, now }: ShownCaptures,
): Promise<void> {
  await session.run(
    `/* showCapture: hide others */ update captures set state = 'hidden', pruned_at = null
     where import_id = ? and id is distinct from ? and id is distinct from ?`,
    [keyText(id), shown, open],
  );
  await session.run(
    `/* showCapture */ update captures set state = 'sealed', sealed_at = ?
     where id = ? and state = 'open'`,
    [now, shown],
  );
}

export async function findHeldRows(
  session: Session,
  importIds: readonly string[],
): Promise<ReadonlyMap<string, HeldRows>> {
  const rows = await session.all(
    `/* findHeldRows */ select import_id, pruned_at, ${CAPTURE_COLUMNS} from captures
     where id in (
       select looks.shown_capture from looks join imports on imports.seq = looks.import_seq
       where imports.id = any(?))`,
    [importIds.map(keyText)],
  );
  const held = new Map(rows.map((row) => [text(row, 'import_id'), heldRowsOf(row)]));
  const found = new Map<string, HeldRows>();
  for (const id of importIds) {
    const rowsOfId = held.get(keyText(id));
    if (rowsOfId !== undefined) found.set(id, rowsOfId);
  }
  return found;
}

function heldRowsOf(row: Row): HeldRows {
  const { seen, kept } = captureOf(row);
  const { names, hasMore } = columnsOf(row);
  const isPruned = integerOrNull(row, 'pruned_at') !== null;
  return { seen, kept, isPruned, columns: names, hasMoreColumns: hasMore };
}

export async function findOpen(session: Session, id: number, lock = ''): Promise<Row | undefined> {
  return session.get(
    `/* findOpen */ select ${CAPTURE_COLUMNS} from captures where id = ? and state = 'open' ${lock}`,
    [id],
  );
}

export function captureOf(row: Row): OpenCapture {
  const next = textOrNull(row, 'next');
  return {
    id: integer(row, 'id'),
    next: next === null ? null : next,
    seen: tallyOf(text(row, 'seen')),
    kept: tallyOf(text(row, 'kept')),
    totalFailed: integerOrNull(row, 'total_failed'),
    since: integer(row, 'opened_at'),
  };
}

/** Only this file and `addRows` write these texts, so their shape is known. */
function tallyOf(json: string): RowTally {
  return JSON.parse(json);
}

export function columnsOf(row: Row): Columns {
  return { names: JSON.parse(text(row, 'columns')), hasMore: row['has_more_columns'] === true };
}
