import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowErrorSummary } from '../../../src/domain/row.ts';
import type { TableInput } from '../../../src/providers/qobra/wire.ts';
import { PARSING_ERROR, WHOLE_ERROR, read, table } from './builders.ts';

interface RowErrorLine {
  readonly claim: string;
  readonly tables: readonly TableInput[];
  readonly changes?: Readonly<Record<string, unknown>>;
  readonly rowErrors: RowErrorSummary;
}

const ROW_ERROR_LINES: readonly RowErrorLine[] = [
  {
    claim: 'no table in error',
    tables: [table()],
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
  },
  {
    claim: 'no table in error and no word of its own',
    tables: [table()],
    changes: { error: undefined },
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
  },
  {
    claim: 'every table in error naming its lines',
    tables: [table({ error: PARSING_ERROR }), table({ error: PARSING_ERROR })],
    changes: { error: true },
    rowErrors: { availability: 'COMPLETE', totalCount: 2, limit: null },
  },
  {
    claim: 'a table in error that names no line',
    tables: [table(), table({ error: WHOLE_ERROR })],
    rowErrors: { availability: 'COUNT_ONLY', totalCount: null, limit: null },
  },
  {
    claim: 'one table in error that names its lines and one that does not',
    tables: [table({ error: PARSING_ERROR }), table({ error: WHOLE_ERROR })],
    rowErrors: { availability: 'TRUNCATED', totalCount: null, limit: null },
  },
  {
    claim: 'an error that no table has',
    tables: [table()],
    changes: { error: true },
    rowErrors: { availability: 'COUNT_ONLY', totalCount: null, limit: null },
  },
  {
    claim: 'no tables and no word about errors',
    tables: [],
    changes: { error: null },
    rowErrors: { availability: 'COUNT_ONLY', totalCount: null, limit: null },
  },
  {
    claim: 'no tables and no error',
    tables: [],
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
  },
  {
    claim: 'a table that is not finished',
    tables: [table({ error: PARSING_ERROR }), table({ status: 'started' })],
    rowErrors: { availability: 'TRUNCATED', totalCount: null, limit: null },
  },
  {
    claim: 'a running import with lines named so far',
    tables: [table({ error: PARSING_ERROR })],
    changes: { status: 'started' },
    rowErrors: { availability: 'PENDING', totalCount: 1, limit: null },
  },
  {
    claim: 'a running import without any',
    tables: [table()],
    changes: { status: 'started' },
    rowErrors: { availability: 'PENDING', totalCount: null, limit: null },
  },
];

for (const { claim, tables, changes = {}, rowErrors } of ROW_ERROR_LINES) {
  test(`with ${claim}, row errors are ${rowErrors.availability} of ${rowErrors.totalCount}`, async () => {
    assert.deepEqual((await read(tables, changes)).rowErrors, rowErrors);
  });
}

test('has no row before the import is finished', async () => {
  const { rowsAre } = await read([table({ error: PARSING_ERROR })], { status: 'started' });

  assert.equal(rowsAre, 'none');
});

async function rowsOf(parsing_error_details: readonly unknown[]) {
  const error = { title: 'ParsingError', parsing_error_details };
  const { rows, rowsAre } = await read([{ ...table(), error }]);
  assert.equal(rowsAre, 'here');
  return rows;
}

test('keeps a line of which something is missing or of the wrong type', async () => {
  const rows = await rowsOf([
    { row: { id: '1' }, details: 'ValueError: a' },
    { line_number: 'two', row: ['x'], details: 5 },
    { line_number: 3 },
    { line_number: null, row: null, details: null },
    'broken',
    null,
  ]);

  const silence = 'Qobra names this line without saying what is wrong with it.';
  assert.deepEqual(
    rows.map(({ number, numberBasis, failure }) => [
      number,
      numberBasis,
      failure?.message,
      failure?.values,
      failure?.valuesForm,
    ]),
    [
      [null, 'UNSTATED', 'ValueError: a', { id: '1' }, 'VERBATIM'],
      [null, 'UNSTATED', silence, null, 'NONE'],
      [3, 'LINE', silence, null, 'NONE'],
      [null, 'UNSTATED', silence, null, 'NONE'],
      [null, 'UNSTATED', silence, null, 'NONE'],
      [null, 'UNSTATED', silence, null, 'NONE'],
    ],
  );
});

test('keeps the vendor’s line number as it is', async () => {
  assert.deepEqual(
    (await rowsOf([{ line_number: 0 }, { line_number: 12 }])).map(({ number }) => number),
    [0, 12],
  );
});

test('takes the message from the first line of details and keeps the rest', async () => {
  const [row] = await rowsOf([{ line_number: 1, details: 'ValueError: bad\n  at amount\n' }]);

  assert.equal(row?.failure?.message, 'ValueError: bad');
  assert.equal(row?.failure?.detail, 'ValueError: bad\n  at amount\n');
});

test('takes the message from the last line of a traceback', async () => {
  const details = 'Traceback (most recent call last):\n  File "a.py"\nValueError: bad\n';
  const [row] = await rowsOf([{ line_number: 1, details }]);

  assert.equal(row?.failure?.message, 'ValueError: bad');
  assert.equal(row?.failure?.detail, details);
});

test('an empty text of details says nothing', async () => {
  const [row] = await rowsOf([{ line_number: 1, details: ' \n' }]);

  assert.match(row?.failure?.message ?? '', /without saying what is wrong/);
  assert.equal(row?.failure?.detail, null);
});
