import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../support/ledgers.ts';
import { AFTERWARDS_MS, assertAllCaptured } from '../support/month-outcome.ts';
import { DAY_MS, Month } from '../support/month.ts';
import { joinStore } from '../support/postgres-ledgers.ts';
import { createDatabase } from '../support/postgres.ts';

const JANUARY = Date.UTC(2026, 0);

async function passMonth(
  t: TestContext,
  ledgers: readonly Ledger[],
  { longestDays, fewest }: { readonly longestDays: number; readonly fewest: number },
): Promise<void> {
  const month = new Month({ ledgers, startAt: JANUARY });
  await month.start(t);
  month.keepRunning(50, longestDays * DAY_MS, { forMs: 31 * DAY_MS });
  await month.pass(31 * DAY_MS + AFTERWARDS_MS);
  assert.ok(month.vendor.jobs.length >= fewest, `only ${month.vendor.jobs.length} imports`);
  await assertAllCaptured(month);
  assert.deepEqual(month.complaints, []);
}

test('two who watch with one store capture as many as one, when every request counts', async (t) => {
  const ledger = openLedger(t);
  await passMonth(t, [ledger, ledger], { longestDays: 3.3, fewest: 960 });
});

test('two replicas on one PostgreSQL capture fifty imports at a time, all month', async (t) => {
  const url = await createDatabase(t);
  const ledgers = [await joinStore(t, url), await joinStore(t, url)];
  await passMonth(t, ledgers, { longestDays: 8, fewest: 380 });
});
