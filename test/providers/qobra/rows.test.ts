import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportRow } from '../../../src/domain/row.ts';
import { inPieces } from '../../support/canned-fetch.ts';
import { createRowSink } from '../../support/row-sink.ts';
import {
  FOREVER,
  ID,
  PARSING_ERROR,
  WHOLE_ERROR,
  answerOf,
  lookAt,
  observationOf,
  read,
  readAnswer,
  sourceOf,
  table,
  targetOf,
} from './builders.ts';

const LINES = [{ line_number: 1 }, { line_number: 2, details: 'ValueError: ü€😀' }];

/** Where each row is from, in the order in which they came. */
function placesOf(rows: readonly ImportRow[]) {
  return rows.map(({ resource, failure, number }) => [resource, failure?.code, number]);
}

const TABLES_IN_ORDERS: Readonly<Record<string, readonly object[]>> = {
  'in the published order': [
    {
      type: 'api',
      status: 'finished',
      data_table_key: 'deals',
      number_of_records: null,
      error: { title: 'ParsingError', description: 'No', parsing_error_details: LINES },
    },
  ],
  'with the error before the key of its table': [
    {
      error: { title: 'ParsingError', description: 'No', parsing_error_details: LINES },
      number_of_records: null,
      data_table_key: 'deals',
      status: 'finished',
      type: 'api',
    },
  ],
  'with the lines before the title of their error': [
    {
      data_table_key: 'deals',
      error: { parsing_error_details: LINES, description: 'No', title: 'ParsingError' },
      number_of_records: null,
      status: 'finished',
      type: 'api',
    },
  ],
  'with the lines before all else': [
    {
      error: { parsing_error_details: LINES, title: 'ParsingError', description: 'No' },
      type: 'api',
      status: 'finished',
      number_of_records: null,
      data_table_key: 'deals',
    },
  ],
};

for (const [order, tables] of Object.entries(TABLES_IN_ORDERS)) {
  test(`a table ${order} has its name on each of its lines, wherever the answer is cut`, async () => {
    const text = JSON.stringify(answerOf(tables));
    for (const size of [1, 2, 3, 5, 7, 64, text.length]) {
      const { rows, rowErrors, resources } = await observationOf(sourceOf(inPieces(text, size)));
      assert.deepEqual(placesOf(rows), [
        ['deals', 'ParsingError', 1],
        ['deals', 'ParsingError', 2],
      ]);
      assert.equal(rows[1]?.failure?.message, 'ValueError: ü€😀');
      assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 2, limit: null });
      assert.equal(resources[0]?.error?.message, 'No');
    }
  });
}

/** A table that tells its lines first and its name last. */
function backwards(key: string | null, title: string, count: number) {
  const lines = Array.from({ length: count }, (_, index) => ({ line_number: index }));
  const error = { parsing_error_details: lines, title };
  return { error, type: 'api', status: 'finished', data_table_key: key };
}

test('lines of different tables are kept apart, also of tables of one name or none', async () => {
  const tables = [
    backwards('a', 'One', 2),
    table({ error: WHOLE_ERROR }),
    backwards('b', 'Two', 1),
    backwards('a', 'Three', 3),
    backwards(null, 'Four', 1),
    table({ data_table_key: 'c', error: PARSING_ERROR }),
  ];
  const text = JSON.stringify(answerOf(tables));
  for (const size of [1, 9, text.length]) {
    const { rows } = await observationOf(sourceOf(inPieces(text, size)));
    assert.deepEqual(placesOf(rows), [
      ['a', 'One', 0],
      ['a', 'One', 1],
      ['b', 'Two', 0],
      ['a', 'Three', 0],
      ['a', 'Three', 1],
      ['a', 'Three', 2],
      [null, 'Four', 0],
      ['c', 'ParsingError', 4],
    ]);
  }
});

test('a table that names lines in one that names none leaves the number of failed rows open', async () => {
  const { rows, rowErrors } = await read([
    table({ error: PARSING_ERROR }),
    table({ error: { ...WHOLE_ERROR, parsing_error_details: [] } }),
  ]);

  assert.equal(rows.length, 1);
  assert.deepEqual(rowErrors, { availability: 'TRUNCATED', totalCount: null, limit: null });
});

test('a table with an empty error is in error', async () => {
  const { job, rowsAre, rowErrors, resources } = await read([table({ error: {} }), table()]);

  assert.equal(job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(resources[0]?.error?.message, 'Qobra gives an error without saying which.');
  assert.equal(resources[1]?.error, null);
  assert.deepEqual([rowsAre, rowErrors.availability], ['none', 'COUNT_ONLY']);
});

function linesFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `{"line_number":${first + index}}`).join();
}

