import assert from 'node:assert/strict';
import test from 'node:test';
import { ImportTopic } from '../../../src/graphql/live/import-topic.ts';
import { ImportsTopic } from '../../../src/graphql/live/imports-topic.ts';
import { StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import { createRandom } from '../../support/random.ts';
import { leave, pass, settle, setUp } from './setup.ts';

const AWAY = new StoreUnavailableError('no store at 10.0.0.1');

const fail = (): Promise<never> => Promise.reject(AWAY);

test('while the store cannot be reached nobody is sent anything, and then everybody everything once', async (t) => {
  const live = setUp(t);
  const { position } = await live.change('a');
  const sinks = [live.join(), live.join(), live.join({ after: position })];
  await settle();
  live.beforeRead = fail;
  await live.change('a');
  await settle();
  await live.change('b');
  await settle();
  for (let second = 0; second < 20; second += 1) await pass(live, 1_000);
  for (const sink of sinks) assert.deepEqual([sink.failure, sink.isOver], [null, false]);
  live.beforeRead = null;
  assert.deepEqual(
    sinks.map((sink) => sink.revisions),
    [[1], [1], []],
  );
  await pass(live, 1_000);
  assert.deepEqual(
    sinks.map((sink) => sink.revisions),
    [
      [1, 2, 1],
      [1, 2, 1],
      [2, 1],
    ],
  );
  assert.equal(live.clock.waiting, 0);
  await live.change('a');
  await settle();
  for (const sink of sinks) assert.equal(sink.last?.import?.revision, 3);
});

test('a store that cannot be reached is asked once a second, however often something seems to change', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sink = live.join();
  await settle();
  live.beforeRead = fail;
  const { reads } = live;
  for (let change = 0; change < 10; change += 1) {
    await live.change('a');
    await settle();
  }
  assert.equal(live.reads, reads + 1);
  await pass(live, 999);
  assert.equal(live.reads, reads + 1);
  await pass(live, 1);
  assert.equal(live.reads, reads + 2);
  leave(live, [sink]);
});

test('what could not be made into a message because of the store is no change that was seen', async (t) => {
  const live = setUp(t);
  const sink = live.join();
  await settle();
  live.beforeRender = async (event) => {
    if (event.import?.ref.externalId === 'b') throw AWAY;
  };
  for (const externalId of ['a', 'b', 'c']) await live.change(externalId);
  await settle();
  await pass(live, 5_000);
  assert.equal(sink.events.length, 0);
  live.beforeRender = null;
  await pass(live, 1_000);
  assert.deepEqual(
    sink.events.map((event) => event.import?.ref.externalId),
    ['a', 'b', 'c'],
  );
  leave(live, [sink]);
});

test('a message that is being made when another cannot be is not made twice at once', async (t) => {
  const live = setUp(t);
  const sink = live.join();
  await settle();
  const slow = Promise.withResolvers<void>();
  live.beforeRender = async (event) => {
    if (event.import?.ref.externalId === 'a') await slow.promise;
    else throw AWAY;
  };
  await live.change('a');
  await live.change('b');
  await settle();
  await pass(live, 5_000);
  assert.equal(live.rendered, 2);
  live.beforeRender = null;
  slow.resolve();
  await settle();
  await pass(live, 1_000);
  assert.deepEqual([sink.revisions, live.rendered], [[1, 1], 4]);
  leave(live, [sink]);
});

test('a message that cannot be made for another reason ends the streams that it was for', async (t) => {
  const live = setUp(t);
  const sink = live.join();
  await settle();
  const bug = new Error('a bug');
  live.beforeRender = () => Promise.reject(bug);
  await live.change('a');
  await settle();
  assert.equal(sink.failure, bug);
  assert.equal(live.clock.waiting, 0);
});

test('whoever comes while the store cannot be reached waits, and is read for with the others', async (t) => {
  const live = setUp(t);
  await live.change('a');
  live.beforeRead = fail;
  const sinks = [live.join()];
  await settle();
  for (let count = 0; count < 50; count += 1) {
    sinks.push(live.join());
    await settle();
  }
  assert.equal(live.reads, 1);
  live.beforeRead = null;
  await pass(live, 1_000);
  assert.equal(live.reads, 2);
  for (const sink of sinks) assert.deepEqual(sink.revisions, [1]);
  leave(live, sinks);
});

