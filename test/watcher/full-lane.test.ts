import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf } from '../support/builders.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../support/ledgers.ts';
import { createClock, createVendor, seen, settle, startWatcher } from './setup.ts';

test('what is tracked while as many looks run as may waits for one of them to end', async (t) => {
  const clock = createClock();
  const waiting = Promise.withResolvers<void>();
  const vendor = createVendor(clock, {
    concurrency: 1,
    answer: async () => {
      await waiting.promise;
      return seen();
    },
  });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: refOf('a'), now: clock.now() });
  await settle();
  await watcher.track({ ref: refOf('b'), now: clock.now() });
  await settle();
  assert.deepEqual(vendor.looks, [['a']]);
  waiting.resolve();
  await settle();
  assert.deepEqual(vendor.looks, [['a'], ['b']]);
});

test('a look that ends while room is asked for makes room for one more, and then there is rest', async (t) => {
  const clock = createClock();
  const answers = new Map(['a', 'b', 'c'].map((id) => [id, Promise.withResolvers<void>()]));
  const vendor = createVendor(clock, {
    concurrency: 2,
    answer: async ({ externalId }) => {
      await answers.get(externalId)?.promise;
      return seen();
    },
  });
  const asked = Promise.withResolvers<void>();
  let asking: Promise<void> = Promise.resolve();
  const store = openLedger(t);
  const ledger: Ledger = {
    ...store,
    takeRoom: async (query) => {
      await asking;
      return store.takeRoom(query);
    },
  };
  const { watcher } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: refOf('a'), now: clock.now() });
  await settle();
  asking = asked.promise;
  await watcher.track({ ref: refOf('b'), now: clock.now() });
  await watcher.track({ ref: refOf('c'), now: clock.now() });
  await settle();
  answers.get('a')?.resolve();
  await settle();
  asked.resolve();
  // Never over if the lane asks again and again whether there is room.
  await settle();
  assert.deepEqual(vendor.looks, [['a'], ['b'], ['c']]);
  answers.get('b')?.resolve();
  answers.get('c')?.resolve();
});
