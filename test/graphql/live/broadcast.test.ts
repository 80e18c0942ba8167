import assert from 'node:assert/strict';
import test from 'node:test';
import { ImportTopic } from '../../../src/graphql/live/import-topic.ts';
import { ImportsTopic } from '../../../src/graphql/live/imports-topic.ts';
import { settle, setUp } from './setup.ts';

test('a change is read once and made into one message, for a thousand subscribers', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sinks = Array.from({ length: 1_000 }, () => live.join());
  await settle();
  assert.deepEqual([live.reads, live.rendered], [1, 1]);
  for (let step = 0; step < 10; step += 1) {
    await live.change('a');
    await settle();
  }
  assert.deepEqual([live.reads, live.rendered], [11, 11]);
  for (const sink of sinks) {
    assert.deepEqual(sink.revisions, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    sink.subscription?.leave();
  }
});

test('subscribers that resume from other places catch up apart, and then go on together', async (t) => {
  const live = setUp(t);
  const positions = [];
  for (let step = 0; step < 4; step += 1) positions.push((await live.change('a')).position);
  const sinks = [null, ...positions].map((after) => live.join({ after }));
  await settle();
  assert.deepEqual(
    sinks.map((sink) =>
      sink.events.map((event) => [event.import?.revision, event.skippedRevisions]),
    ),
    [[[4, 0]], [[4, 2]], [[4, 1]], [[4, 0]], []],
  );
  const reads = live.reads;
  await live.change('a');
  await settle();
  assert.equal(live.reads, reads + 1);
  for (const sink of sinks) assert.equal(sink.last?.import?.revision, 5);
});

test('what changes while the past is being read comes once', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const { promise, resolve } = Promise.withResolvers<void>();
  live.beforeRead = () => promise;
  const sink = live.join();
  await settle();
  await live.change('a');
  await live.change('b');
  live.beforeRead = null;
  resolve();
  await settle();
  assert.deepEqual(
    sink.events.map((event) => [event.import?.ref.externalId, event.import?.revision]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
});

test('a subscriber that leaves while it is being read for is sent nothing', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const { promise, resolve } = Promise.withResolvers<void>();
  live.beforeRead = () => promise;
  const gone = live.join();
  const stays = live.join();
  await settle();
  gone.subscription?.leave();
  resolve();
  await settle();
  assert.deepEqual(gone.events, []);
  assert.deepEqual(stays.revisions, [1]);
});

test('a subscriber that is full gets the newest when it has room, and how much it missed', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const slow = live.join();
  const quick = live.join();
  slow.room = 1;
  await settle();
  for (let step = 0; step < 5; step += 1) {
    await live.change('a');
    await settle();
  }
  assert.deepEqual(slow.revisions, [1]);
  assert.deepEqual(quick.revisions, [1, 2, 3, 4, 5, 6]);
  slow.read(1);
  await settle();
  assert.deepEqual(slow.revisions, [1, 6]);
  assert.equal(slow.last?.skippedRevisions, 4);
});

test('a subscriber that is full in the middle of a page goes on where it stopped', async (t) => {
  const live = setUp(t);
  for (const externalId of ['a', 'b', 'c', 'd', 'e']) await live.change(externalId);
  const sink = live.join();
  sink.room = 2;
  await settle();
  await live.change('a');
  for (let step = 0; step < 4; step += 1) {
    sink.read(1);
    await settle();
  }
  assert.deepEqual(
    sink.events.map((event) => event.import?.ref.externalId),
    ['a', 'b', 'c', 'd', 'e', 'a'],
  );
  assert.deepEqual(sink.revisions, [1, 1, 1, 1, 1, 2]);
});

test('a finish is never skipped, however much else passes', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sink = live.join();
  sink.room = 1;
  await settle();
  await live.finish('a');
  for (let step = 0; step < 300; step += 1) await live.change('b');
  sink.read(1_000);
  await settle();
  const last = sink.events.findLast((event) => event.import?.ref.externalId === 'a');
  assert.equal(last?.import?.state.job.phase, 'FINISHED');
});

test('what fails inside ends the streams that it was for, and no others', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const broken = new Error('the disk is gone');
  live.beforeRead = () => Promise.reject(broken);
  const first = live.join();
  await settle();
  live.beforeRead = null;
  const second = live.join();
  await settle();
  assert.equal(first.failure, broken);
  assert.deepEqual(second.revisions, [1]);
  await live.change('a');
  await settle();
  assert.deepEqual(first.events, []);
  assert.deepEqual(second.revisions, [1, 2]);
});

test('an import that is in no ledger is asked for once, and followed when it appears', async (t) => {
  const live = setUp(t);
  let asks = 0;
  const answer = Promise.withResolvers<void>();
  const known = await live.change('seen');
  const topicOf = (): ImportTopic =>
    new ImportTopic(
      { ...known, ref: { providerId: 'catalog', externalId: 'new' }, position: null, revision: 0 },
      {
        ...live.services,
        watcher: {
          ...live.services.watcher,
          ask: async () => {
            asks += 1;
            await answer.promise;
            return { kind: 'found', import: known };
          },
        },
      },
    );
  const sinks = [1, 2, 3].map(() => live.join({ key: 'new', topic: topicOf() }));
  await settle();
  assert.equal(asks, 1);
  for (const sink of sinks) assert.deepEqual(sink.revisions, [0]);
  await live.change('new');
  answer.resolve();
  await settle();
  for (const sink of sinks) assert.deepEqual(sink.revisions, [0, 1]);
});

test('a message is made anew for whoever comes later, and kept by nobody', async (t) => {
  const live = setUp(t);
  await live.change('a');
  live.join();
  await settle();
  assert.equal(live.rendered, 1);
  live.join();
  live.join();
  await settle();
  assert.equal(live.rendered, 2);
});

test('an audience that everybody left hears of nothing more', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sink = live.join();
  await settle();
  sink.subscription?.leave();
  const { reads } = live;
  await live.change('a');
  await settle();
  assert.equal(live.reads, reads);
  assert.deepEqual(sink.revisions, [1]);
});

test('only those whom a change can concern are read for', async (t) => {
  const live = setUp(t);
  await live.change('a');
  await live.change('b');
  const topic = new ImportsTopic({ ids: ['catalog:a'] }, live.services);
  const sink = live.join({ key: 'a', topic });
  await settle();
  const { reads } = live;
  await live.change('b');
  await settle();
  assert.equal(live.reads, reads);
  await live.change('a');
  await settle();
  assert.equal(live.reads, reads + 1);
  assert.deepEqual(sink.revisions, [1, 2]);
});