test('many different streams ask a store that cannot be reached a few times a second, all of them', async (t) => {
  const live = setUp(t);
  await live.change('a');
  live.beforeRead = fail;
  const sinks = Array.from({ length: 200 }, (_, index) => live.join({ key: `${index}` }));
  await settle();
  assert.ok(live.reads <= 8, `${live.reads} reads`);
  await pass(live, 1_000);
  assert.ok(live.reads <= 16, `${live.reads} reads`);
  live.beforeRead = null;
  await live.clock.pass(1_000);
  for (let turn = 0; turn < 20; turn += 1) await settle();
  for (const sink of sinks) assert.deepEqual(sink.revisions, [1]);
  leave(live, sinks);
});

test('a list of imports that have all ended ends when the store can be reached again', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  let isAway = false;
  const topic = new ImportsTopic(
    { ids: ['catalog:a'] },
    {
      ...live.services,
      ledger: {
        ...live.ledger,
        findImports: (ids) => (isAway ? fail() : live.ledger.findImports(ids)),
      },
    },
  );
  const sink = live.join({ key: 'a', topic });
  await settle();
  isAway = true;
  const finish = await live.finish('a');
  await settle();
  await pass(live, 3_000);
  assert.deepEqual(sink.revisions, [1]);
  isAway = false;
  await pass(live, 1_000);
  assert.deepEqual(
    sink.events.map(({ position, end }) => [position, end]),
    [
      [seen.position, null],
      [finish.position, null],
      [finish.position, 'SETTLED'],
    ],
  );
  assert.equal(live.clock.waiting, 0);
});

test('an import that could not be asked for because of the store is asked for again', async (t) => {
  const live = setUp(t);
  const known = await live.change('seen');
  let asks = 0;
  const topic = new ImportTopic(
    { ...known, ref: { providerId: 'catalog', externalId: 'new' }, position: null, revision: 0 },
    {
      ...live.services,
      watcher: {
        ...live.services.watcher,
        ask: async () => {
          asks += 1;
          if (asks <= 3) throw AWAY;
          return { kind: 'not-found' };
        },
      },
    },
  );
  const sink = live.join({ key: 'new', topic });
  await settle();
  await pass(live, 1_000);
  await pass(live, 1_000);
  assert.deepEqual([asks, sink.isOver], [3, false]);
  await pass(live, 1_000);
  assert.deepEqual([asks, sink.last?.end], [4, 'SETTLED']);
  assert.equal(live.clock.waiting, 0);
});

test('a store that comes and goes costs nobody a change, and gives nobody one twice', async (t) => {
  const live = setUp(t);
  const externalIds = ['a', 'b', 'c'];
  for (const externalId of externalIds) await live.change(externalId);
  const sinks = Array.from({ length: 20 }, (_, index) => live.join({ key: `${index % 4}` }));
  await settle();
  const random = createRandom(7);
  let outages = 0;
  const flicker = async (): Promise<void> => {
    if (random() > 0.3) return;
    outages += 1;
    throw AWAY;
  };
  live.beforeRead = flicker;
  live.beforeRender = flicker;
  for (let step = 0; step < 100; step += 1) {
    await live.change(externalIds[step % 3] ?? '');
    await pass(live, 400);
  }
  live.beforeRead = null;
  live.beforeRender = null;
  await pass(live, 1_000);
  assert.ok(outages > 50, `${outages} outages`);
  for (const { events } of sinks) {
    assert.ok(events.length > 20, `${events.length} events`);
    for (const externalId of externalIds) {
      const own = events.filter((event) => event.import?.ref.externalId === externalId);
      let revision = 0;
      for (const event of own) {
        revision += event.skippedRevisions + 1;
        assert.equal(event.import?.revision, revision);
      }
      const [latest] = (await live.ledger.findImports([`catalog:${externalId}`])).values();
      assert.equal(latest?.revision, revision);
    }
  }
  leave(live, sinks);
});
