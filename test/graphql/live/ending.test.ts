import assert from 'node:assert/strict';
import test from 'node:test';
import { ImportTopic } from '../../../src/graphql/live/import-topic.ts';
import { LAGGED_AFTER_MS, settle, setUp } from './setup.ts';

test('a subscriber that takes nothing for too long is told that it lags, and leaves nothing', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const slow = live.join();
  slow.room = 1;
  await settle();
  await live.change('a');
  await settle();
  await live.clock.pass(LAGGED_AFTER_MS - 1);
  assert.equal(slow.isOver, false);
  await live.clock.pass(1);
  await settle();
  assert.equal(slow.isOver, true);
  assert.deepEqual([slow.last?.end, slow.last?.position], ['LAGGED', seen.position]);
  assert.equal(live.clock.waiting, 0);
});

test('a subscriber that takes something in time does not lag', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const slow = live.join();
  slow.room = 1;
  await settle();
  for (let step = 0; step < 5; step += 1) {
    await live.change('a');
    await settle();
    await live.clock.pass(LAGGED_AFTER_MS - 1);
    slow.read(1);
    await settle();
  }
  assert.equal(slow.isOver, false);
  assert.deepEqual(slow.revisions, [1, 2, 3, 4, 5, 6]);
});

test('a subscriber that leaves while it is full leaves nothing', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const slow = live.join();
  slow.room = 1;
  await settle();
  await live.change('a');
  await settle();
  assert.equal(live.clock.waiting, 1);
  slow.subscription?.leave();
  assert.equal(live.clock.waiting, 0);
  slow.read(1);
  await settle();
  assert.deepEqual(slow.revisions, [1]);
});

test('a sink that fails is let go, and fails nobody else', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const broken = live.join();
  const sound = live.join();
  await settle();
  broken.take = () => {
    throw new Error('no socket');
  };
  await live.change('a');
  await settle();
  assert.match(String(broken.failure), /no socket/);
  assert.deepEqual(sound.revisions, [1, 2]);
});

test('what was seen of other imports is not forgotten at the end', async (t) => {
  const live = setUp(t);
  const known = await live.finish('a');
  const other = await live.change('b');
  const topic = new ImportTopic(known, live.services);
  const sink = live.join({ topic, after: other.position });
  await settle();
  assert.deepEqual(
    sink.events.map(({ end, position }) => [end, position]),
    [['SETTLED', other.position]],
  );
});

test('a stream ends when the rights of its subscriber do, however late that is', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const expiresAt = live.clock.now() + 40 * 86_400_000;
  const sink = live.join({ expiresAt });
  const other = live.join();
  await settle();
  await live.clock.pass(40 * 86_400_000 - 1);
  assert.equal(sink.isOver, false);
  await live.clock.pass(1);
  await settle();
  assert.deepEqual([sink.last?.end, sink.last?.position], ['AUTH_EXPIRED', seen.position]);
  await live.change('a');
  await settle();
  assert.equal(sink.last?.end, 'AUTH_EXPIRED');
  assert.deepEqual(other.revisions, [1, 2]);
});

test('rights that have ended already end the stream before anything is sent', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sink = live.join({ expiresAt: live.clock.now() });
  await settle();
  assert.deepEqual(
    sink.events.map(({ end, position }) => [end, position]),
    [['AUTH_EXPIRED', 0]],
  );
});

test('nothing more is given to whoever has lost their rights, however late the timer is', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const expiresAt = live.clock.now() + 60_000;
  const sink = live.join({ expiresAt });
  const other = live.join();
  await settle();
  // Time passes and calls nobody back, as in a process that is busy.
  live.clock.now = () => expiresAt;
  await live.change('a');
  await settle();
  assert.deepEqual(sink.revisions, [1, undefined]);
  // It resumes where it was: what it was not given is not lost.
  assert.deepEqual([sink.last?.end, sink.last?.position], ['AUTH_EXPIRED', seen.position]);
  assert.deepEqual(other.revisions, [1, 2]);
});
