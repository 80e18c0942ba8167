import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import type { Look } from '../../src/providers/provider.ts';
import { counters, finishedJob, REF } from '../support/builders.ts';
import { deleteHidden } from '../support/captures.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  finishHere,
  isSettled,
  pagesOf,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, failure, seen, startWatcher } from './setup.ts';
import type { Setup, Vendor } from './setup.ts';

const ID = 'catalog:load-1';
const COMPLETE = { availability: 'COMPLETE', totalCount: 2_500, limit: null } as const;
const PAGES = pagesOf(failedRows(2_500));

interface Settled extends Setup {
  readonly vendor: Vendor;
  /** As it was settled first. */
  readonly known: Import;
}

/** An import that is settled, with its rows, which were in a list of their own or came along. */
async function startSettled(t: TestContext, where: 'here' | 'elsewhere'): Promise<Settled> {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: async ({ rows }) => {
      if (where === 'elsewhere') return finishElsewhere(2_500);
      await rows.write(failedRows(2_500));
      return { kind: 'observed', observation: finishHere(2_500) };
    },
    readRows: PAGES,
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await setup.watcher.track({ ref: REF, now: clock.now() });
  const known = await waitFor(setup.ledger, isSettled);
  assert.deepEqual(known.state.rowErrors, COMPLETE);
  return { ...setup, vendor, known };
}

/** Has it looked at again, for another flag; answers how many requests there were before. */
async function lookAgain({ watcher, clock, vendor }: Settled): Promise<number> {
  const before = vendor.requests.length;
  await watcher.track({ ref: REF, continueOnError: true, now: clock.now() });
  return before;
}

async function assertStands({ ledger, known }: Settled): Promise<void> {
  const now = await waitFor(ledger, () => true);
  assert.deepEqual(now.state, known.state);
  assert.equal(now.revision, known.revision);
  assert.equal(now.position, known.position);
  await assertRows(ledger, 2_500);
  assert.equal((await ledger.findHeldRows([ID])).get(ID)?.kept.FAILED, 2_500);
}

/** A finish whose counters could not be had. */
function lackingFinish(rows: 'none' | 'elsewhere'): Look {
  return finishElsewhere(null, {
    lacking: 'the summary',
    counters: counters(),
    rows,
  });
}

for (const rows of ['none', 'elsewhere'] as const) {
  for (const where of ['here', 'elsewhere'] as const) {
    test(`what is known of a finish with its rows ${where} stands while another look lacks the summary of rows that are ${rows}`, async (t) => {
      const setup = await startSettled(t, where);
      const { clock, vendor, ledger } = setup;
      vendor.answer(() => lackingFinish(rows));
      const before = await lookAgain(setup);
      for (const passed of [0, 30_000, 60_000, 3_600_000, 43_200_000]) {
        await clock.pass(passed);
        await assertStands(setup);
        assert.equal((await waitFor(ledger, () => true)).freshness.state, 'LIVE');
      }
      await clock.pass(86_400_000);
      await waitFor(ledger, isSettled);
      await assertStands(setup);
      assert.ok(vendor.looks.length > 10);
      const lists = vendor.requests.slice(before).filter((request) => request.includes('from'));
      assert.deepEqual(lists, []);
      await deleteHidden(ledger);
      await assertStands(setup);
      assert.deepEqual(setup.complaints, []);
    });
  }
}

test('a look that is whole again after one that was not takes the new job and keeps the rows', async (t) => {
  const setup = await startSettled(t, 'elsewhere');
  const { clock, vendor, ledger, known } = setup;
  vendor.answer(() => lackingFinish('elsewhere'));
  const before = await lookAgain(setup);
  await clock.pass(600_000);
  await assertStands(setup);
  const job = finishedJob({ outcome: 'FAILED', effect: 'NONE', continueOnError: true });
  vendor.answer(() => finishElsewhere(2_500, { job }));
  await clock.pass(600_000);

  const settled = await waitFor(ledger, isSettled);

  assert.equal(settled.revision, known.revision + 1);
  assert.deepEqual(settled.state, { ...known.state, job });
  await assertRows(ledger, 2_500);
  const lists = vendor.requests.slice(before).filter((request) => request.includes('from'));
  assert.deepEqual(lists, []);
  await deleteHidden(ledger);
  await assertRows(ledger, 2_500);
});

test('a list that the vendor has forgotten meanwhile is not asked for again', async (t) => {
  const setup = await startSettled(t, 'elsewhere');
  const { clock, vendor, ledger } = setup;
  vendor.answerRows(() => {
    throw failure('not-found');
  });
  const before = await lookAgain(setup);
  await waitFor(ledger, () => vendor.requests.length > before);
  await waitFor(ledger, isSettled);
  await clock.pass(86_400_000);
  assert.deepEqual(vendor.requests.slice(before), ['load-1']);
  await assertStands(setup);
  assert.equal((await waitFor(ledger, isSettled)).freshness.error, null);
});

test('a finish that comes again without its rows leaves those that are there', async (t) => {
  const setup = await startSettled(t, 'here');
  const { clock, vendor, ledger, known } = setup;
  for (const [index, rowErrors] of [
    { availability: 'COUNT_ONLY', totalCount: 2_500, limit: null } as const,
    { availability: 'COMPLETE', totalCount: 0, limit: null } as const,
  ].entries()) {
    const job = finishedJob({ outcome: 'UNKNOWN', effect: 'SOME', message: `look ${index}` });
    vendor.answer(() => seen(finishHere(2_500, { job, rows: 'none', rowErrors })));
    const looks = vendor.looks.length;
    const continueOnError = index === 0;
    await setup.watcher.track({ ref: REF, continueOnError, now: clock.now() });
    await waitFor(ledger, () => vendor.looks.length > looks);
    const settled = await waitFor(ledger, isSettled);
    assert.deepEqual(settled.state, { ...known.state, job });
    await assertRows(ledger, 2_500);
    assert.equal((await ledger.findHeldRows([ID])).get(ID)?.kept.FAILED, 2_500);
  }
  await deleteHidden(ledger);
  await assertRows(ledger, 2_500);
});

test('a look that fails for a day leaves a finish and its rows as they are', async (t) => {
  const setup = await startSettled(t, 'elsewhere');
  const { clock, vendor, ledger } = setup;
  vendor.answer(() => ({ kind: 'failed', error: failure('unexpected-response') }));
  await lookAgain(setup);
  await clock.pass(90_000_000);
  await assertStands(setup);
  vendor.answer(() => finishElsewhere(2_500));
  await clock.pass(90_000_000);
  await waitFor(ledger, isSettled);
  await assertStands(setup);
});
