import assert from 'node:assert/strict';
import test from 'node:test';
import { at, startWorld } from '../support/world.ts';

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Import { id providerId externalId revision job { phase } freshness { state } provider { id } }
    ... on Job { id phase }
    ... on ImportProvider { id kind }
  }
}`;

test('references by either key are answered in the order asked', async (t) => {
  const world = await startWorld(t);
  const { data, errors } = await world.ask(ENTITIES, {
    representations: [
      { __typename: 'Import', id: 'qobra:647a13fe875af4b4eb7133c2' },
      { __typename: 'Import', providerId: 'micro', externalId: 'job_id' },
      { __typename: 'Job', id: 'qobra:647a13fe875af4b4eb7133c2' },
      { __typename: 'ImportProvider', id: 'micro' },
      { __typename: 'Import', id: 'qobra:647a13fe875af4b4eb7133c2' },
    ],
  });
  assert.deepEqual(errors, []);
  assert.equal(at(data, '_entities.0.id'), 'qobra:647a13fe875af4b4eb7133c2');
  assert.equal(at(data, '_entities.0.job.phase'), 'FINISHED');
  assert.equal(at(data, '_entities.1.id'), 'micro:job_id');
  assert.deepEqual(at(data, '_entities.2'), {
    __typename: 'Job',
    id: 'qobra:647a13fe875af4b4eb7133c2',
    phase: 'FINISHED',
  });
  assert.deepEqual(at(data, '_entities.3'), {
    __typename: 'ImportProvider',
    id: 'micro',
    kind: 'micro',
  });
  assert.deepEqual(at(data, '_entities.4'), at(data, '_entities.0'));
  assert.equal(world.vendor('qobra').requests.length, 1);
});

test('a reference that cannot be resolved is an import that was not found, never an error', async (t) => {
  const world = await startWorld(t);
  const unresolvable = [
    { id: 'micro:unheard-of' },
    { id: 'unheard-of:1' },
    { id: 'nonsense' },
    { providerId: 'unheard-of', externalId: '1' },
    { providerId: 'micro', externalId: ' ' },
  ];
  const { data, errors } = await world.ask(ENTITIES, {
    representations: unresolvable.map((keys) => ({ __typename: 'Import', ...keys })),
  });
  assert.deepEqual(errors, []);
  for (const [index, keys] of unresolvable.entries()) {
    const found = at(data, `_entities.${index}`);
    for (const [key, value] of Object.entries(keys)) assert.equal(at(found, key), value);
    assert.equal(at(found, 'freshness.state'), 'NOT_FOUND');
    assert.equal(at(found, 'job.phase'), 'UNKNOWN');
    assert.equal(at(found, 'revision'), 0);
  }
});
