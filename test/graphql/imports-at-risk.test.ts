import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { execute, parse } from 'graphql';
import { everybody } from '../../src/graphql/caller.ts';
import type { Caller } from '../../src/graphql/caller.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { refOf } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { openServices } from '../support/graph.ts';
import { openLedger } from '../support/ledgers.ts';
import { at } from '../support/world.ts';
import { createVendor } from '../watcher/setup.ts';

const WEEK_MS = 7 * 86_400_000;
const EVERYBODY = everybody(['imports:read']);

const QUERY = `query ($id: ID!, $first: Int) {
  importProvider(id: $id) {
    health { importsAtRisk(first: $first) { totalCount firstExpiresAt nodes { id externalId } } }
  }
}`;

/** Two providers with two requests a month; of one it is known for how long it keeps imports. */
async function open(t: TestContext) {
  const ledger = openLedger(t);
  const { provider } = createVendor(new TestClock(), {
    budget: { perSecond: null, perMonth: 2 },
  });
  const capabilities = { ...provider.capabilities, retentionMs: WEEK_MS };
  const services = await openServices(ledger, [
    { ...provider, capabilities },
    { ...provider, id: 'silent' },
  ]);
  const schema = createSchema();
  const ask = async (variableValues: object, caller: Caller = EVERYBODY) => {
    const contextValue = createContext({ services, caller });
    const document = parse(QUERY);
    const given = { ...variableValues };
    return JSON.parse(
      JSON.stringify(await execute({ schema, document, contextValue, variableValues: given })),
    );
  };
  return { ledger, services, ask };
}

test('health tells which imports the budget does not last for', async (t) => {
  const { ledger, ask } = await open(t);
  const now = Date.now();
  // Far enough from the turn of a month, or behind it: two requests are left either way.
  for (const name of ['a', 'b', 'c', 'd']) await ledger.track({ ref: refOf(name), now });
  const answer = await ask({ id: 'catalog' });
  assert.deepEqual(at(answer, 'data.importProvider.health.importsAtRisk'), {
    totalCount: 2,
    firstExpiresAt: new Date(now + WEEK_MS).toISOString(),
    nodes: [
      { id: 'catalog:c', externalId: 'c' },
      { id: 'catalog:d', externalId: 'd' },
    ],
  });
  const one = await ask({ id: 'catalog', first: 1 });
  assert.equal(at(one, 'data.importProvider.health.importsAtRisk.totalCount'), 2);
  assert.deepEqual(at(one, 'data.importProvider.health.importsAtRisk.nodes'), [
    { id: 'catalog:c', externalId: 'c' },
  ]);
});

test('health tells of no import while the budget lasts', async (t) => {
  const { ask } = await open(t);
  assert.deepEqual(at(await ask({ id: 'catalog' }), 'data.importProvider.health.importsAtRisk'), {
    totalCount: 0,
    firstExpiresAt: null,
    nodes: [],
  });
});

test('health says nothing where it is not known for how long a vendor keeps imports', async (t) => {
  const { ledger, ask } = await open(t);
  for (const name of ['a', 'b', 'c']) {
    await ledger.track({ ref: refOf(name, 'silent'), now: Date.now() });
  }
  const answer = await ask({ id: 'silent' });
  assert.equal(at(answer, 'data.importProvider.health.importsAtRisk'), null);
  assert.equal(answer.errors, undefined);
});

test('a page of imports at risk has its bounds', async (t) => {
  const { ask } = await open(t);
  for (const first of [0, 501]) {
    const answer = await ask({ id: 'catalog', first });
    assert.equal(at(answer, 'errors.0.extensions.code'), 'INVALID_PAGE_SIZE');
  }
});

test('whoever may not know of a provider learns of no import of it', async (t) => {
  const { ledger, services, ask } = await open(t);
  for (const name of ['a', 'b', 'c']) await ledger.track({ ref: refOf(name), now: Date.now() });
  const limited = { ...EVERYBODY, providerIds: new Set(['silent']) };
  assert.equal(at(await ask({ id: 'catalog' }, limited), 'data.importProvider'), null);
  const { watcher } = createContext({ services, caller: limited });
  assert.equal(await watcher.findRisk('catalog', 10), null);
  const permitted = { ...EVERYBODY, providerIds: new Set(['catalog']) };
  const answer = await ask({ id: 'catalog' }, permitted);
  assert.equal(at(answer, 'data.importProvider.health.importsAtRisk.totalCount'), 1);
});