test('lines that wait for the name of their table wait no longer than ten thousand', async () => {
  const sink = createRowSink();
  const seen: number[] = [];
  function* pieces(): Generator<string> {
    yield `{"data_import":{"id":"${ID}","status":"finished","data_tables_details":[`;
    yield `{"error":{"parsing_error_details":[${linesFrom(1, 10_000)}`;
    seen.push(sink.rows.length);
    yield `,${linesFrom(10_001, 1)}`;
    seen.push(sink.rows.length);
    yield `,${linesFrom(10_002, 500)}],"title":"Late"},"data_table_key":"deals",`;
    yield '"type":"api","status":"finished"}]}}';
  }
  const [look] = await sourceOf(pieces()).look([targetOf(ID, sink)], FOREVER);

  assert.equal(look?.kind, 'observed');
  assert.deepEqual(seen, [0, 10_001]);
  assert.deepEqual(
    sink.rows.map(({ number }) => number),
    Array.from({ length: 10_501 }, (_, index) => index + 1),
  );
  const [nameless, named] = [sink.rows.slice(0, 10_001), sink.rows.slice(10_001)];
  assert.ok(nameless.every(({ resource, failure }) => resource === null && failure?.code === null));
  assert.ok(
    named.every(({ resource, failure }) => `${resource} ${failure?.code}` === 'deals Late'),
  );
  assert.equal(look.observation.rowErrors.totalCount, 10_501);
});

test('numbers that are repeated, missing or descending are told as they are, in the vendor’s order', async () => {
  const parsing_error_details = [9, 9, undefined, 4, null, 'five', -1, 1.5, 0].map(
    (line_number) => ({ line_number }),
  );
  const error = { title: 'ParsingError', parsing_error_details };
  const { rows, rowErrors } = await read([{ ...table(), error }]);

  assert.deepEqual(
    rows.map(({ number, numberBasis }) => [number, numberBasis]),
    [
      [9, 'LINE'],
      [9, 'LINE'],
      [null, 'UNSTATED'],
      [4, 'LINE'],
      [null, 'UNSTATED'],
      [null, 'UNSTATED'],
      [-1, 'LINE'],
      [null, 'UNSTATED'],
      [0, 'LINE'],
    ],
  );
  assert.equal(rowErrors.totalCount, 9);
});

test('details and values of a megabyte come out whole', async () => {
  const long = 'ä"\\\n€'.repeat(200_000);
  const line = { line_number: 1, row: { [long]: long }, details: `ValueError: x\n${long}` };
  const error = { title: 'ParsingError', parsing_error_details: [line, LINES[0]] };
  const text = JSON.stringify(answerOf([{ ...table(), error }]));
  const { rows } = await observationOf(sourceOf(inPieces(text, 65_536)));

  assert.ok(Buffer.byteLength(long) > 1_000_000);
  assert.deepEqual(rows[0]?.failure?.values, { [long]: long });
  assert.equal(rows[0]?.failure?.message, 'ValueError: x');
  assert.equal(rows[0]?.failure?.detail, line.details);
  assert.equal(rows.length, 2);
});

test('a row that is a hundred thousand levels deep is read as any other', async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const line = `{"line_number":1,"row":${deep},"details":"ValueError: x"}`;
  const start = `{"data_import":{"id":"${ID}","status":"finished","data_tables_details":[`;
  const error = `{"title":"ParsingError","parsing_error_details":[${line},{"line_number":2}]}`;
  const deals = `{"type":"api","status":"finished","data_table_key":"deals","error":${error}}`;
  const { rows } = await observationOf(sourceOf(inPieces(`${start}${deals}]}}`, 65_536)));

  assert.deepEqual(placesOf(rows), [
    ['deals', 'ParsingError', 1],
    ['deals', 'ParsingError', 2],
  ]);
  assert.deepEqual(Object.keys(rows[0]?.failure?.values ?? {}), ['a']);
});

for (const parsing_error_details of [{}, { 0: LINES[0] }, 'none', 5, true, null]) {
  test(`lines that are ${JSON.stringify(parsing_error_details)} and no list are no lines of a table in error`, async () => {
    const error = { title: 'ParsingError', parsing_error_details };
    const { rows, rowsAre, rowErrors, resources } = await read([{ ...table(), error }]);

    assert.deepEqual([rows, rowsAre, rowErrors.availability], [[], 'none', 'COUNT_ONLY']);
    assert.equal(resources[0]?.error?.code, 'ParsingError');
  });
}

for (const tables of [{}, { 0: table({ error: PARSING_ERROR }) }, 'none', 5]) {
  test(`tables that are ${JSON.stringify(tables)} and no list are no answer`, async () => {
    const { look } = await lookAt(sourceOf([JSON.stringify(answerOf(tables))]));

    assert.equal(look.kind, 'failed');
    assert.equal(look.error.kind, 'unexpected-response');
    assert.match(look.error.message, /data_tables_details: .*expected array/);
  });
}

test('rows that came before an answer broke off are no observation', async () => {
  const text = JSON.stringify(answerOf([table({ error: PARSING_ERROR })]));
  const { look, rows } = await lookAt(sourceOf([text.slice(0, -1)]));

  assert.equal(look.kind, 'failed');
  assert.equal(look.error.kind, 'unexpected-response');
  assert.doesNotMatch(look.error.message, /float/);
  assert.equal(rows.length, 1);
});

test('the vendor’s own names for keys of an object are names like any other', async () => {
  const row = JSON.parse('{"constructor":"a","toString":"b"}');
  const error = { title: '__proto__', parsing_error_details: [{ line_number: 1, row }] };
  const answer = answerOf([{ ...table({ data_table_key: '__proto__' }), error }]);
  const { rows } = await readAnswer(answer);

  assert.deepEqual(placesOf(rows), [['__proto__', '__proto__', 1]]);
  assert.deepEqual(rows[0]?.failure?.values, row);
});
