import assert from 'node:assert/strict';
import test from 'node:test';
import { StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import { LAGGED_AFTER_MS, leave, pass, settle, setUp } from './setup.ts';

const AWAY = new StoreUnavailableError('no store at 10.0.0.1');

const fail = (): Promise<never> => Promise.reject(AWAY);

test('whoever leaves while the store cannot be reached leaves nothing, and the last one no timer', async (t) => {
  const live = setUp(t);
  const { position } = await live.change('a');
  const sinks = [live.join(), live.join({ after: position }), live.join({ key: 'other' })];
  await settle();
  live.beforeRead = fail;
  await live.change('a');
  await settle();
  const { reads } = live;
  assert.equal(live.clock.waiting, 1);
  leave(live, sinks);
  await pass(live, 5_000);
  assert.deepEqual([live.reads, live.hub.countSubscribers()], [reads, 0]);
});

test('whoever leaves while the store is found to be away leaves no timer', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sink = live.join();
  const { promise, reject } = Promise.withResolvers<void>();
  live.beforeRead = () => promise;
  await settle();
  leave(live, [sink]);
  reject(AWAY);
  await settle();
  assert.equal(live.clock.waiting, 0);
});

test('a server that stops while the store cannot be reached lets its subscribers go as ever', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const sink = live.join();
  await settle();
  live.beforeRead = fail;
  await live.change('a');
  await settle();
  const drained = live.hub.drain(100);
  for (let step = 0; step < 5; step += 1) await pass(live, 20);
  await drained;
  assert.deepEqual([sink.last?.end, sink.last?.position], ['DRAINING', seen.position]);
  assert.equal(live.clock.waiting, 0);
});

test('rights end while the store cannot be reached, and the others go on', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const sink = live.join({ expiresAt: live.clock.now() + 2_500 });
  const other = live.join();
  await settle();
  live.beforeRead = fail;
  await live.change('a');
  await settle();
  await pass(live, 2_499);
  assert.equal(sink.isOver, false);
  await pass(live, 1);
  assert.deepEqual([sink.last?.end, sink.last?.position], ['AUTH_EXPIRED', seen.position]);
  live.beforeRead = null;
  await pass(live, 1_000);
  assert.deepEqual(other.revisions, [1, 2]);
  leave(live, [other]);
});

test('a subscriber that is full while the store cannot be reached lags, or goes on once it has room', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const [slow, lost] = [live.join(), live.join()];
  slow.room = 1;
  lost.room = 1;
  await settle();
  await live.change('a');
  await settle();
  live.beforeRead = fail;
  await live.change('a');
  slow.read(5);
  await settle();
  await pass(live, LAGGED_AFTER_MS);
  assert.deepEqual([lost.last?.end, lost.last?.position], ['LAGGED', seen.position]);
  live.beforeRead = null;
  await pass(live, 1_000);
  assert.deepEqual(slow.revisions, [1, 3]);
  assert.equal(slow.last?.skippedRevisions, 1);
  leave(live, [slow]);
});
