import assert from 'node:assert/strict';
import test from 'node:test';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { OPERATION_LIMITS } from '../support/gate.ts';

const OPERATIONS = new Operations({
  schema: createSchema(),
  isIntrospectionOn: false,
  limits: OPERATION_LIMITS,
  persisted: null,
});

function codeOf(query: string, variables: Readonly<Record<string, unknown>>): unknown {
  const prepared = OPERATIONS.prepare({ query, operationName: null, variables });
  return isOperation(prepared) ? null : prepared[0]?.extensions['code'];
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

const LIST = 'query ($filter: ImportFilter) { imports(filter: $filter) { nodes { id } } }';
const TWO =
  'query ($a: [JobPhase!], $b: [JobPhase!]) { imports(filter: { phases: $a }) { nodes { id } } b: imports(filter: { phases: $b }) { nodes { id } } }';
const RECORD =
  'mutation ($input: RecordImportInput!) { recordImport(input: $input) { import { id } } }';

test('variables hold so many values and no more, wherever they are', () => {
  const phases = times(15_000, 'QUEUED');
  assert.equal(codeOf(LIST, { filter: { phases } }), null);
  assert.equal(codeOf(LIST, { filter: { phases, ids: phases } }), 'TOO_MANY_VALUES');
  assert.equal(codeOf(LIST, { filter: { phases: times(700_000, 'QUEUED') } }), 'TOO_MANY_VALUES');
  assert.equal(codeOf(TWO, { a: phases }), null);
  assert.equal(codeOf(TWO, { a: phases, b: phases }), 'TOO_MANY_VALUES');
  const labels = times(10_000, { key: 'a', value: 'b' });
  assert.equal(codeOf(LIST, { filter: { labels } }), 'TOO_MANY_VALUES');
});

test('values that are of no type count, too', () => {
  const strange = Object.fromEntries(times(30_000, 1).map((one, index) => [`a${index}`, one]));
  assert.equal(codeOf(LIST, { filter: strange }), 'TOO_MANY_VALUES');
  assert.equal(codeOf(LIST, { filter: times(30_000, {}) }), 'TOO_MANY_VALUES');
});

test('what is passed through as it is, and what nobody reads, does not count', () => {
  const response = { results: times(100_000, { id: 1 }) };
  const input = { providerId: 'micro', externalId: 'a', response };
  assert.equal(codeOf(RECORD, { input }), null);
  assert.equal(codeOf(LIST, { filter: {}, undeclared: times(100_000, 1) }), null);
});
