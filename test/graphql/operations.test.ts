import assert from 'node:assert/strict';
import test from 'node:test';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import type { Operation } from '../../src/graphql/operations.ts';
import { hashOf } from '../../src/graphql/persisted-operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { OPERATION_LIMITS } from '../support/gate.ts';

const HIDDEN = {
  schema: createSchema(),
  isIntrospectionOn: false,
  limits: OPERATION_LIMITS,
  persisted: null,
};
const OPERATIONS = new Operations(HIDDEN);

function codesOf(query: string, operationName: string | null = null): readonly unknown[] {
  const prepared = OPERATIONS.prepare({ query, operationName, variables: {} });
  return isOperation(prepared) ? [] : prepared.map(({ extensions }) => extensions['code']);
}

function prepare(query: string, operationName: string | null = null): Operation {
  const prepared = OPERATIONS.prepare({ query, operationName, variables: {} });
  assert.ok(isOperation(prepared), JSON.stringify(prepared));
  return prepared;
}

test('an operation is read once, unless it is longer than any that people write', () => {
  const short = 'subscription { importsChanged { position } }';
  const long = `${short} #${' '.repeat(20_000)}`;
  assert.equal(prepare(short).document, prepare(short).document);
  assert.notEqual(prepare(long).document, prepare(long).document);
});

test('what was read lately is found by its hash, as long as it is valid', () => {
  const texts = Array.from({ length: 600 }, (_, index) => `query Q${index} { __typename }`);
  for (const text of texts) prepare(text);
  assert.equal(
    OPERATIONS.findDocument(hashOf(texts[599] ?? '')),
    prepare(texts[599] ?? '').document,
  );
  assert.equal(OPERATIONS.findDocument(hashOf(texts[0] ?? '')), null);
  codesOf('{ nothing }');
  assert.equal(OPERATIONS.findDocument(hashOf('{ nothing }')), null);
});

test('a subscription whose field may be left out is refused, however that is said', () => {
  const fields = [
    'importsChanged @skip(if: true) { position }',
    'importsChanged @include(if: $x) { position }',
    '... @include(if: $x) { importsChanged { position } }',
    '... @skip(if: false) { importsChanged { position } }',
    '...Rest',
  ];
  for (const field of fields) {
    const variables = field.includes('$x') ? '($x: Boolean! = true)' : '';
    const rest = 'fragment Rest on Subscription { importsChanged @skip(if: true) { position } }';
    const text = `subscription ${variables} { ${field} } ${field === '...Rest' ? rest : ''}`;
    assert.deepEqual(codesOf(text), ['GRAPHQL_VALIDATION_FAILED'], text);
  }
  prepare('subscription ($x: Boolean!) { importsChanged { position @skip(if: $x) } }');
});

test('where a subscriber resumes decides nothing, unless it is used for something else too', () => {
  const cases = [
    [
      'subscription ($id: ID!, $after: String) { importChanged(id: $id, after: $after) { position } }',
      ['id'],
    ],
    ['subscription ($after: String) { renamed: importsChanged(after: $after) { position } }', []],
    [
      `subscription ($id: ID!, $after: String) {
        importChanged(id: $id, after: $after) {
          import { rowErrors(after: $after) { totalCount } }
        }
      }`,
      ['after', 'id'],
    ],
    [
      `subscription ($id: ID!, $rows: String) {
        importChanged(id: $id) { import { rowErrors(after: $rows) { totalCount } } }
      }`,
      ['id', 'rows'],
    ],
    [
      `subscription ($ids: ID!, $phases: [JobPhase!], $isWhole: Boolean!, $first: Int) {
        importsChanged(filter: { ids: [$ids], phases: $phases }) {
          ...Event
        }
      }
      fragment Event on ImportEvent {
        import { id job @include(if: $isWhole) { phase } history(first: $first) { nodes { revision } } }
      }`,
      ['first', 'ids', 'isWhole', 'phases'],
    ],
    [
      `subscription ($after: String) { ...Root }
      fragment Root on Subscription { importsChanged(after: $after) { position } }`,
      ['after'],
    ],
  ] as const;
  for (const [query, expected] of cases) {
    assert.deepEqual(prepare(query).variableNames, expected, query);
  }
});

test('one of several operations is told by its name', () => {
  const query = 'query A { __typename } subscription B { importsChanged { position } }';
  assert.equal(prepare(query, 'B').type, 'subscription');
  assert.equal(prepare(query, 'A').type, 'query');
  for (const name of [null, 'C', '']) {
    assert.deepEqual(codesOf(query, name), ['OPERATION_RESOLUTION_FAILURE']);
  }
  assert.deepEqual(codesOf('{ __typename }', 'C'), ['OPERATION_RESOLUTION_FAILURE']);
  assert.deepEqual(codesOf('fragment F on Import { id }'), ['GRAPHQL_VALIDATION_FAILED']);
});

test('what cannot be read or executed is refused the same, however often it comes', () => {
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(codesOf(''), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codesOf('subscription {'), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codesOf('{ a b }'), [
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    assert.deepEqual(
      codesOf('subscription { importsChanged { position } importChanged(id: "a:b") { position } }'),
      ['GRAPHQL_VALIDATION_FAILED'],
    );
  }
});

test('a schema that is hidden cannot be asked for, and one that is not can', () => {
  const query = '{ __schema { queryType { name } } }';
  assert.deepEqual(codesOf(query), ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
  const open = new Operations({ ...HIDDEN, isIntrospectionOn: true });
  assert.ok(isOperation(open.prepare({ query, operationName: null, variables: {} })));
});
