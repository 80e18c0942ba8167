import type { SQLInputValue } from 'node:sqlite';
import { sumTally } from '../../domain/row.ts';
import { batchRows, FURTHER_CAUSES, MOST_CAUSES } from '../row-batch.ts';
import type { GroupAddition, PlacedRow } from '../row-batch.ts';
import type { OpenCapture, RowAddition } from '../row-ledger.ts';
import { CAPTURE_COLUMNS, captureOf, columnsOf, findOpen } from './captures.ts';
import { integer, text } from '../columns.ts';
import type { Database } from './database.ts';

export function addRows(database: Database, addition: RowAddition): OpenCapture | null {
  const { id } = addition.capture;
  return database.transaction(() => {
    const before = findOpen(database, id);
    if (before === undefined || !isWhereSaid(captureOf(before), addition)) return null;
    const columns = columnsOf(before);
    const batch = batchRows(addition, columns);
    insertRows(database, id, batch.rows);
    addToGroups(database, id, batch.groups);
    const { names, hasMore } = batch.columns ?? columns;
    const row = database.get(
      `/* addRows */ update captures
       set next = ?, seen = ?, kept = ?, total_failed = nullif(max(coalesce(?, -1), coalesce(total_failed, -1)), -1), columns = ?,
         has_more_columns = ?
       where id = ? returning ${CAPTURE_COLUMNS}`,
      [
        addition.next,
        JSON.stringify(batch.seen),
        JSON.stringify(batch.kept),
        addition.totalFailed,
        batch.columns === null ? text(before, 'columns') : JSON.stringify(names),
        hasMore ? 1 : 0,
        id,
      ],
    );
    return captureOf(row ?? {});
  });
}

function isWhereSaid(before: OpenCapture, { capture }: RowAddition): boolean {
  return sumTally(before.seen) === sumTally(capture.seen) && before.next === capture.next;
}

/** So many rows go into one statement: a call for each costs a third more. */
const ROWS_A_STATEMENT = 20;

function insertRows(database: Database, capture: number, rows: readonly PlacedRow[]): void {
  const whole = rows.length - (rows.length % ROWS_A_STATEMENT);
  for (let start = 0; start < whole; start += ROWS_A_STATEMENT) {
    const values: SQLInputValue[] = [];
    for (let index = start; index < start + ROWS_A_STATEMENT; index += 1) {
      const placed = rows[index];
      if (placed !== undefined) pushValues(values, capture, placed);
    }
    database.run(INSERT_MANY, values);
  }
  for (const placed of rows.slice(whole)) {
    const values: SQLInputValue[] = [];
    pushValues(values, capture, placed);
    database.run(INSERT_ONE, values);
  }
}

const INSERT = `insert into import_rows
  (capture, outcome, ordinal, number, further_numbers, number_basis, resource, record_id, code,
   message, detail, values_form, input)
values`;
const VALUES = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const INSERT_ONE = `/* insertRows: one */ ${INSERT} ${VALUES}`;
const INSERT_MANY = `/* insertRows */ ${INSERT} ${Array(ROWS_A_STATEMENT).fill(VALUES).join(', ')}`;

function pushValues(values: SQLInputValue[], capture: number, { ordinal, row }: PlacedRow): void {
  const { failure, furtherNumbers } = row;
  const further = furtherNumbers.length === 0 ? null : JSON.stringify(furtherNumbers);
  values.push(capture, row.outcome, ordinal, row.number, further, row.numberBasis);
  values.push(row.resource, row.recordId);
  if (failure === null) {
    values.push(null, null, null, null, null);
    return;
  }
  const input = failure.values === null ? null : JSON.stringify(failure.values);
  values.push(failure.code, failure.message, failure.detail, failure.valuesForm, input);
}

function addToGroups(
  database: Database,
  capture: number,
  additions: readonly GroupAddition[],
): void {
  const unknown = additions.filter((addition) => !growGroup(database, capture, addition));
  if (unknown.length === 0) return;
  let count = countGroups(database, capture);
  for (const addition of unknown) {
    const isKnown = count < MOST_CAUSES;
    const group = isKnown ? addition : { ...addition, code: null, cause: FURTHER_CAUSES };
    if (!isKnown && growGroup(database, capture, group)) continue;
    insertGroup(database, capture, group);
    count += 1;
  }
}

/** Answers whether there is such a group. */
function growGroup(database: Database, capture: number, addition: GroupAddition): boolean {
  const { cause, code, count, firstNumber, lastNumber } = addition;
  const row = database.get(
    `/* growGroup */ update row_error_groups
     set count = count + ?1,
         first_number = min(coalesce(first_number, ?2), coalesce(?2, first_number)),
         last_number = max(coalesce(last_number, ?3), coalesce(?3, last_number))
     where capture = ?4 and cause = ?5 and code = ?6 returning count`,
    [count, firstNumber, lastNumber, capture, cause, code ?? ''],
  );
  return row !== undefined;
}

function insertGroup(database: Database, capture: number, addition: GroupAddition): void {
  const { cause, code, count, firstNumber, lastNumber, sample } = addition;
  database.run(
    `/* insertGroup */ insert into row_error_groups
       (capture, cause, code, count, first_number, last_number, sample)
     values (?, ?, ?, ?, ?, ?, ?)`,
    [capture, cause, code ?? '', count, firstNumber, lastNumber, sample],
  );
}

function countGroups(database: Database, capture: number): number {
  const row = database.get(
    '/* countGroups */ select count(*) as count from row_error_groups where capture = ?',
    [capture],
  );
  return integer(row ?? {}, 'count');
}
