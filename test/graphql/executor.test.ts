import assert from 'node:assert/strict';
import test from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { startWorld } from '../support/world.ts';

const IDS = ['qobra:647a13fe875af4b4eb7133c2', 'micro:job_id', 'micro:unheard-of'];

/** Operations that touch what a compiler could get wrong: nulls, fragments, directives, errors. */
const OPERATIONS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ...IDS.map(
    (id) => ['query ($id: ID!) { import(id: $id) { id job { phase outcome } } }', { id }] as const,
  ),
  ['{ __typename importProviders { __typename id name budget { perMonth } } }', {}],
  [
    'query ($on: Boolean!) { importProviders { id @include(if: $on) kind @skip(if: $on) } }',
    { on: true },
  ],
  [
    'query ($on: Boolean!) { importProviders { id @include(if: $on) kind @skip(if: $on) } }',
    { on: false },
  ],
  [
    'fragment P on ImportProvider { id ... on ImportProvider { kind } } { a: importProviders { ...P } b: importProviders { ...P name } }',
    {},
  ],
  ...[true, false].map(
    (on) =>
      [
        'query ($on: Boolean!) { importProviders @include(if: $on) { ...P } importProviders { name } } fragment P on ImportProvider { id }',
        { on },
      ] as const,
  ),
  ...[true, false].map(
    (on) =>
      [
        'query ($on: Boolean!) { ...P @include(if: $on) ...P } fragment P on Query { importProviders { id } }',
        { on },
      ] as const,
  ),
  [
    `query ($id: ID!) {
      _entities(representations: [{ __typename: "Import", id: $id }]) {
        ... on Import { id freshness { state } }
      }
    }`,
    { id: IDS[0] },
  ],
  ['query ($phase: JobPhase) { imports(filter: { phases: [$phase] }) { nodes { id } } }', {}],
  ['{ __proto__: importProviders { id } constructor: importProviders { toString: id } }', {}],
  ['query ($first: Int = 7) { imports(first: $first) { pageInfo { hasNextPage } } }', {}],
  ['query ($first: Int) { imports(first: $first) { pageInfo { hasNextPage } } }', { first: 900 }],
  ['query ($first: Int) { imports(first: $first) { pageInfo { hasNextPage } } }', { first: 'two' }],
  [
    'query ($f: ImportFilter) { imports(filter: $f) { nodes { id } } }',
    { f: { phases: ['FINISHED'] } },
  ],
  [
    'query ($f: ImportFilter) { imports(filter: $f) { nodes { id } } }',
    { f: { phases: ['OVER'] } },
  ],
  [
    '{ import(id: "qobra:647a13fe875af4b4eb7133c2") { resources { key counters { succeeded } error { message } categories { key } } rowErrors { nodes { number values } } } }',
    {},
  ],
  ['query A { importProviders { id } } query B { importProviders { kind } }', {}],
  [getIntrospectionQuery(), {}],
];

test('an operation that comes again, compiled, is answered as it was the first time', async (t) => {
  const world = await startWorld(t, {
    provider: { poll: { minInterval: '1h', maxInterval: '1h' } },
  });
  for (const [index, [query, variables]] of OPERATIONS.entries()) {
    // A text that was never seen. The first may look at the vendor; those after it are compiled.
    const plain = await world.ask(`${query} # ${index}`, variables);
    for (let round = 0; round < 3; round += 1) {
      const compiled = await world.ask(query, variables);
      assert.deepEqual(compiled, plain, query);
    }
  }
});
