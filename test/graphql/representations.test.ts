import assert from 'node:assert/strict';
import test from 'node:test';
import { at, startWorld } from '../support/world.ts';

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on ImportProvider { id } }
}`;

test('a representation of no entity is told what it should be, and leaves the others alone', async (t) => {
  const log: string[] = [];
  const world = await startWorld(t, { onLog: (line) => log.push(line) });
  const wrong = [
    7,
    'micro',
    [],
    {},
    { __typename: 7 },
    { __typename: 'Nothing', id: 'micro' },
    { __typename: 'Query' },
    { __typename: 'ResourceCounters', total: 1 },
    { __typename: 'constructor' },
  ];
  const provider = { __typename: 'ImportProvider', id: 'micro' };
  const representations = [provider, ...wrong, { ...provider, id: 'qobra' }];
  const { data, errors } = await world.ask(ENTITIES, { representations });
  assert.deepEqual(at(data, '_entities'), [
    { id: 'micro' },
    ...wrong.map(() => null),
    { id: 'qobra' },
  ]);
  assert.equal(errors.length, wrong.length);
  for (const [index, error] of errors.entries()) {
    assert.equal(error.extensions?.code, 'INVALID_REPRESENTATION');
    assert.match(error.message, /__typename, which is one of Import, ImportProvider, Job/);
    assert.deepEqual(at(error, 'path'), ['_entities', index + 1]);
  }
  assert.ok(!log.some((line) => line.includes('"level":50')));
});

test('more representations than routers have use for are refused', async (t) => {
  const world = await startWorld(t);
  const representations = Array.from({ length: 5_001 }, () => ({
    __typename: 'ImportProvider',
    id: 'micro',
  }));
  const refused = await world.ask(ENTITIES, { representations });
  assert.equal(refused.errors[0]?.extensions?.code, 'TOO_MANY_REPRESENTATIONS');
  representations.pop();
  const { data, errors } = await world.ask(ENTITIES, { representations });
  assert.deepEqual(errors, []);
  assert.equal(at(data, '_entities.length'), 5_000);
});

test('no representation at all is no entity, and no error', async (t) => {
  const world = await startWorld(t);
  const { data, errors } = await world.ask(ENTITIES, { representations: [] });
  assert.deepEqual(at(data, '_entities'), []);
  assert.deepEqual(errors, []);
});
