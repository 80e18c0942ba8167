import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { REF, rowError } from '../support/builders.ts';
import { deleteHidden } from '../support/captures.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  finishHere,
  isSettled,
  pagesOf,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, startWatcher } from './setup.ts';

interface Counting {
  readonly ledger: Ledger;
  /** How many rows each transaction had. */
  readonly batches: number[];
}

/** A ledger that counts, on which writing one of the batches, by number, may fail. */
function countRows(ledger: Ledger, failing: number | null = null): Counting {
  const batches: number[] = [];
  const addRows: Ledger['addRows'] = async (addition) => {
    batches.push(addition.rows.length);
    if (batches.length === failing) throw new Error('the process ended here');
    return ledger.addRows(addition);
  };
  return { ledger: { ...ledger, addRows }, batches };
}

test('a long page is kept in several batches', async (t) => {
  const clock = createClock();
  const { ledger, batches } = countRows(openLedger(t));
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(3_500),
    readRows: pagesOf(failedRows(3_500), 3_500),
  });
  const { watcher } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isSettled);
  assert.deepEqual(batches, [500, 500, 500, 500, 500, 500, 500]);
  assert.equal(vendor.requests.length, 2);
  await assertRows(ledger, 3_500);
});

test('rows that come slowly are written as they come, and the look stays its own', async (t) => {
  const clock = createClock();
  const { ledger, batches } = countRows(openLedger(t));
  const vendor = createVendor(clock, {
    leaseMs: 15_000,
    answer: async ({ rows }) => {
      for (const row of failedRows(4)) {
        await rows.write([row]);
        clock.advance(10_000);
      }
      return { kind: 'observed', observation: finishHere(4) };
    },
  });
  const { watcher } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isSettled);
  assert.deepEqual(batches, [2, 1, 1]);
  assert.equal(vendor.requests.length, 1);
  await assertRows(ledger, 4);
});

for (const [where, failing, requests] of [
  ['in the first batch of a page', 1, ['the beginning']],
  ['in the middle of a page', 5, ['the beginning']],
  ['in the last batch of a page', 7, ['the beginning']],
  ['in the middle of a later page', 12, ['3500']],
] as const) {
  test(`a process that ends ${where} goes on behind the rows that it has`, async (t) => {
    const clock = createClock();
    const kept = openLedger(t);
    const { ledger, batches } = countRows(kept, failing);
    const vendor = createVendor(clock, {
      answer: () => finishElsewhere(8_000),
      readRows: pagesOf(failedRows(8_000), 3_500),
    });
    const first = await startWatcher(t, [vendor], { clock, ledger });
    await first.watcher.track({ ref: REF, now: clock.now() });
    await waitFor(kept, () => first.complaints.length === 1);
    await first.watcher.stop(0);
    assert.equal(batches.length, failing);

    const before = vendor.requests.length;
    const next = countRows(kept);
    await startWatcher(t, [vendor], { clock, ledger: next.ledger });
    await clock.pass(vendor.provider.leaseMs);
    const { state } = await waitFor(kept, isSettled);

    assert.deepEqual(state.rowErrors, { availability: 'COMPLETE', totalCount: 8_000, limit: null });
    assert.equal(sum(batches.slice(0, -1)) + sum(next.batches), 8_000);
    await assertRows(kept, 8_000);
    const again = vendor.requests.slice(before, before + 1);
    assert.deepEqual(
      again,
      requests.map((from) => `load-1 from ${from}`),
    );
    assert.equal(await deleteHidden(kept), 0);
    await assertRows(kept, 8_000);
  });
}

for (const [where, maxRows, size] of [
  ['between two pages', 2_000, 1_000],
  ['within the last page', 2_300, 1_000],
  ['within the only page', 2_300, 3_500],
] as const) {
  test(`a list that is cut ${where} says so, also when the process ends right after`, async (t) => {
    const clock = createClock();
    const kept = openLedger(t);
    const ledger: Ledger = {
      ...kept,
      record: async (recording) => {
        if (recording.rows.kind === 'captured') throw new Error('the process ended here');
        return kept.record(recording);
      },
    };
    const vendor = createVendor(clock, {
      maxRows,
      answer: () => finishElsewhere(null),
      readRows: pagesOf(failedRows(2_500), size),
    });
    const first = await startWatcher(t, [vendor], { clock, ledger });
    await first.watcher.track({ ref: REF, now: clock.now() });
    await waitFor(kept, () => first.complaints.length === 1);
    await first.watcher.stop(0);
    const before = vendor.requests.length;

    await startWatcher(t, [vendor], { clock, ledger: kept });
    await clock.pass(vendor.provider.leaseMs);
    const { state } = await waitFor(kept, isSettled);

    assert.deepEqual(state.rowErrors, {
      availability: 'TRUNCATED',
      totalCount: 2_500,
      limit: maxRows,
    });
    assert.equal(vendor.requests.length, before, 'the list was read again');
    await assertRows(kept, maxRows);
  });
}

/** So many rows of about 10,000 characters each. */
function largeRows(count: number): readonly ImportRow[] {
  return Array.from({ length: count }, (_, index) =>
    rowError({ number: index + 1, values: { text: 'x'.repeat(10_000) } }),
  );
}

function checkBatches(batches: readonly number[]): void {
  assert.equal(sum(batches), 350);
  assert.ok(batches.length >= 4, String(batches));
  assert.ok(Math.max(...batches) <= 105, String(batches));
}

async function startLarge(t: TestContext, isElsewhere: boolean): Promise<Counting> {
  const clock = createClock();
  const counting = countRows(openLedger(t));
  const vendor = createVendor(clock, {
    answer: async ({ rows }) => {
      if (isElsewhere) return finishElsewhere(350);
      await rows.write(largeRows(350));
      return { kind: 'observed', observation: finishHere(350) };
    },
    readRows: pagesOf(largeRows(350)),
  });
  const { watcher } = await startWatcher(t, [vendor], { clock, ledger: counting.ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(counting.ledger, isSettled);
  return counting;
}

for (const [where, isElsewhere] of [
  ['in a page', true],
  ['with a look', false],
] as const) {
  test(`rows with many characters in all that come ${where} are written in several batches`, async (t) => {
    const { ledger, batches } = await startLarge(t, isElsewhere);
    checkBatches(batches);
    await assertRows(ledger, 350);
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
