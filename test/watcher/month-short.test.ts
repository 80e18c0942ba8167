import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  AFTERWARDS_MS,
  assertWithinBudget,
  mostCaptured,
  noteRisk,
  outcomeOf,
} from '../support/month-outcome.ts';
import { DAY_MS, HOUR_MS, Month } from '../support/month.ts';
import type { MonthJob } from '../support/month-vendor.ts';

const JANUARY = Date.UTC(2026, 0);
const FEBRUARY = Date.UTC(2026, 1);
const MARCH = Date.UTC(2026, 2);

async function startMonth(t: TestContext, perMonth = 1_000): Promise<Month> {
  const month = new Month({ ledgers: [openLedger(t)], startAt: JANUARY, perMonth });
  await month.start(t);
  return month;
}

function assertTold(lost: readonly MonthJob[], toldAt: ReadonlyMap<string, number>): void {
  for (const { ref, expiresAt } of lost) {
    const at = toldAt.get(importId(ref));
    assert.ok(at !== undefined && at < expiresAt, `${ref.externalId} was lost and not told`);
  }
}

test('of 1,200 imports at once as many are captured as there are requests, and the others told', async (t) => {
  const month = await startMonth(t);
  const toldAt = noteRisk(month, 6 * HOUR_MS);
  month.begin(1_200, 2 * DAY_MS);
  await month.pass(HOUR_MS);
  assert.equal((await month.watcher.findRisk('crm', 0))?.count, 200);
  await month.pass(31 * DAY_MS + AFTERWARDS_MS);
  const { captured, lost, wrong } = await outcomeOf(month);
  assert.equal(captured.length, month.perMonth);
  assert.equal(captured.length, mostCaptured(month));
  assert.equal(lost.length, 200);
  assert.deepEqual(wrong, []);
  assertTold(lost, toldAt);
  assertWithinBudget(month);
  assert.equal((await month.watcher.findRisk('crm', 0))?.count, 0);
  const warnings = month.complaints.filter((line) => line.includes('does not last'));
  assert.equal(warnings.length, 1);
});

test('1,200 imports at once in the last days of a month are captured in two', async (t) => {
  const month = await startMonth(t);
  await month.pass(28 * DAY_MS);
  month.begin(1_200, 2 * DAY_MS);
  await month.pass(25 * DAY_MS);
  const { captured, lost } = await outcomeOf(month);
  assert.equal(captured.length, 1_200);
  assert.deepEqual(lost, []);
  assertWithinBudget(month);
});

test('where a quarter more come than can be looked at, nothing is spent on watching once it is known', async (t) => {
  const month = await startMonth(t, 250);
  const toldAt = noteRisk(month, 6 * HOUR_MS);
  month.keepRunning(12, 2.3 * DAY_MS, { forMs: 59 * DAY_MS });
  await month.pass(59 * DAY_MS + AFTERWARDS_MS);
  const { captured, lost, wrong, open } = await outcomeOf(month);
  const { jobs, saidRunningAt } = month.vendor;
  assert.ok(jobs.length > 580, `only ${jobs.length} imports`);
  assert.deepEqual(open, []);
  assert.deepEqual(wrong, []);
  assertTold(lost, toldAt);
  assertWithinBudget(month);
  const inSecond = saidRunningAt.filter((at) => at >= FEBRUARY && at < MARCH);
  assert.ok(inSecond.length <= 0.02 * month.perMonth, `${inSecond.length} looks at what still ran`);
  // What a month has for watching before it can be known to be short: a retention's share of it.
  const stock = (month.perMonth * 7) / 31;
  const most = mostCaptured(month);
  assert.ok(captured.length >= most - stock, `${captured.length} of ${most}`);
});
