import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportRow } from '../../../src/domain/row.ts';
import { placeOf, readErrors } from '../../../src/providers/collibra/row-errors.ts';
import { ImportErrors } from '../../../src/providers/collibra/wire.ts';

const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';

const ERROR = {
  errorType: 'VALIDATION',
  resourceType: 'ASSET',
  errorMessage: 'No asset type matches the specified criteria.',
  command: { indices: [7], identifier: '{"name":"Foo","domain":{"name":"Bar"}}' },
};

/** What a page is read as, of which the first error stands at `offset`, as the vendor says. */
function pageOf(body: object, offset = 0, knownTotal: number | null = null) {
  const page = ImportErrors.parse({ offset, ...body });
  return readErrors(page, { offset, before: null }, knownTotal);
}

function rowOf(error: unknown): ImportRow {
  const [row, ...others] = pageOf({ results: [error] }).rows;
  assert.ok(row);
  assert.deepEqual(others, []);
  return row;
}

function rowOfCommand(command: unknown): ImportRow {
  return rowOf({ ...ERROR, command });
}

test('reads an error as a row that failed', () => {
  assert.deepEqual(rowOf(ERROR), {
    outcome: 'FAILED',
    number: 7,
    furtherNumbers: [],
    numberBasis: 'COMMAND',
    resource: 'ASSET',
    recordId: null,
    failure: {
      code: 'VALIDATION',
      message: 'No asset type matches the specified criteria.',
      detail: null,
      values: { name: 'Foo', domain: { name: 'Bar' } },
      valuesForm: 'VERBATIM',
    },
  });
});

test('keeps words that it does not know', () => {
  const row = rowOf({ ...ERROR, errorType: 'BRAND_NEW', resourceType: 'brand new' });
  assert.deepEqual([row.failure?.code, row.resource], ['BRAND_NEW', 'brand new']);
});

const INDICES: readonly (readonly [sent: unknown, number: number | null, further: number[]])[] = [
  [[0], 0, []],
  [[4, 5], 4, [5]],
  [[9, 3, 3], 9, [3, 3]],
  [[-1], -1, []],
  [[2_147_483_647], 2_147_483_647, []],
  [[], null, []],
  [[1e20], null, []],
  [[1e20, 5], 5, []],
  [[1.5, 'six', null, {}, 8, 9], 8, [9]],
  [7, null, []],
  ['7', null, []],
  [{ 0: 7 }, null, []],
  [null, null, []],
  [undefined, null, []],
];

for (const [sent, number, further] of INDICES) {
  test(`reads the indices ${JSON.stringify(sent)} as ${number} and ${JSON.stringify(further)}`, () => {
    const row = rowOfCommand({ indices: sent });
    assert.deepEqual([row.number, row.furtherNumbers], [number, further]);
    assert.equal(row.numberBasis, number === null ? 'UNSTATED' : 'COMMAND');
  });
}

const IDENTIFIERS = [
  [UUID, UUID, null],
  [UUID.toUpperCase(), UUID.toUpperCase(), null],
  ['{"name":"Foo"}', null, { name: 'Foo' }],
  [' {"id":1} ', null, { id: 1 }],
  ['{}', null, {}],
  [{ name: 'Foo' }, null, { name: 'Foo' }],
  ['Foo > Bar', null, { identifier: 'Foo > Bar' }],
  [`${UUID} `, null, { identifier: `${UUID} ` }],
  ['{"name":"Fo', null, { identifier: '{"name":"Fo' }],
  ['[{"name":"Foo"}]', null, { identifier: '[{"name":"Foo"}]' }],
  ['"Foo"', null, { identifier: '"Foo"' }],
  ['42', null, { identifier: '42' }],
  ['null', null, { identifier: 'null' }],
  ['', null, null],
  [' ', null, null],
  [42, null, null],
  [['Foo'], null, null],
  [null, null, null],
  [undefined, null, null],
] as const;

for (const [sent, recordId, values] of IDENTIFIERS) {
  test(`reads the identifier ${JSON.stringify(sent)} as ${JSON.stringify(recordId ?? values)}`, () => {
    const { recordId: record, failure } = rowOfCommand({ indices: [1], identifier: sent });
    assert.equal(record, recordId);
    assert.deepEqual(failure?.values, values);
    assert.equal(failure?.valuesForm, values === null ? 'NONE' : 'VERBATIM');
    assert.equal(failure.detail, null);
  });
}

test('reads an identifier that is nested deeper than any stack', () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  assert.equal(rowOfCommand({ identifier: deep }).failure?.valuesForm, 'VERBATIM');
});

test('keeps an entry that cannot be read', () => {
  for (const entry of [null, 'row 7', 7, true, [ERROR]]) {
    const row = rowOf(entry);
    assert.equal(row.outcome, 'FAILED');
    assert.deepEqual([row.number, row.resource, row.recordId], [null, null, null]);
    assert.equal(row.failure?.code, null);
    assert.match(row.failure.message, /not an object/);
    assert.doesNotMatch(row.failure.message, /row 7/);
  }
});

