import assert from 'node:assert/strict';
import test from 'node:test';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { OPERATION_LIMITS } from '../support/gate.ts';
import { keepRows, startWorldWith } from '../support/kept-rows.ts';
import { rowError } from '../support/builders.ts';

const OPERATIONS = new Operations({
  schema: createSchema(),
  isIntrospectionOn: false,
  limits: OPERATION_LIMITS,
  persisted: null,
});

function codesOf(query: string, variables: Readonly<Record<string, unknown>>): readonly unknown[] {
  const prepared = OPERATIONS.prepare({ query, operationName: 'A', variables });
  return isOperation(prepared) ? [] : prepared.map(({ extensions }) => extensions['code']);
}

for (const query of [
  'query A($v: ID = "a:b") { import(id: $v) { id } }',
  'query A($v: Boolean = true) { importProviders { id @include(if: $v) } }',
  'query A($v: ID = "a:b") { imports(filter: { ids: [$v] }) { nodes { id } } }',
  'query A($v: ID = "a:b") { ...F } fragment F on Query { import(id: $v) { id } }',
]) {
  test(`a null that stands where none may is refused before anything begins: ${query}`, () => {
    assert.deepEqual(codesOf(query, { v: null }), ['BAD_USER_INPUT']);
    assert.deepEqual(codesOf(query, {}), []);
  });
}

test('a null that may stand where it does is none of it, nor what another operation forbids', () => {
  const query = `query A($v: String = "x") { imports(after: $v) { nodes { id } } }
    query B($v: ID!) { import(id: $v) { id } }`;
  assert.deepEqual(codesOf(query, { v: null }), []);
});

test('what an answer gives up in the midst of a list harms nobody else', async (t) => {
  const world = await startWorldWith(t, async (ledger) => {
    await keepRows(ledger, { rows: [rowError({})] });
    await ledger.track({
      ref: { providerId: 'micro', externalId: 'labelled' },
      labels: { team: 'crm' },
      now: 0,
    });
  });
  const { errors } = await world.ask(
    `query ($v: Boolean = false, $after: String) {
      imports { nodes { rowErrors(after: $after) { availability } labels { key @include(if: $v) } } }
    }`,
    { v: null, after: 'MTIz' },
  );
  assert.equal(errors[0]?.extensions?.code, 'BAD_USER_INPUT');
});
