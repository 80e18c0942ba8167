import assert from 'node:assert/strict';
import test from 'node:test';
import { ndjsonLines } from '../../../src/graphql/export/ndjson.ts';
import { row, rowError } from '../../support/builders.ts';

const ID = 'catalog:load#0';

test('a line has everything that is known of a row, and null for the rest', () => {
  const failed = rowError({
    number: 3,
    numberBasis: 'COMMAND',
    resource: 'prices',
    recordId: 'r-1',
    code: 'E1',
    message: 'no "x"',
    detail: 'line 1\nline 2',
    values: { name: 'Ann', nested: { a: [1, null] } },
  });
  const lines = ndjsonLines([
    { ...failed, id: ID },
    { ...row({ number: null, numberBasis: 'UNSTATED' }), id: ID },
  ]);
  const [first = '', second = '', rest] = lines.split('\n');
  assert.deepEqual(JSON.parse(first), {
    number: 3,
    numberBasis: 'COMMAND',
    outcome: 'FAILED',
    resource: 'prices',
    recordId: 'r-1',
    code: 'E1',
    message: 'no "x"',
    detail: 'line 1\nline 2',
    values: { name: 'Ann', nested: { a: [1, null] } },
    valuesForm: 'VERBATIM',
  });
  assert.deepEqual(JSON.parse(second), {
    number: null,
    numberBasis: 'UNSTATED',
    outcome: 'CREATED',
    resource: null,
    recordId: null,
    code: null,
    message: null,
    detail: null,
    values: null,
    valuesForm: null,
  });
  assert.equal(rest, '', 'the last line ends too');
});

test('a row with several numbers has all of them, the first one also as its number', () => {
  const failed = rowError({ number: 3_000_000_000, furtherNumbers: [8, 5] });
  const { number, numbers } = JSON.parse(ndjsonLines([{ ...failed, id: ID }]));
  assert.equal(number, 3_000_000_000);
  assert.deepEqual(numbers, [3_000_000_000, 8, 5]);
});

test('no text of a row ends its line', () => {
  const text = 'a\nb\r\nc\u2028d\u0000e🦊\ud800';
  const lines = ndjsonLines([{ ...rowError({ message: text, values: { [text]: text } }), id: ID }]);
  assert.equal(lines.indexOf('\n'), lines.length - 1);
  assert.deepEqual(JSON.parse(lines).values, { [text]: text });
});

test('no rows are no lines', () => {
  assert.equal(ndjsonLines([]), '');
});
