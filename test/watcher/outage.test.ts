import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../support/ledgers.ts';
import { createClock, createVendor, seen, startWatcher, trackMany } from './setup.ts';

test('a store that cannot be reached stops no looks for good, and is no failure of the watcher', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const store = openLedger(t);
  let failures = 0;
  let isAway = false;
  const fail = (): Promise<never> => {
    failures += 1;
    return Promise.reject(new StoreUnavailableError('no store at 10.0.0.1'));
  };
  const ledger: Ledger = {
    ...store,
    claimDue: (query) => (isAway ? fail() : store.claimDue(query)),
    record: (recording) => (isAway ? fail() : store.record(recording)),
  };
  const setup = await startWatcher(t, [vendor], { clock, ledger });
  await trackMany(setup, 3);
  // It goes while a look runs, which cannot be kept.
  vendor.answer(() => {
    isAway = true;
    return seen();
  });
  await clock.pass(60_000);
  assert.ok(failures > 3, `${failures} failures`);
  const looks = vendor.looks.length;
  isAway = false;
  vendor.answer(() => seen());
  await clock.pass(60_000);
  assert.ok(vendor.looks.length > looks);
  assert.deepEqual(setup.complaints, []);
});
