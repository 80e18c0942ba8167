import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../../src/providers/provider.ts';
import { finish, job, START } from '../support/builders.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  createClock,
  createVendor,
  failed,
  seen,
  settle,
  startWatcher,
  trackMany,
} from './setup.ts';

const ID = 'catalog:load-1';

test('looks at the others as before when one provider is down', async (t) => {
  const clock = createClock();
  const sick = createVendor(clock, { id: 'sick', answer: () => failed('unavailable') });
  const healthy = createVendor(clock, { id: 'healthy' });
  const setup = await startWatcher(t, [sick, healthy], { clock, random: () => 0 });
  await trackMany(setup, 20, 'sick');
  await trackMany(setup, 1, 'healthy');
  await clock.pass(20_000);
  assert.equal(healthy.looks.length, 11);
  assert.ok(sick.looks.length < 8);
  assert.equal(setup.watcher.isDown('sick'), true);
  assert.equal(setup.watcher.isDown('healthy'), false);
});

test('after three failures in a row a provider is left alone, then tried with one look', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { concurrency: 1, answer: () => failed('unavailable') });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 50);
  await settle();
  assert.equal(vendor.looks.length, 3);
  // Four times the shortest interval after three failures, then doubled.
  await clock.pass(7_999);
  assert.equal(vendor.looks.length, 3);
  await clock.pass(1);
  assert.equal(vendor.looks.length, 4);
  await clock.pass(15_999);
  assert.equal(vendor.looks.length, 4);

  vendor.answer(() => seen());
  await clock.pass(1);

  assert.equal(vendor.looks.length, 5 + 49);
  assert.equal(setup.watcher.isDown('catalog'), false);
});

test('a careful try is one look, however many may run at once', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { concurrency: 10, answer: () => failed('unavailable') });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 50);
  await settle();
  const tried = vendor.looks.length;
  const waiting = Promise.withResolvers<Look>();
  vendor.answer(() => waiting.promise);
  await clock.pass(300_000);
  assert.equal(vendor.looks.length, tried + 1);
});

test('a provider that is down is tried at least every five minutes', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    cadence: { minIntervalMs: 2_000, maxIntervalMs: 86_400_000 },
    answer: () => failed('unavailable'),
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 200);
  await clock.pass(3_600_000);
  const before = vendor.looks.length;
  await clock.pass(3_600_000);
  assert.equal(vendor.looks.length - before, 12);
});

for (const kind of ['rate-limited', 'unavailable'] as const) {
  test(`a vendor that is ${kind} is left alone for as long as it asks`, async (t) => {
    const clock = createClock();
    const vendor = createVendor(clock, { concurrency: 1, answer: () => failed(kind, 45_000) });
    const setup = await startWatcher(t, [vendor], { clock });
    await trackMany(setup, 10);
    await settle();
    assert.equal(vendor.looks.length, 1);
    vendor.answer(() => seen());
    await clock.pass(44_999);
    assert.equal(vendor.looks.length, 1);
    await clock.pass(1);
    assert.ok(vendor.looks.length >= 10);
  });
}

for (const [what, later] of [
  ['succeeds', () => seen()],
  ['fails without asking for a pause', () => failed('unavailable')],
] as const) {
  test(`a look that was under way and ${what} does not cut the pause short`, async (t) => {
    const clock = createClock();
    const slow = Promise.withResolvers<Look>();
    const vendor = createVendor(clock, {
      concurrency: 2,
      answer: ({ externalId }) =>
        externalId === 'load-1' ? slow.promise : failed('rate-limited', 45_000),
    });
    const setup = await startWatcher(t, [vendor], { clock });
    await trackMany(setup, 10);
    await settle();
    const before = vendor.looks.length;
    slow.resolve(later());
    await clock.pass(44_999);
    assert.equal(vendor.looks.length, before);
    vendor.answer(() => seen());
    await clock.pass(1);
    assert.ok(vendor.looks.length > before);
  });
}

test('credentials that are refused stop looks at once', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { concurrency: 1, answer: () => failed('unauthorized') });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 10);
  await clock.pass(15_999);
  assert.equal(vendor.looks.length, 1);
  assert.equal(setup.watcher.getHealth('catalog').error?.kind, 'unauthorized');
});

test('an import whose answer cannot be read delays no other', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: ({ externalId }) => (externalId === 'load-1' ? failed('unexpected-response') : seen()),
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 2);
  await clock.pass(20_000);
  const looks = vendor.looks.flat();
  assert.equal(looks.filter((id) => id === 'load-2').length, 11);
  assert.equal(looks.filter((id) => id === 'load-1').length, 2);
});

test('a provider whose answers cannot be read has not answered well', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => failed('unexpected-response') });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 3);
  await clock.pass(60_000);
  const health = setup.watcher.getHealth('catalog');
  assert.equal(health.lastSuccessAt, null);
  assert.equal(health.error?.kind, 'unexpected-response');
});

test('how a provider fares is kept, whatever the jitter', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const vendor = createVendor(clock, { answer: () => failed('unavailable') });
  const first = await startWatcher(t, [vendor], { clock, ledger, random: () => 0.12345 });
  await trackMany(first, 10);
  await settle();
  assert.deepEqual(first.complaints, []);
  const health = first.watcher.getHealth('catalog');
  assert.notEqual(health.openUntil, null);
  assert.deepEqual((await ledger.listProviderHealth()).get('catalog'), health);
  await first.watcher.stop(0);
  const looks = vendor.looks.length;

  const second = await startWatcher(t, [vendor], { clock, ledger });
  await settle();

  assert.equal(second.watcher.isDown('catalog'), true);
  assert.equal(vendor.looks.length, looks);
});

test('a finish that lacks something is published when the time is up, then completed', async (t) => {
  const clock = createClock();
  const lacking = finish({ lacking: 'the summary', counters: finish().counters });
  const vendor = createVendor(clock, {
    answer: () => ({ kind: 'observed', observation: lacking }),
  });
  const setup = await startWatcher(t, [vendor], { clock, holdFinishForMs: 60_000 });
  await trackMany(setup, 1);
  const find = async () => (await setup.ledger.findImports([ID])).get(ID);

  await clock.pass(59_999);
  assert.equal((await find())?.revision, 0);
  await clock.pass(1);
  assert.equal((await find())?.state.job.phase, 'FINISHED');
  assert.equal((await find())?.freshness.state, 'LIVE');
  vendor.answer(() => ({ kind: 'observed', observation: finish() }));
  await clock.pass(600_000);
  assert.equal((await find())?.freshness.state, 'SETTLED');
});

test('no look is lost between two that are due at the same time', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    concurrency: 1,
    answer: () => seen({ job: job({ startedAt: START }) }),
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 7);
  await clock.pass(20_000);
  assert.equal(vendor.looks.length, 7 * 11);
});
