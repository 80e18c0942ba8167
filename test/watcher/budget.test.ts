import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestBudget } from '../../src/providers/provider.ts';
import { Budget } from '../../src/watcher/budget.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { job, refOf, START } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { openLedger } from '../support/ledgers.ts';
import { createClock, createVendor, seen, settle, startWatcher, trackMany } from './setup.ts';

const DAY_MS = 86_400_000;
const FEBRUARY = Date.UTC(2026, 1);
const FOREVER = new AbortController().signal;

function createBudget(clock: TestClock, ledger: Ledger, budget: Partial<RequestBudget>): Budget {
  return new Budget({
    providerId: 'crm',
    budget: { perSecond: null, perMonth: null, ...budget },
    ledger,
    clock,
  });
}

test('a provider without a budget admits everything and counts nothing', async (t) => {
  const ledger = openLedger(t);
  const budget = createBudget(createClock(), ledger, {});
  await budget.admit(FOREVER);
  assert.equal(await budget.state(), null);
  assert.equal(await budget.floorMs(1), 0);
  assert.equal(await ledger.getRequestCount('crm', '2026-01'), 0);
});

test('requests are spaced out over the second, in the order in which they came', async (t) => {
  const clock = createClock();
  const budget = createBudget(clock, openLedger(t), { perSecond: 4 });
  const admitted: (readonly [number, number])[] = [];
  for (let index = 0; index < 5; index += 1) {
    void budget.admit(FOREVER).then(() => admitted.push([index, clock.now() - START]));
  }
  await clock.pass(1_000);
  assert.deepEqual(admitted, [
    [0, 0],
    [1, 250],
    [2, 500],
    [3, 750],
    [4, 1_000],
  ]);
  await clock.pass(60_000);
  const before = clock.now();
  await budget.admit(FOREVER);
  assert.equal(clock.now(), before);
});

test('a request that is given up while it waits for its turn is not counted', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const budget = createBudget(clock, ledger, { perSecond: 1 });
  await budget.admit(FOREVER);
  const abort = new AbortController();
  const waiting = budget.admit(abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, { message: 'enough' });
  assert.equal(await ledger.getRequestCount('crm', '2026-01'), 1);
  assert.equal(clock.waiting, 0);
});

test('a month that is spent says until when, and the next month begins anew', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const budget = createBudget(clock, ledger, { perMonth: 3 });
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => budget.admit(FOREVER)));
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 3);
  await assert.rejects(budget.admit(FOREVER), {
    name: 'ProviderError',
    kind: 'rate-limited',
    message: 'the budget of 3 requests a month is spent; it starts again on 2026-02-01',
    retryAfterMs: null,
  });
  assert.deepEqual(await budget.state(), {
    perSecond: null,
    perMonth: 3,
    usedThisMonth: 3,
    resetsAt: FEBRUARY,
  });
  clock.advance(FEBRUARY - START);
  await budget.admit(FOREVER);
  assert.equal((await budget.state())?.usedThisMonth, 1);
});

test('a budget goes by months of UTC, the last of the year included', async (t) => {
  const clock = new TestClock(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
  const budget = createBudget(clock, openLedger(t), { perMonth: 5 });
  assert.equal((await budget.state())?.resetsAt, Date.UTC(2027, 0));
});

test('the imports that are still looked at share the floor', async (t) => {
  const ledger = openLedger(t);
  const budget = createBudget(createClock(), ledger, { perMonth: 100 });
  for (let count = 0; count < 80; count += 1) await budget.admit(FOREVER);
  await ledger.track({ ref: refOf('a', 'crm'), now: START });
  const one = await budget.floorMs(1);
  await ledger.track({ ref: refOf('b', 'crm'), now: START });
  assert.equal(one, (FEBRUARY - START) / 20);
  assert.equal(await budget.floorMs(1), 2 * one);
});

test('a month of one long import never asks more often than its budget allows', async (t) => {
  const clock = new TestClock(Date.UTC(2026, 0));
  const vendor = createVendor(clock, {
    budget: { perSecond: 10, perMonth: 300 },
    answer: () => seen({ job: job({ startedAt: Date.UTC(2026, 0) }) }),
  });
  const setup = await startWatcher(t, [vendor], { clock });
  setup.watcher.watch(['catalog:load-1']);
  await trackMany(setup, 1);
  await clock.pass(31 * DAY_MS - 1);
  assert.ok(vendor.looks.length <= 300);
  assert.ok(vendor.looks.length > 280);
  const last = vendor.lookedAt.at(-1) ?? 0;
  assert.ok(clock.now() - last < 0.5 * DAY_MS, 'the last day was looked at too');
  assert.equal(setup.watcher.isDown('catalog'), false);
  assert.deepEqual(setup.complaints, []);
});

test('a watcher that hastens a look keeps to the budget, and to whole milliseconds', async (t) => {
  const clock = createClock();
  const startedAt = START - DAY_MS;
  const vendor = createVendor(clock, {
    budget: { perSecond: null, perMonth: 1_000 },
    answer: () => seen({ job: job({ startedAt }) }),
  });
  const setup = await startWatcher(t, [vendor], { clock });
  for (let count = 0; count < 470; count += 1) {
    const now = setup.clock.now();
    await setup.ledger.takeRequest({ providerId: 'catalog', perMonth: 1_000, spacingMs: 0, now });
  }
  await trackMany(setup, 2);
  await settle();
  setup.watcher.watch(['catalog:load-1', 'catalog:load-2']);
  await settle();
  assert.deepEqual(setup.complaints, []);
  const dueAt = await setup.ledger.findNextDueAt('catalog');
  assert.ok(Number.isSafeInteger(dueAt));
});
