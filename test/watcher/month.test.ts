import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  AFTERWARDS_MS,
  assertAllCaptured,
  hasChance,
  noteRisk,
  outcomeOf,
} from '../support/month-outcome.ts';
import { DAY_MS, HOUR_MS, Month } from '../support/month.ts';
import type { MonthOptions } from '../support/month.ts';

const JANUARY = { startAt: Date.UTC(2026, 0), days: 31 } as const;
const APRIL = { startAt: Date.UTC(2026, 3), days: 30 } as const;

async function startMonth(
  t: TestContext,
  options: Partial<Omit<MonthOptions, 'ledgers'>> = {},
): Promise<Month> {
  const month = new Month({ ledgers: [openLedger(t)], startAt: JANUARY.startAt, ...options });
  await month.start(t);
  return month;
}

const months = [
  ['at most five days', { ...JANUARY, rule: 'told', longestDays: 5, fewest: 600 }],
  ['at most five days, told late', { ...APRIL, rule: 'told-late', longestDays: 5, fewest: 550 }],
  ['up to their being forgotten', { ...JANUARY, rule: 'of-start', longestDays: 7.2, fewest: 430 }],
  [
    'so short that every request counts',
    { ...JANUARY, rule: 'told', longestDays: 3.3, fewest: 960 },
  ],
] as const;
for (const [name, { startAt, days, rule, longestDays, fewest }] of months) {
  test(`fifty imports at a time, for ${days} days, ${name}: each is captured`, async (t) => {
    const month = await startMonth(t, { startAt, rule });
    const toldAt = noteRisk(month, 8 * HOUR_MS);
    month.keepRunning(50, longestDays * DAY_MS, { forMs: days * DAY_MS });
    await month.pass(days * DAY_MS + AFTERWARDS_MS);
    const { jobs } = month.vendor;
    assert.ok(jobs.length >= fewest, `only ${jobs.length} imports`);
    await assertAllCaptured(month);
    // What captures do not need is spent on watching.
    const [asked = 0] = month.vendor.countByMonth().values();
    assert.ok(asked >= 0.95 * month.perMonth, `only ${asked} requests`);
    const toldOf = jobs.filter((job) => hasChance(job) && toldAt.has(importId(job.ref)));
    assert.deepEqual(toldOf, []);
    assert.deepEqual(month.complaints, []);
  });
}

test('two hundred at once are captured, in the midst of a month and at its end', async (t) => {
  const month = await startMonth(t);
  month.keepRunning(40, 6 * DAY_MS, { forMs: 31 * DAY_MS });
  for (const day of [8, 29]) month.clock.after(day * DAY_MS, () => month.begin(200, 2 * DAY_MS));
  await month.pass(31 * DAY_MS + AFTERWARDS_MS);
  assert.ok(month.vendor.jobs.length > 800, `only ${month.vendor.jobs.length} imports`);
  await assertAllCaptured(month);
  assert.deepEqual(month.complaints, []);
});

test('what is left of a month that is nearly spent goes to those that are forgotten in it', async (t) => {
  const month = await startMonth(t);
  await month.spend(800);
  month.keepRunning(15, 6 * DAY_MS, { forMs: 20 * DAY_MS });
  month.clock.after(20 * DAY_MS, () => month.begin(50, DAY_MS));
  await month.pass(31 * DAY_MS + AFTERWARDS_MS);
  const [asked = 0] = month.vendor.countByMonth().values();
  assert.ok(asked > 150 && asked <= 200, `${asked} requests`);
  await assertAllCaptured(month);
});

test('a single import is seen at once and watched closely', async (t) => {
  const month = await startMonth(t);
  month.begin(1, 5 * DAY_MS);
  await month.pass(0);
  assert.equal(month.vendor.askedAt.length, 1);
  await month.pass(31 * DAY_MS);
  const { captured, medianLagMs } = await outcomeOf(month);
  assert.equal(captured.length, 1);
  assert.ok(medianLagMs < 2 * HOUR_MS, `seen ${medianLagMs} ms after its end`);
});

test('restarts, refreshes, queries of unknown imports and outages lose nothing', async (t) => {
  const month = await startMonth(t);
  month.keepRunning(50, 4 * DAY_MS, { forMs: 31 * DAY_MS });
  month.every(2.25 * DAY_MS, () => month.restart());
  month.every(2 * HOUR_MS, async () => {
    const ids = month.vendor.jobs.slice(-5).map(({ ref }) => importId(ref));
    for (const known of (await month.ledger.findImports(ids)).values()) {
      await month.watcher.refresh(known);
    }
  });
  month.every(HOUR_MS, () =>
    month.watcher.ask({ providerId: 'crm', externalId: `unknown-${month.clock.now()}` }),
  );
  for (const day of [9, 16]) {
    month.clock.after(day * DAY_MS, () => month.vendor.goDown({ forMs: 10 * HOUR_MS }));
  }
  await month.pass(31 * DAY_MS + AFTERWARDS_MS);
  assert.ok(month.vendor.jobs.length > 750, `only ${month.vendor.jobs.length} imports`);
  await assertAllCaptured(month);
});
