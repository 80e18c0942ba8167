import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { Hub } from '../../src/graphql/live/hub.ts';
import { ImportsTopic } from '../../src/graphql/live/imports-topic.ts';
import { Deliveries } from '../../src/telemetry/deliveries.ts';
import { Frames } from '../../src/telemetry/frames.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { LAGGED_AFTER_MS, setUp, settle, TestSink } from '../graphql/live/setup.ts';
import { samplesOf } from '../support/metrics.ts';

/** A hub whose deliveries are counted, by a clock that the test sets. */
function countLive(t: TestContext) {
  const live = setUp(t);
  const metrics = createMetrics();
  const time = { seconds: 0 };
  const now = (): number => time.seconds * 1_000;
  const observer = new Deliveries({ frames: new Frames(), metrics, tracer: null, now });
  live.ledger.subscribe((hint) => observer.committed(hint));
  const { ledger, clock } = live;
  const hub = new Hub({
    ledger,
    clock,
    watcher: { watch: () => () => undefined },
    laggedAfterMs: LAGGED_AFTER_MS,
    random: () => 0.5,
    observer,
  });
  const join = (): TestSink => {
    const sink = new TestSink();
    sink.subscription = hub.share({
      key: 'all',
      topic: new ImportsTopic({}, live.services),
      render: async (event) => {
        const payload = JSON.stringify(event);
        return { payload, bytes: Buffer.from(payload), position: String(event.position) };
      },
      sink,
      after: null,
      toldGap: 0,
      expiresAt: null,
    });
    return sink;
  };
  const counted = async () => {
    const samples = samplesOf(await metrics.registry.metrics());
    return {
      delivered: samples.get('imports_events_delivered_total'),
      skipped: samples.get('imports_skipped_revisions_total'),
      deliveries: samples.get('imports_change_delivery_seconds_count'),
      seconds: samples.get('imports_change_delivery_seconds_sum'),
    };
  };
  return { live, time, join, counted };
}

test('a change that nobody could take was not delivered; it was once it is taken', async (t) => {
  const { live, time, join, counted } = countLive(t);
  const sink = join();
  await settle();
  sink.room = 0;
  await live.change('a');
  await settle();
  time.seconds = 2;
  await live.change('a');
  await settle();
  assert.deepEqual(await counted(), { delivered: 0, skipped: 0, deliveries: 0, seconds: 0 });
  time.seconds = 5;
  sink.read(1);
  await settle();
  // The oldest that it waited for was committed at 0.
  assert.deepEqual(await counted(), { delivered: 1, skipped: 0, deliveries: 1, seconds: 5 });
  // From then on it keeps up.
  sink.read(10);
  await live.change('a');
  time.seconds = 6;
  await settle();
  assert.deepEqual(await counted(), { delivered: 2, skipped: 0, deliveries: 2, seconds: 6 });
});

test('who has room for a part of a page waits for the rest of it', async (t) => {
  const { live, time, join, counted } = countLive(t);
  const sink = join();
  await settle();
  sink.room = 1;
  for (const externalId of ['a', 'b', 'c']) await live.change(externalId);
  await settle();
  assert.deepEqual(await counted(), { delivered: 1, skipped: 0, deliveries: 1, seconds: 0 });
  for (const seconds of [3, 4]) {
    time.seconds = seconds;
    sink.read(1);
    await settle();
  }
  assert.deepEqual(await counted(), { delivered: 3, skipped: 0, deliveries: 3, seconds: 7 });
});

test('one who is full delays nobody, and skips for nobody but itself', async (t) => {
  const { live, time, join, counted } = countLive(t);
  await live.change('a');
  const [full, ...quick] = [join(), join(), join()];
  await settle();
  assert.ok(full);
  full.room = 0;
  for (let change = 1; change <= 4; change += 1) {
    await live.change('a');
    await settle();
  }
  // Where things stood, and four changes for each of two.
  assert.deepEqual(await counted(), { delivered: 11, skipped: 0, deliveries: 4, seconds: 0 });
  time.seconds = 8;
  full.read(1);
  await settle();
  assert.deepEqual(await counted(), { delivered: 12, skipped: 3, deliveries: 5, seconds: 8 });
  assert.deepEqual(
    quick.map(({ revisions }) => revisions.length),
    [5, 5],
  );
});

test('who comes back after it has been away says nothing of how soon changes are told', async (t) => {
  const { live, time, join, counted } = countLive(t);
  await live.change('a');
  await live.change('b');
  time.seconds = 9;
  const sink = join();
  sink.room = 1;
  await settle();
  sink.read(10);
  await settle();
  assert.deepEqual(await counted(), { delivered: 2, skipped: 0, deliveries: 0, seconds: 0 });
});

test('a sink that fails took nothing', async (t) => {
  const { live, join, counted } = countLive(t);
  const sink = join();
  await settle();
  sink.take = () => {
    throw new Error('it is gone');
  };
  await live.change('a');
  await settle();
  assert.ok(sink.isOver);
  assert.deepEqual(await counted(), { delivered: 0, skipped: 0, deliveries: 0, seconds: 0 });
});
