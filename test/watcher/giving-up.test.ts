import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import { REF } from '../support/builders.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  finishHere,
  isSettled,
  pagesOf,
  passInSteps,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, failure, settle, startWatcher } from './setup.ts';
import type { Vendor } from './setup.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 300_000;
const PAGES = pagesOf(failedRows(2_500));
const PART = { availability: 'TRUNCATED', totalCount: 2_500, limit: null } as const;

/** A vendor whose list breaks off behind its first page, as long as it is said to. */
function createFailing(
  clock: ReturnType<typeof createClock>,
  isFailing: () => ProviderErrorKind | null,
): Vendor {
  return createVendor(clock, {
    answer: () => finishElsewhere(2_500),
    readRows: (target) => {
      const kind = target.next === null ? null : isFailing();
      if (kind !== null) throw failure(kind);
      return PAGES(target);
    },
  });
}

function isBackingOff({ freshness }: Import): boolean {
  return freshness.state === 'BACKING_OFF';
}

function countTries({ requests }: Vendor): number {
  return requests.filter((request) => request === 'load-1 from 1000').length;
}

test('a list that failed before the service was stopped for days is tried for long enough', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const vendor = createFailing(clock, () => 'unavailable');
  const first = await startWatcher(t, [vendor], { clock, ledger });
  await first.watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isBackingOff);
  await first.watcher.stop(0);
  clock.advance(48 * HOUR_MS);

  await startWatcher(t, [vendor], { clock, ledger });
  for (let tries = 2; tries < 10; tries += 1) {
    await waitFor(ledger, () => countTries(vendor) === tries);
    await settle(100);
    const known = await waitFor(ledger, () => true);
    assert.equal(known.freshness.state, 'BACKING_OFF');
    assert.equal(known.state.rowErrors.availability, 'PENDING');
    await clock.pass(Number(known.freshness.nextLookAt) - clock.now());
  }
  const { state } = await waitFor(ledger, isSettled);
  assert.equal(countTries(vendor), 10);
  assert.deepEqual(state.rowErrors, PART);
  await assertRows(ledger, 1_000);
});

test('a list that failed before the service was stopped for days is read when it is back', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  let kind: ProviderErrorKind | null = 'timeout';
  const vendor = createFailing(clock, () => kind);
  const first = await startWatcher(t, [vendor], { clock, ledger });
  await first.watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isBackingOff);
  await first.watcher.stop(0);
  clock.advance(48 * HOUR_MS);
  await startWatcher(t, [vendor], { clock, ledger });
  await waitFor(ledger, () => countTries(vendor) === 2);
  kind = null;
  await passInSteps(clock, 300_000, STEP_MS);
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 2_500);
});

test('a list whose import was given up by people, and is wanted again, has a day from then', async (t) => {
  const clock = createClock();
  const vendor = createFailing(clock, () => 'unavailable');
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await passInSteps(clock, 20 * HOUR_MS, STEP_MS);
  await watcher.untrack(REF);
  await passInSteps(clock, 48 * HOUR_MS, STEP_MS);
  await watcher.track({ ref: REF, now: clock.now() });
  await passInSteps(clock, 23.5 * HOUR_MS, STEP_MS);
  const known = await waitFor(ledger, () => true);
  assert.equal(known.freshness.state, 'BACKING_OFF');
  assert.equal(known.state.rowErrors.availability, 'PENDING');
  await passInSteps(clock, HOUR_MS, STEP_MS);
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, PART);
});

for (const kind of ['unauthorized', 'rate-limited'] as const) {
  test(`a list that is ${kind} is never given up`, async (t) => {
    const clock = createClock();
    let failing: ProviderErrorKind | null = kind;
    const vendor = createFailing(clock, () => failing);
    const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
    await watcher.track({ ref: REF, now: clock.now() });
    await passInSteps(clock, 72 * HOUR_MS, STEP_MS);
    const known = await waitFor(ledger, isBackingOff);
    assert.equal(known.state.rowErrors.availability, 'PENDING');
    assert.ok(countTries(vendor) > 100);
    failing = null;
    await passInSteps(clock, 600_000, STEP_MS);
    await waitFor(ledger, isSettled);
    await assertRows(ledger, 2_500);
  });
}

test('a list that goes on in between has a whole day again', async (t) => {
  const clock = createClock();
  const failingAt = new Set(['1000', '2000']);
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(2_500),
    readRows: (target) => {
      if (failingAt.has(target.next ?? '')) throw failure('unavailable');
      return PAGES(target);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await passInSteps(clock, 20 * HOUR_MS, STEP_MS);
  await waitFor(ledger, isBackingOff);
  // One page comes, and the next one fails in the same turn.
  failingAt.delete('1000');
  await passInSteps(clock, 600_000, STEP_MS);
  assert.ok(vendor.requests.includes('load-1 from 2000'));
  await passInSteps(clock, 23 * HOUR_MS, STEP_MS);
  const known = await waitFor(ledger, () => true);
  assert.equal(known.freshness.state, 'BACKING_OFF');
  assert.equal(known.state.rowErrors.availability, 'PENDING');
  await passInSteps(clock, 2 * HOUR_MS, STEP_MS);
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, PART);
  await assertRows(ledger, 2_000);
});

test('a page that comes makes the wait after the next failure short again', async (t) => {
  const clock = createClock();
  const failingAt = new Set(['1000', '2000']);
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(2_500),
    readRows: (target) => {
      if (failingAt.has(target.next ?? '')) throw failure('unavailable');
      return PAGES(target);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await watcher.track({ ref: REF, now: clock.now() });
  await passInSteps(clock, HOUR_MS, STEP_MS);
  failingAt.delete('1000');
  const before = await waitFor(ledger, isBackingOff);
  await clock.pass(Number(before.freshness.nextLookAt) - clock.now());
  await waitFor(ledger, () => vendor.requests.includes('load-1 from 2000'));
  await settle(100);
  const known = await waitFor(ledger, isBackingOff);
  assert.equal(known.freshness.nextLookAt, clock.now() + 2_000);
});

test('a finish that is held while the service is stopped for days is looked at for long enough', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const lacking = finishHere(0, { lacking: 'the summary', rows: 'none' });
  const vendor = createVendor(clock, {
    answer: () => ({ kind: 'observed', observation: lacking }),
  });
  const first = await startWatcher(t, [vendor], { clock, ledger });
  await first.watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.looks.length === 1);
  await settle(100);
  await first.watcher.stop(0);
  clock.advance(48 * HOUR_MS);

  await startWatcher(t, [vendor], { clock, ledger });
  const published = await waitFor(ledger, ({ revision }) => revision === 1);
  assert.equal(published.state.job.phase, 'FINISHED');
  assert.equal(published.freshness.state, 'LIVE');
  await passInSteps(clock, 60_000, STEP_MS);
  assert.equal((await waitFor(ledger, () => true)).freshness.state, 'LIVE');
  await passInSteps(clock, HOUR_MS, STEP_MS);
  await waitFor(ledger, isSettled);
  const tries = vendor.looks.length;
  assert.ok(tries >= 11, String(tries));
  await passInSteps(clock, 24 * HOUR_MS, STEP_MS);
  assert.equal(vendor.looks.length, tries);
});
