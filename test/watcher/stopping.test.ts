import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../../src/providers/provider.ts';
import { finish, REF, refOf } from '../support/builders.ts';
import {
  createClock,
  createVendor,
  createWatcher,
  settle,
  startWatcher,
  trackMany,
} from './setup.ts';

const ID = 'catalog:load-1';

test('a look that is under way may finish, and is kept', async (t) => {
  const clock = createClock();
  const waiting = Promise.withResolvers<Look>();
  const vendor = createVendor(clock, { answer: () => waiting.promise });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 20);
  await settle();
  const stopped = setup.watcher.stop(5_000);
  clock.advance(4_999);
  waiting.resolve({ kind: 'observed', observation: finish() });
  await stopped;
  assert.equal(vendor.looks.length, 4);
  const { items } = await setup.ledger.listImports({
    filter: { phases: ['FINISHED'] },
    first: 50,
    after: null,
  });
  assert.equal(items.length, 4);
  assert.equal(clock.waiting, 0);
});

test('a look that takes longer than the grace is aborted', async (t) => {
  const clock = createClock();
  const signals: AbortSignal[] = [];
  const vendor = createVendor(clock, {
    answer: (_, signal) => {
      signals.push(signal);
      return new Promise<Look>(() => undefined);
    },
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 1);
  await settle();
  const stopped = setup.watcher.stop(5_000);
  clock.advance(4_999);
  await settle();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false],
  );
  clock.advance(1);
  await stopped;
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
  assert.deepEqual(setup.complaints, []);
  assert.equal((await setup.ledger.findImports([ID])).get(ID)?.revision, 0);
});

test('nothing runs after the end', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 10);
  await clock.pass(5_000);
  await setup.watcher.stop(0);
  const looks = vendor.looks.length;

  await setup.watcher.track({ ref: refOf('late'), now: clock.now() });
  await clock.pass(3_600_000);

  assert.equal(vendor.looks.length, looks);
  assert.equal(clock.waiting, 0);
});

test('a watcher that is stopped while it claims starts no look', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const setup = await createWatcher(t, [vendor], { clock });
  await setup.ledger.track({ ref: REF, now: clock.now() });
  setup.watcher.start();
  await setup.watcher.stop(0);
  await settle();
  assert.deepEqual(vendor.looks, []);
});

test('a refresh that waits is over when the watcher stops', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const setup = await startWatcher(t, [vendor], { clock });
  const answer = await setup.watcher.ask(REF);
  assert.equal(answer.kind, 'found');
  await settle();
  vendor.answer(() => new Promise<Look>(() => undefined));
  clock.advance(2_000);
  const refreshed = setup.watcher.refresh(answer.import);
  await settle();
  const stopped = setup.watcher.stop(0);
  clock.advance(0);
  await Promise.all([stopped, refreshed]);
  assert.equal(vendor.looks.length, 2);
});

test('a request that waits for its turn is given up', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { budget: { perSecond: 1, perMonth: null } });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 10);
  await settle();
  assert.equal(vendor.looks.length, 1);
  const stopped = setup.watcher.stop(0);
  clock.advance(0);
  await stopped;
  await clock.pass(60_000);
  assert.equal(vendor.looks.length, 1);
});
