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
  for (const [query, variables] of OPERATIONS) {
    // The first may look at the vendor; the second is compiled, as is the third.
    const plain = await world.ask(query, variables);
    for (let round = 0; round < 2; round += 1) {
      const compiled = await world.ask(query, variables);
      assert.deepEqual(compiled, plain, query);
    }
  }
});
