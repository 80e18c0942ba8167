import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { execute, parse } from 'graphql';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { everybody } from '../../src/graphql/caller.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { recording, refOf } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { openLedger } from '../support/ledgers.ts';
import { createHub } from '../support/live.ts';
import { at } from '../support/world.ts';
import { createVendor } from '../watcher/setup.ts';

const ENTITIES = parse(`query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Import { id revision job { phase } counters { total } freshness { state } }
    ... on Job { id phase }
  }
}`);

type Representation = Readonly<Record<string, string>>;

interface Stage {
  /** How often the ledger was asked, by what for. */
  readonly reads: ReadonlyMap<string, number>;
  /** How often the vendor was looked at. */
  readonly looks: () => number;
  readonly ask: (representations: readonly Representation[]) => Promise<readonly unknown[]>;
}

/** A graph over a ledger with a hundred imports of `catalog`, whose vendor is asked by nobody yet. */
async function stage(t: TestContext): Promise<Stage> {
  const store = openLedger(t);
  for (let index = 0; index < 100; index += 1) {
    await store.record(recording({ ref: refOf(`load-${index}`) }));
  }
  const reads = new Map<string, number>();
  const count = (name: string): void => void reads.set(name, (reads.get(name) ?? 0) + 1);
  const ledger: Ledger = {
    ...store,
    findImports: async (ids) => {
      count('findImports');
      return store.findImports(ids);
    },
    findHeldRows: async (ids) => {
      count('findHeldRows');
      return store.findHeldRows(ids);
    },
  };
  const vendor = createVendor(new TestClock());
  const watcher = await Watcher.create({
    providers: [vendor.provider],
    ledger,
    clock: SYSTEM_CLOCK,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    holdFinishForMs: 0,
  });
  const services = {
    ledger,
    watcher,
    clock: SYSTEM_CLOCK,
    hub: createHub({ ledger }),
    draining: new AbortController().signal,
    publicUrl: '',
  };
  const schema = createSchema();
  return {
    reads,
    looks: () => vendor.looks.length,
    ask: async (representations) => {
      const { data, errors } = await execute({
        schema,
        document: ENTITIES,
        variableValues: { representations },
        contextValue: createContext({ services, caller: everybody(['imports:read']) }),
      });
      assert.equal(errors, undefined);
      const entities = at(data, '_entities');
      assert.ok(Array.isArray(entities));
      return entities;
    },
  };
}

const byId = (index: number): Representation => ({
  __typename: 'Import',
  id: `catalog:load-${index}`,
});
const byKeys = (index: number): Representation => ({
  __typename: 'Import',
  providerId: 'catalog',
  externalId: `load-${index}`,
});

test('a hundred imports by either key, some of them twice, cost one read and no look', async (t) => {
  const { ask, reads, looks } = await stage(t);
  const asked = Array.from({ length: 100 }, (_, index) => {
    if (index % 10 === 9) return { ...byId(index - 1), __typename: 'Job' };
    return index % 2 === 0 ? byId(index) : byKeys(index % 7);
  });
  const entities = await ask(asked);
  assert.equal(entities.length, 100);
  for (const [index, keys] of asked.entries()) {
    const id = 'id' in keys ? keys['id'] : `${keys['providerId']}:${keys['externalId']}`;
    assert.equal(at(entities[index], 'id'), id);
    assert.equal(at(entities[index], '__typename'), keys['__typename']);
    if (keys['__typename'] === 'Import') assert.equal(at(entities[index], 'revision'), 1);
  }
  assert.deepEqual([...reads], [['findImports', 1]]);
  assert.equal(looks(), 0);
});

test('those that cannot be resolved stand among the others and cost no further read', async (t) => {
  const { ask, reads, looks } = await stage(t);
  const unresolvable = [
    { id: 'nonsense' },
    { id: 'nowhere:load-1' },
    { providerId: 'nowhere', externalId: 'load-1' },
    { providerId: 'catalog', externalId: ' ' },
  ].map((keys) => ({ __typename: 'Import', ...keys }));
  const asked = Array.from({ length: 100 }, (_, index) =>
    index % 3 === 0 ? (unresolvable[(index / 3) % 4] ?? byId(index)) : byId(index),
  );
  const entities = await ask(asked);
  for (const [index, entity] of entities.entries()) {
    const isFound = index % 3 !== 0;
    assert.equal(at(entity, 'revision'), isFound ? 1 : 0);
    assert.equal(at(entity, 'freshness.state') === 'NOT_FOUND', !isFound);
  }
  assert.deepEqual([...reads], [['findImports', 1]]);
  assert.equal(looks(), 0);
});
