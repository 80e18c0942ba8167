import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import type { RowsAnswer } from '../../src/providers/provider.ts';
import { finishedJob, REF, START } from '../support/builders.ts';
import { listAllRows } from '../support/captures.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  isSettled,
  pagesOf,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, failure, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';
const ROWS = failedRows(25_000);
const PAGES = pagesOf(ROWS);

test('a page that fails is asked for again later, and those before it are not', async (t) => {
  const clock = createClock();
  let failures = 2;
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: (target) => {
      if (target.next === '3000' && failures-- > 0) throw failure('unavailable');
      return PAGES(target);
    },
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await setup.watcher.track({ ref: REF, now: clock.now() });
  const failing = await waitFor(setup.ledger, isFailing);
  assert.equal(failing.state.job.phase, 'FINISHED');
  assert.equal(failing.state.rowErrors.availability, 'PENDING');
  assert.equal(failing.revision, 1);
  assert.equal(failing.freshness.error?.kind, 'unavailable');
  assert.equal(failing.freshness.nextLookAt, START + 2_000);

  await clock.pass(2_000);
  const again = await waitFor(setup.ledger, isFailing);
  assert.equal(again.freshness.nextLookAt, START + 2_000 + 4_000);
  await clock.pass(4_000);
  const settled = await waitFor(setup.ledger, isSettled);

  assert.equal(settled.revision, 2);
  assert.equal(settled.freshness.error, null);
  await assertRows(setup.ledger, 25_000);
  const repeated = vendor.requests.filter((request) => request === 'load-1 from 3000');
  assert.equal(repeated.length, 3);
  assert.equal(vendor.requests.length, 1 + 25 + 2);
  assert.deepEqual(setup.complaints, []);
});

test('a vendor that is down while rows are read is left alone like any other', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: () => {
      throw failure('rate-limited', 45_000);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await clock.pass(44_999);
  assert.equal(vendor.requests.length, 2);
  assert.equal(watcher.isDown('catalog'), true);
  vendor.answerRows(PAGES);
  await clock.pass(1);
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 25_000);
});

test('rows that the vendor forgets in the middle are kept as far as they were read', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(null),
    readRows: (target) => {
      if (target.next === '12000') throw failure('not-found');
      return PAGES(target);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state, revision } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'TRUNCATED', totalCount: 25_000, limit: null });
  assert.equal(revision, 2);
  await assertRows(ledger, 12_000);
  await clock.pass(86_400_000);
  assert.equal(vendor.requests.length, 14);
});

test('an import that the vendor forgets before its rows are read settles with its counters', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: () => {
      throw failure('not-found');
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state, freshness } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'EXPIRED', totalCount: 25_000, limit: null });
  assert.equal(state.job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(state.counters.failed, 25_000);
  assert.equal(freshness.error?.kind, 'not-found');
  assert.deepEqual(await listAllRows(ledger, ID), []);
  await clock.pass(86_400_000);
  assert.equal(vendor.requests.length, 2);
});

test('an import whose rows fail until it expires settles with its counters, too', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000, { job: finishedJob({ expiresAt: START + 60_000 }) }),
    readRows: () => {
      throw failure('unexpected-response');
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await clock.pass(59_999);
  const id = await waitFor(ledger, () => true);
  assert.equal(id.freshness.state, 'BACKING_OFF');
  await clock.pass(300_000);
  const { state } = await waitFor(ledger, isSettled);
  assert.equal(state.rowErrors.availability, 'EXPIRED');
  assert.equal(state.counters.failed, 25_000);
});

for (const [what, readRows] of [
  ['an environment that grants no rows', () => ({ kind: 'not-granted' }) as const],
  ['a vendor that has no list of rows', undefined],
] as const) {
  test(`${what} leaves an import with its counts`, async (t) => {
    const clock = createClock();
    const vendor = createVendor(clock, {
      answer: () => finishElsewhere(7),
      ...(readRows && { readRows }),
    });
    const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
    await watcher.track({ ref: REF, now: clock.now() });
    const { state, freshness } = await waitFor(ledger, isSettled);
    assert.deepEqual(state.rowErrors, { availability: 'COUNT_ONLY', totalCount: 7, limit: null });
    assert.equal(state.counters.failed, 7);
    assert.equal(freshness.error, null);
    assert.equal((await ledger.findHeldRows([ID])).size, 0);
    assert.deepEqual(complaints, []);
  });
}

