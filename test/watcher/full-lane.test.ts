import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf } from '../support/builders.ts';
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
