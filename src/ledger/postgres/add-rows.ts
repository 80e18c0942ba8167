import { createHash } from 'node:crypto';
import { sumTally } from '../../domain/row.ts';
import { integer, text } from '../columns.ts';
import { batchRows, FURTHER_CAUSES, MOST_CAUSES } from '../row-batch.ts';
import type { GroupAddition, PlacedRow } from '../row-batch.ts';
import type { OpenCapture, RowAddition } from '../row-ledger.ts';
import { CAPTURE_COLUMNS, captureOf, columnsOf, findOpen } from './captures.ts';
import type { Database, Session } from './database.ts';

export async function addRows(
  database: Database,
  addition: RowAddition,
): Promise<OpenCapture | null> {
  return database.transaction((session) => addRowsIn(session, addition));
}

async function addRowsIn(session: Session, addition: RowAddition): Promise<OpenCapture | null> {
  const { id } = addition.capture;
  const before = await findOpen(session, id, 'for update');
  if (before === undefined || !isWhereSaid(captureOf(before), addition)) return null;
  const columns = columnsOf(before);
  const batch = batchRows(addition, columns);
  await insertRows(session, id, batch.rows);
  await addToGroups(session, id, batch.groups);
  const { names, hasMore } = batch.columns ?? columns;
  const row = await session.get(
    `/* addRows */ update captures
     set next = ?, seen = ?, kept = ?, total_failed = greatest(?::bigint, total_failed), columns = ?,
       has_more_columns = ?
     where id = ? returning ${CAPTURE_COLUMNS}`,
    [
      addition.next === null ? null : addition.next,
      JSON.stringify(batch.seen),
      JSON.stringify(batch.kept),
      addition.totalFailed,
      batch.columns === null ? text(before, 'columns') : JSON.stringify(names),
      hasMore,
      id,
    ],
  );
  return captureOf(row ?? {});
}

function isWhereSaid(before: OpenCapture, { capture }: RowAddition): boolean {
  return sumTally(before.seen) === sumTally(capture.seen) && before.next === capture.next;
}

async function insertRows(
  session: Session,
  capture: number,
  rows: readonly PlacedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await session.run(
    `/* insertRows */ insert into import_rows (capture, outcome, ordinal, body)
     select ?::bigint, outcome, ordinal, body
     from unnest(?::text[], ?::bigint[], ?::text[]) as row (outcome, ordinal, body)`,
    [
      capture,
      rows.map(({ row }) => row.outcome),
      rows.map(({ ordinal }) => ordinal),
      rows.map(({ row: { outcome: _outcome, ...body } }) => JSON.stringify(body)),
    ],
  );
}

async function addToGroups(
  session: Session,
  capture: number,
  additions: readonly GroupAddition[],
): Promise<void> {
  const unknown: GroupAddition[] = [];
  for (const addition of additions) {
    if (!(await growGroup(session, capture, addition))) unknown.push(addition);
  }
  if (unknown.length === 0) return;
  let count = await countGroups(session, capture);
  for (const addition of unknown) {
    const isKnown = count < MOST_CAUSES;
    const group = isKnown ? addition : { ...addition, code: null, cause: FURTHER_CAUSES };
    if (!isKnown && (await growGroup(session, capture, group))) continue;
    await insertGroup(session, capture, group);
    count += 1;
  }
}

/** Answers whether there is such a group. */
async function growGroup(
  session: Session,
  capture: number,
  addition: GroupAddition,
): Promise<boolean> {
  const { count, firstNumber, lastNumber } = addition;
  const row = await session.get(
    `/* growGroup */ update row_error_groups
     set count = count + ?, first_number = least(first_number, ?::bigint),
         last_number = greatest(last_number, ?::bigint)
     where capture = ? and digest = ? returning count`,
    [count, firstNumber, lastNumber, capture, digestOf(addition)],
  );
  return row !== undefined;
}

async function insertGroup(
  session: Session,
  capture: number,
  addition: GroupAddition,
): Promise<void> {
  const { cause, code, count, firstNumber, lastNumber, sample } = addition;
  await session.run(
    `/* insertGroup */ insert into row_error_groups
       (capture, digest, cause, code, count, first_number, last_number, sample)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      capture,
      digestOf(addition),
      cause,
      code === null ? null : code,
      count,
      firstNumber,
      lastNumber,
      sample,
    ],
  );
}

/** A code that is empty is none. */
function digestOf({ cause, code }: Pick<GroupAddition, 'cause' | 'code'>): string {
  return createHash('sha256')
    .update(JSON.stringify([code ?? '', cause]))
    .digest('hex');
}

async function countGroups(session: Session, capture: number): Promise<number> {
  const row = await session.get(
    '/* countGroups */ select count(*) as count from row_error_groups where capture = ?',
    [capture],
  );
  return integer(row ?? {}, 'count');
}