test('a bug in a data source costs a turn and no row', async (t) => {
  const clock = createClock();
  let bugs = 1;
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: (target) => {
      if (target.next === '3000' && bugs-- > 0) throw new TypeError('a bug');
      return PAGES(target);
    },
  });
  const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => complaints.length > 0);
  await clock.pass(vendor.provider.leaseMs);
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 25_000);
  assert.equal(complaints.length, 1);
});

test('an import that nobody wants any more is read no further, and goes on when somebody does', async (t) => {
  const clock = createClock();
  const third = Promise.withResolvers<undefined>();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: async (target) => {
      if (target.next === '3000') await third.promise;
      return PAGES(target);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.requests.length === 5);
  await watcher.untrack(REF);
  third.resolve(undefined);
  await waitFor(ledger, () => vendor.requests.length === 11);
  // The last page is kept, and the turn ends.
  await settle(100);
  await clock.pass(86_400_000);
  assert.equal(vendor.requests.length, 11);
  assert.deepEqual(await listAllRows(ledger, ID), []);

  const tracked = await watcher.track({ ref: REF, now: clock.now() });
  assert.equal(tracked.freshness.state, 'LIVE');
  const { state } = await waitFor(ledger, isSettled);

  assert.equal(state.rowErrors.availability, 'COMPLETE');
  await assertRows(ledger, 25_000);
  assert.equal(vendor.requests[11], 'load-1 from 10000');
  assert.equal(vendor.requests.length, 26);
});

test('a flag that is told while rows are read is looked at again, and the rows are read anew', async (t) => {
  const clock = createClock();
  const third = Promise.withResolvers<undefined>();
  const vendor = createVendor(clock, {
    answer: ({ continueOnError }) =>
      finishElsewhere(25_000, { job: finishedJob({ continueOnError }) }),
    readRows: async (target) => {
      if (target.next === '3000') await third.promise;
      return PAGES(target);
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.requests.length === 5);
  await watcher.track({ ref: REF, continueOnError: true, now: clock.now() });
  third.resolve(undefined);
  const { state } = await waitFor(ledger, isSettled);

  assert.equal(state.job.continueOnError, true);
  assert.equal(state.rowErrors.availability, 'COMPLETE');
  await assertRows(ledger, 25_000);
  assert.equal(vendor.looks.length, 2);
  await settle();
  let deleted = 0;
  for (let step = 1; step > 0; deleted += step) step = await ledger.deleteHiddenRows(1_000);
  assert.ok(deleted >= 3_000, 'what was read with the old flag is gone');
  await assertRows(ledger, 25_000);
});

test('a lease that runs out while a page is awaited has nobody keep rows twice', async (t) => {
  const clock = createClock();
  const slow = Promise.withResolvers<RowsAnswer>();
  let asked = 0;
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(25_000),
    readRows: (target) => {
      if (target.next !== '3000') return PAGES(target);
      asked += 1;
      return asked === 1 ? slow.promise : PAGES(target);
    },
  });
  const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => asked === 1);
  // Somebody else takes over, and is done before the page comes.
  await clock.pass(vendor.provider.leaseMs);
  await waitFor(ledger, isSettled);
  slow.resolve(PAGES({ externalId: 'load-1', next: '3000', knownTotal: null }));
  await settle();
  await assertRows(ledger, 25_000);
  assert.equal((await waitFor(ledger, isSettled)).revision, 2);
  assert.deepEqual(complaints, []);
});

function isFailing({ freshness }: Import): boolean {
  return freshness.state === 'BACKING_OFF';
}