test('keeps an entry that lacks everything, and says so', () => {
  for (const entry of [{}, { errorMessage: '', command: null }, { errorMessage: 7, command: [] }]) {
    const row = rowOf(entry);
    assert.equal(row.outcome, 'FAILED');
    assert.match(row.failure?.message ?? '', /gives no message/);
    assert.deepEqual([row.number, row.numberBasis], [null, 'UNSTATED']);
  }
});

test('keeps every entry in its place, whatever stands beside it', () => {
  const { rows } = pageOf({ results: [ERROR, null, ERROR, {}, ERROR] });
  assert.deepEqual(
    rows.map(({ number }) => number),
    [7, null, 7, null, 7],
  );
});

test('keeps a message of a megabyte', () => {
  const errorMessage = 'long '.repeat(200_000);
  assert.equal(rowOf({ ...ERROR, errorMessage }).failure?.message, errorMessage);
});

// Offset, how many errors are shown, total -> where to read on, how many there are.
const PAGES: readonly (readonly [number, number, unknown, string | null, number | null])[] = [
  [0, 2, 2, null, 2],
  [0, 2, 5, '2', 5],
  [2, 2, 5, '4', 5],
  [4, 1, 5, null, 5],
  [0, 0, 0, null, 0],
  // Shorter than it says: nobody is told that this was all.
  [4, 0, 5, null, 5],
  // Nobody counted.
  [0, 2, undefined, '2', null],
  [0, 2, null, '2', null],
  [0, 2, -1, '2', null],
  [0, 2, 0, '2', null],
  [0, 2, 'many', '2', null],
  [2, 0, undefined, null, null],
  // A total that what is shown gives the lie.
  [0, 2, 1, '2', null],
  [4, 2, 5, '6', null],
];

for (const [offset, shown, total, next, totalFailed] of PAGES) {
  const of = total === undefined ? 'an unknown number' : JSON.stringify(total);
  test(`reads on from ${next} after ${shown} errors from ${offset} of ${of}`, () => {
    const page = pageOf({ total, results: Array.from({ length: shown }, () => ERROR) }, offset);
    assert.deepEqual([page.next, page.totalFailed], [next, totalFailed]);
    assert.equal(page.rows.length, shown);
  });
}

test('refuses a page without a list of errors', () => {
  for (const body of [{}, { results: null }, { results: {} }, { total: 0 }, [], null, 'none']) {
    assert.equal(ImportErrors.safeParse(body).success, false, JSON.stringify(body));
  }
});

test('reads on behind the end of a list that has fewer errors than the summary counts', () => {
  const two = { total: 2, results: [ERROR, ERROR] };
  assert.equal(pageOf(two, 0, 2).next, null);
  assert.equal(pageOf(two, 0, 1).next, null);
  assert.equal(pageOf(two, 0, 3).next, '2');
  assert.equal(pageOf({ total: 2, results: [] }, 2, 3).next, '2');
  assert.equal(pageOf({ total: 0, results: [] }, 0, 16).next, '0');
});

test('refuses a page that comes again where the vendor does not say which one it is', () => {
  const body = ImportErrors.parse({ total: 3_000, results: [ERROR, ERROR] });
  const first = readErrors(body, placeOf(null), null);
  assert.match(first.next ?? '', /^2 after \S+$/);
  assert.throws(() => readErrors(body, placeOf(first.next), null), {
    name: 'ProviderError',
    kind: 'unexpected-response',
  });
  const other = ImportErrors.parse({
    total: 3_000,
    results: [ERROR, { ...ERROR, errorType: 'X' }],
  });
  assert.match(readErrors(other, placeOf(first.next), null).next ?? '', /^4 after \S+$/);
  // Said to be another page, it is one, however alike.
  const said = ImportErrors.parse({ total: 3_000, offset: 2, results: [ERROR, ERROR] });
  assert.equal(readErrors(said, placeOf(first.next), null).next, '4');
});

test('begins with the first error, and reads on where it is told', () => {
  const places = [null, '0', '1000', '999000', '2000 after x-y_z'].map(placeOf);
  assert.deepEqual(
    places.map(({ offset }) => offset),
    [0, 0, 1_000, 999_000, 2_000],
  );
  assert.deepEqual(
    places.map(({ before }) => before),
    [null, null, null, null, 'x-y_z'],
  );
});

test('takes a place that it never gave for a fault of ours', () => {
  for (const next of ['', ' ', '-1', '1.5', '1e3', '0x10', 'x', '99999999999999999999']) {
    assert.throws(() => placeOf(next), { name: 'Error', message: /no place in a list/ });
  }
});
