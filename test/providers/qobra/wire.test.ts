import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportAnswer, Named, ParsingError } from '../../../src/providers/qobra/wire.ts';
import { ID, table } from './builders.ts';

const IMPORT = { id: ID, status: 'finished' };

function parse(changes: Readonly<Record<string, unknown>>) {
  return ImportAnswer.parse({ data_import: { ...IMPORT, ...changes } }).data_import;
}

function isRefused(changes: Readonly<Record<string, unknown>>): boolean {
  return !ImportAnswer.safeParse({ data_import: { ...IMPORT, ...changes } }).success;
}

const PROGRESS_LINES = [
  [100, 100],
  [42.5, 42.5],
  [0, 0],
  ['100', 100],
  ['100%', 100],
  [' 42.5 % ', 42.5],
  ['0', 0],
  ['', null],
  ['almost', null],
  ['1e2', null],
  ['0x10', null],
  ['-1', null],
  [-1, null],
  [101, null],
  ['101%', null],
  [null, null],
  [undefined, null],
  [{}, null],
] as const;

for (const [sent, read] of PROGRESS_LINES) {
  test(`reads a progress of ${JSON.stringify(sent)} as ${read}`, () => {
    assert.equal(parse({ progress: sent }).progress, read);
    const [first] = parse({
      data_tables_details: [{ ...table(), progress: sent }],
    }).data_tables_details;
    assert.equal(first?.progress, read);
  });
}

test('closes the status of the import and of its tables, and keeps their words', () => {
  const { status, data_tables_details: tables } = parse({
    status: 'Finished',
    data_tables_details: [table({ status: 'started' })],
  });

  assert.deepEqual(status, { raw: 'Finished', known: 'unrecognized' });
  assert.deepEqual(tables[0]?.status, { raw: 'started', known: 'started' });
});

test('reads an import with nothing but an id and a status', () => {
  assert.deepEqual(parse({}), {
    id: ID,
    status: { raw: 'finished', known: 'finished' },
    progress: null,
    error: null,
    created_at: null,
    launched_at: null,
    finished_at: null,
    data_tables_details: [],
  });
});

test('reads times with a zone and leaves the others empty', () => {
  assert.equal(parse({ created_at: '2024-06-25T09:58:32Z' }).created_at, 1_719_309_512_000);
  assert.equal(parse({ created_at: '2024-06-25T11:58:32+02:00' }).created_at, 1_719_309_512_000);
  for (const text of ['2024-06-25T09:58:32', '25/06/2024', '', null, 5]) {
    assert.equal(parse({ launched_at: text }).launched_at, null);
  }
});

test('needs an id, a status, and the same of each table', () => {
  assert.ok(isRefused({ id: undefined }));
  assert.ok(isRefused({ status: null }));
  assert.ok(isRefused({ data_tables_details: [{ ...table(), status: undefined }] }));
  assert.ok(isRefused({ data_tables_details: [{ ...table(), type: undefined }] }));
  assert.ok(isRefused({ data_tables_details: ['companies'] }));
  assert.ok(!ImportAnswer.safeParse(IMPORT).success);
});

test('does not guess what it would rely on', () => {
  assert.ok(isRefused({ error: 'yes' }));
  for (const count of [-1, 1.5, '3']) {
    assert.ok(isRefused({ data_tables_details: [{ ...table(), number_of_records: count }] }));
  }
});

test('an error of a table of an unexpected shape is still an error', () => {
  for (const error of ['boom', 5, [], {}, { title: 5, parsing_error_details: {} }]) {
    const [first] = parse({ data_tables_details: [{ ...table(), error }] }).data_tables_details;

    assert.deepEqual(first?.error, { title: null, description: null });
  }
});

for (const line of ['broken', null, 7, [], {}, { line_number: '4', row: ['x'], details: 5 }]) {
  test(`reads ${JSON.stringify(line)}, which is no line, as one that says nothing`, () => {
    const nothing = { line_number: null, row: null, details: null };

    assert.deepEqual(ParsingError.parse(line), nothing);
  });
}

test('reads no name where there is none yet, or none that is text', () => {
  for (const holder of [undefined, null, {}, [], 'x', { data_table_key: 5, title: '' }]) {
    assert.deepEqual(Named.parse(holder), { data_table_key: null, title: null });
  }
});
