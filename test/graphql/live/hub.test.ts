import assert from 'node:assert/strict';
import test from 'node:test';
import { ImportsTopic } from '../../../src/graphql/live/imports-topic.ts';
import { LiveStream } from '../../../src/graphql/live/live-stream.ts';
import { next } from '../../support/world.ts';
import { LAGGED_AFTER_MS, settle, setUp } from './setup.ts';

test('a server that stops lets its subscribers go one after the other, and tells each where to resume', async (t) => {
  const live = setUp(t);
  const seen = await live.change('a');
  const sinks = Array.from({ length: 100 }, () => live.join());
  await settle();
  const drained = live.hub.drain(1_000);
  let over = 0;
  for (let step = 0; step < 10; step += 1) {
    await live.clock.pass(100);
    await settle();
    const ended = sinks.filter((sink) => sink.isOver).length;
    assert.ok(ended > over && ended <= over + 20, `${ended - over} were let go at once`);
    over = ended;
  }
  await drained;
  for (const sink of sinks) {
    assert.deepEqual([sink.last?.end, sink.last?.position], ['DRAINING', seen.position]);
  }
  assert.equal(live.clock.waiting, 0);
});

test('subscribers that are still there while a server stops are sent what changes', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const sinks = Array.from({ length: 10 }, () => live.join());
  await settle();
  const drained = live.hub.drain(1_000);
  await live.clock.pass(500);
  await settle();
  const change = await live.change('a');
  await settle();
  await live.clock.pass(500);
  await settle();
  await drained;
  const late = sinks.filter((sink) => sink.revisions.includes(2));
  assert.ok(late.length > 0 && late.length < 10, `${late.length} saw the change`);
  for (const sink of late) assert.equal(sink.last?.position, change.position);
});

test('whoever comes while a server stops is told so at once', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const drained = live.hub.drain(1_000);
  await live.clock.pass(1_000);
  await drained;
  const sink = live.join({ after: 1 });
  await settle();
  assert.deepEqual(
    sink.events.map(({ end, position }) => [end, position]),
    [['DRAINING', 1]],
  );
});

test('a server without subscribers stops at once', async (t) => {
  const live = setUp(t);
  await live.hub.drain(60_000);
  assert.equal(live.clock.waiting, 0);
});

test('whoever iterates a stream reads it at its own pace, and leaves it by returning', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const topic = new ImportsTopic({}, live.services);
  const stream = new LiveStream({ topic, from: { after: null, toldGap: 0 }, hub: live.hub });
  const events = stream[Symbol.asyncIterator]();
  assert.equal((await next(events)).import?.revision, 1);
  await live.change('a');
  await live.change('a');
  assert.equal((await next(events)).import?.revision, 3);
  const pending = events.next();
  await settle();
  await events.return?.();
  assert.equal((await pending).done, true);
  assert.equal((await events.next()).done, true);
  const { reads } = live;
  await live.change('a');
  await settle();
  assert.equal(live.reads, reads);
});

test('a stream that nobody iterates on in time ends by lagging', async (t) => {
  const live = setUp(t);
  await live.change('a');
  await live.change('b');
  await live.change('c');
  const topic = new ImportsTopic({}, live.services);
  const events = new LiveStream({ topic, from: { after: null, toldGap: 0 }, hub: live.hub })[
    Symbol.asyncIterator
  ]();
  await next(events);
  await settle();
  await live.clock.pass(LAGGED_AFTER_MS);
  await settle();
  const rest = await Array.fromAsync(events);
  assert.deepEqual(
    rest.map(({ end, position }) => [end, position]),
    [['LAGGED', 2]],
  );
});

test('a stream that fails inside throws where it is iterated', async (t) => {
  const live = setUp(t);
  live.beforeRead = () => Promise.reject(new Error('the disk is gone'));
  const topic = new ImportsTopic({}, live.services);
  const events = new LiveStream({ topic, from: { after: null, toldGap: 0 }, hub: live.hub })[
    Symbol.asyncIterator
  ]();
  await assert.rejects(events.next(), /the disk is gone/);
  assert.equal((await events.next()).done, true);
});
