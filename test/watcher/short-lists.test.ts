import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Look, RowsAnswer, RowsTarget } from '../../src/providers/provider.ts';
import { counters, REF, START } from '../support/builders.ts';
import { deleteHidden } from '../support/captures.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  isSettled,
  passInSteps,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, startWatcher } from './setup.ts';
import type { Setup } from './setup.ts';

const PAGE = 1_000;

/** Answers as a vendor whose list does not end before it is as long as the import's counters say. */
function growing(rows: () => readonly ImportRow[]): (target: RowsTarget) => RowsAnswer {
  return ({ next, knownTotal }) => {
    const start = Number(next);
    const page = rows().slice(start, start + PAGE);
    const end = start + page.length;
    const isMore = end < rows().length || end < (knownTotal ?? 0);
    return {
      kind: 'page',
      page: { rows: page, next: isMore ? String(end) : null, totalFailed: null },
    };
  };
}

interface Short extends Setup {
  /** When each page was asked for, in seconds from the start. */
  readonly askedAt: readonly number[];
  /** Has the list show so many rows from now on. */
  show(count: number): void;
}

async function startShort(t: TestContext, shown: number, finish: Look): Promise<Short> {
  const clock = createClock();
  const askedAt: number[] = [];
  let rows = failedRows(shown);
  const answer = growing(() => rows);
  const vendor = createVendor(clock, {
    answer: () => finish,
    readRows: (target) => {
      askedAt.push((clock.now() - START) / 1_000);
      return answer(target);
    },
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await setup.watcher.track({ ref: REF, now: clock.now() });
  return {
    ...setup,
    askedAt,
    show: (count) => {
      rows = failedRows(count);
    },
  };
}

for (const [what, shown, availability, pages] of [
  ['an empty list', 0, 'COUNT_ONLY', 0],
  ['a list of a part of its page', 40, 'TRUNCATED', 1],
  ['a list of two pages', 2_000, 'TRUNCATED', 2],
] as const) {
  test(`${what} that is shorter than the summary says is asked for less and less, and then taken`, async (t) => {
    const setup = await startShort(t, shown, finishElsewhere(2_500));
    await passInSteps(setup.clock, 61_999, 1_000);
    const waiting = await waitFor(setup.ledger, () => true);
    assert.equal(waiting.freshness.state, 'LIVE');
    assert.equal(waiting.freshness.error, null);
    assert.equal(waiting.state.rowErrors.availability, 'PENDING');
    await passInSteps(setup.clock, 1, 1_000);
    const { state } = await waitFor(setup.ledger, isSettled);
    assert.deepEqual(state.rowErrors, { availability, totalCount: 2_500, limit: null });
    await assertRows(setup.ledger, shown);
    const atOnce = Array.from({ length: pages }, () => 0);
    assert.deepEqual(setup.askedAt, [...atOnce, 0, 2, 6, 14, 30, 62]);
    await setup.clock.pass(86_400_000);
    assert.equal(setup.askedAt.length, pages + 6);
    assert.deepEqual(setup.complaints, []);
  });
}

for (const shown of [0, 40, 1_000, 1_500]) {
  test(`rows that are late behind the first ${shown} are all of them in the end`, async (t) => {
    const setup = await startShort(t, shown, finishElsewhere(2_500));
    await passInSteps(setup.clock, 5_000, 1_000);
    setup.show(2_200);
    await passInSteps(setup.clock, 5_000, 1_000);
    assert.equal((await waitFor(setup.ledger, () => true)).freshness.state, 'LIVE');
    setup.show(2_500);
    await passInSteps(setup.clock, 20_000, 1_000);
    const { state } = await waitFor(setup.ledger, isSettled);
    assert.deepEqual(state.rowErrors, { availability: 'COMPLETE', totalCount: 2_500, limit: null });
    await assertRows(setup.ledger, 2_500);
    assert.equal(await deleteHidden(setup.ledger), 0);
  });
}

test('an empty list of an import whose counters alone count failed rows is not complete', async (t) => {
  const finish = finishElsewhere(null, { counters: counters({ total: 10, failed: 5 }) });
  const { ledger, clock } = await startShort(t, 0, finish);
  await passInSteps(clock, 120_000, 1_000);
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'COUNT_ONLY', totalCount: 5, limit: null });
  assert.equal(state.counters.failed, 5);
  await assertRows(ledger, 0);
});

test('a list with fewer rows than the counters alone tell of is a part', async (t) => {
  const finish = finishElsewhere(null, { counters: counters({ total: 10, failed: 5 }) });
  const { ledger, clock } = await startShort(t, 3, finish);
  await passInSteps(clock, 120_000, 1_000);
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'TRUNCATED', totalCount: 5, limit: null });
  await assertRows(ledger, 3);
});
