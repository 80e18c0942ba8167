import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'csv-parse/sync';
import type { ImportRow } from '../../../src/domain/row.ts';
import { csvHeader, csvLines } from '../../../src/graphql/export/csv.ts';
import { row, rowError } from '../../support/builders.ts';

const OWN = ['_error_code', '_error_message', '_number', '_resource', '_outcome', '_record_id'];

/** What somebody who reads the file finds: the first line, then each row. */
function read(rows: readonly ImportRow[], columns: readonly string[] = []): readonly string[][] {
  const kept = rows.map((each, at) => ({ ...each, id: `catalog:load#${at}` }));
  // Left to itself, the parser takes the first line end that it meets for that of the file.
  return parse(csvHeader(columns) + csvLines(kept, columns), { record_delimiter: '\r\n' });
}

/** The cells of one value, as the value of an input and as a name of one. */
function cellOf(value: unknown): string {
  const [, cells] = read([rowError({ values: { value } })], ['value']);
  return cells?.[0] ?? 'nothing was read';
}

test('the columns of the input come first, then ours, and every row has them all', () => {
  const rows = [
    rowError({
      number: 7,
      code: 'E1',
      message: 'the price is not a number',
      resource: 'prices',
      recordId: 'r-1',
      values: { name: 'Ann', price: 'x' },
    }),
    rowError({ number: null, code: null, values: { price: 5 } }),
    row({ number: 9, outcome: 'UPDATED', recordId: 'r-2' }),
  ];
  assert.deepEqual(read(rows, ['name', 'price']), [
    ['name', 'price', ...OWN],
    ['Ann', 'x', 'E1', 'the price is not a number', '7', 'prices', 'FAILED', 'r-1'],
    ['', '5', '', 'the value is not valid', '', '', 'FAILED', ''],
    ['', '', '', '', '9', '', 'UPDATED', 'r-2'],
  ]);
});

test('lines end as RFC 4180 says, the last one too, and no rows are only the first line', () => {
  assert.equal(csvHeader(['a']), `a,${OWN.join(',')}\r\n`);
  assert.equal(csvLines([], ['a']), '');
  const line = csvLines([{ ...rowError({ code: null, message: 'no' }), id: 'catalog:load#0' }], []);
  assert.equal(line, ',no,1,,FAILED,\r\n');
});

test('values are written plainly: booleans, numbers, nested ones as JSON, nothing for null', () => {
  assert.equal(cellOf(true), 'true');
  assert.equal(cellOf(false), 'false');
  assert.equal(cellOf(0), '0');
  assert.equal(cellOf(-12.5), '-12.5');
  assert.equal(cellOf(1e21), '1e+21');
  assert.equal(cellOf(null), '');
  assert.equal(cellOf(''), '');
  assert.equal(cellOf({ a: ['x', 1, null] }), '{"a":["x",1,null]}');
  assert.equal(cellOf([]), '[]');
});

/** Cells that a spreadsheet, a shell or a parser could take for something else. */
const NASTY = [
  'plain',
  'a,b',
  'a;b',
  'a\tb',
  '"',
  '""',
  'say "hi"',
  'two\nlines',
  'two\r\nlines',
  'ends in a line\n',
  'ends in a return\r',
  ' space around ',
  'NUL \u0000 inside',
  '\u0000',
  'Grüße, 日本語, 🦊',
  'e\u0301',
  '\u2028\u2029',
  '\ufeffmarked',
  '{"json":true}',
  "it's",
  "'quoted'",
  '#comment',
  '\\',
  '\\n',
  '<script>',
  '$(rm)',
  '__proto__',
];

test('every text comes back as it was', () => {
  for (const text of NASTY) assert.equal(cellOf(text), text, JSON.stringify(text));
  const [header, cells] = read(
    [rowError({ values: Object.fromEntries(NASTY.entries()) })],
    [...NASTY.keys()].map(String),
  );
  assert.equal(header?.length, NASTY.length + OWN.length);
  assert.deepEqual(cells?.slice(0, NASTY.length), NASTY);
});

test('every name of a value comes back as it was, also the first of the file', () => {
  for (const name of NASTY) {
    const values: unknown = JSON.parse(`{${JSON.stringify(name)}:"here"}`);
    assert.ok(typeof values === 'object' && values !== null);
    const [header, cells] = read([rowError({ values: { ...values } })], [name]);
    assert.equal(header?.[0], name, JSON.stringify(name));
    assert.equal(cells?.[0], 'here', JSON.stringify(name));
  }
});

test('a row has no value for what every object has', () => {
  const columns = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
  const [, cells] = read([rowError({ values: { name: 'Ann' } })], columns);
  assert.deepEqual(cells?.slice(0, 4), ['', '', '', '']);
});

const FORMULAS = [
  '=1+1',
  '=',
  '+1+1',
  '-1+1',
  '-',
  '+',
  '@SUM(A1)',
  "=cmd|' /C calc'!A0",
  ' =1+1',
  '\u00a0=1+1',
  '\u200b=1+1',
  '\ufeff=1+1',
  '\u0000=1+1',
  '\u000b=1+1',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\r\n =1+1',
  '\tplain',
  '\rplain',
  '\nplain',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  ' ＝1+1',
  '--1',
  '+-1',
  '-1 ',
  ' -1',
  '-1-',
  '-0x10',
  '-1e',
  '-e5',
  '-.',
  '-1.2.3',
  '-1,5',
  '+49 170 1234567',
  '-Infinity',
  '-1\n=1+1',
  '=HYPERLINK("http://x","y")',
];

test('a cell that a spreadsheet would run begins with a quote', () => {
  for (const formula of FORMULAS) {
    assert.equal(cellOf(formula), `'${formula}`, JSON.stringify(formula));
  }
});

test('so do names of values, and what the vendor says of a row', () => {
  const failed = rowError({
    code: '=1',
    message: '@x',
    resource: '+x',
    recordId: '\tx',
    values: { '=1+1': 'here' },
  });
  assert.deepEqual(read([failed], ['=1+1']), [
    ["'=1+1", ...OWN],
    ['here', "'=1", "'@x", '1', "'+x", 'FAILED', "'\tx"],
  ]);
});

test('a plain number stays a number, so that it loads again', () => {
  const numbers = [
    '-12.5',
    '+3',
    '-1e9',
    '-1E-9',
    '+.5',
    '-5.',
    '-0',
    '+491701234567',
    '12',
    '1e+5',
  ];
  for (const number of numbers) assert.equal(cellOf(number), number);
  assert.equal(cellOf(-1e-9), '-1e-9');
});

test('a cell that another separator would split is quoted, so that it stays one', () => {
  for (const text of ['x;=1+1', 'x\t=1+1']) {
    const line = csvLines([{ ...rowError({ values: { text } }), id: 'catalog:load#0' }], ['text']);
    assert.ok(line.startsWith(`"${text}",`), JSON.stringify(line));
  }
});

test('a name of the input that is also one of ours keeps it, and ours steps aside', () => {
  const columns = ['_number', '__number', '_error_code', '_outcome_'];
  const [header, cells] = read([rowError({ number: 3, values: { _number: 'theirs' } })], columns);
  assert.deepEqual(header, [
    ...columns,
    '__error_code',
    '_error_message',
    '___number',
    '_resource',
    '_outcome',
    '_record_id',
  ]);
  assert.equal(cells?.[0], 'theirs');
  assert.equal(cells?.[6], '3');
});
