import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { Look } from '../../src/providers/provider.ts';
import { finish, job, REF, refOf, START } from '../support/builders.ts';
import { openLedger } from '../support/ledgers.ts';
import {
  CADENCE,
  createClock,
  createVendor,
  failed,
  LEASE_MS,
  seen,
  settle,
  startWatcher,
  trackMany,
} from './setup.ts';

const ID = 'catalog:load-1';

test('a job is looked at again after a twentieth of the time it has been running', async (t) => {
  const clock = createClock();
  const startedAt = START - 600_000;
  const vendor = createVendor(clock, { answer: () => seen({ job: job({ startedAt }) }) });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await trackMany(setup, 1);
  await clock.pass(120_000);
  const gaps = vendor.lookedAt.slice(1).map((at, index) => at - (vendor.lookedAt[index] ?? 0));
  assert.deepEqual(gaps, [30_000, 31_500, 33_075]);
});

test('never more looks at once than the provider allows', async (t) => {
  const clock = createClock();
  const pending: PromiseWithResolvers<Look>[] = [];
  const vendor = createVendor(clock, {
    concurrency: 3,
    answer: () => {
      const waiting = Promise.withResolvers<Look>();
      pending.push(waiting);
      return waiting.promise;
    },
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 10);
  await settle();
  assert.equal(vendor.looks.length, 3);
  while (pending.length > 0) {
    pending.shift()?.resolve({ kind: 'observed', observation: finish() });
    await settle();
  }
  assert.equal(vendor.looks.length, 10);
  assert.equal(vendor.mostAtOnce(), 3);
});

test('a provider that never answers delays no other', async (t) => {
  const clock = createClock();
  const stuck = createVendor(clock, {
    id: 'stuck',
    answer: () => new Promise<Look>(() => undefined),
  });
  const healthy = createVendor(clock, { id: 'healthy' });
  const setup = await startWatcher(t, [stuck, healthy], { clock });
  await trackMany(setup, 5, 'stuck');
  await trackMany(setup, 5, 'healthy');
  await clock.pass(20_000);
  assert.equal(stuck.looks.length, 4);
  assert.ok(healthy.looks.length > 5 * 8);
});

test('a thousand imports are looked at in full batches, round after round', async (t) => {
  const clock = createClock();
  let draws = 0;
  const vendor = createVendor(clock, {
    largestBatch: 20,
    answer: () => seen({ job: job({ startedAt: START }) }),
  });
  // Every draw is another one: looks that were in one batch must stay in one.
  const random = () => ((draws += 1) * 0.618) % 1;
  const setup = await startWatcher(t, [vendor], { clock, random });
  await trackMany(setup, 1_000);
  await settle();
  for (let round = 1; round <= 4; round += 1) {
    const looks = vendor.looks.splice(0);
    assert.equal(looks.length, 50, `round ${round}`);
    assert.ok(looks.every((ids) => ids.length === 20));
    assert.equal(new Set(looks.flat()).size, 1_000);
    await clock.pass(CADENCE.minIntervalMs * 1.1);
  }
});

test('a thousand who watch one import make it looked at as often as one does', async (t) => {
  const counts: number[] = [];
  for (const watchers of [0, 1, 1_000]) {
    const clock = createClock();
    const startedAt = START - 86_400_000;
    const vendor = createVendor(clock, { answer: () => seen({ job: job({ startedAt }) }) });
    const setup = await startWatcher(t, [vendor], { clock });
    await trackMany(setup, 1);
    await settle();
    const stops = Array.from({ length: watchers }, () => setup.watcher.watch([ID, ID]));
    await clock.pass(60_000);
    counts.push(vendor.looks.length);
    // Stopping twice is stopping once.
    for (const stop of [...stops, ...stops]) stop();
    await clock.pass(10_000);
    const after = vendor.looks.length;
    await clock.pass(200_000);
    assert.equal(vendor.looks.length, after, 'nobody watches any more');
  }
  assert.deepEqual(counts, [1, 29, 29]);
});

test('a bug in a data source stops nothing, and its import is tried again after the lease', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: ({ externalId }) => {
      if (externalId === 'load-1') throw new TypeError('a bug');
      return seen();
    },
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 3);
  await clock.pass(10_000);
  assert.deepEqual(looksAt(vendor.looks, 'load-1'), 1);
  assert.ok(looksAt(vendor.looks, 'load-2') >= 4);
  assert.match(setup.complaints.join(), /a look broke off.*|a bug/);

  vendor.answer(() => seen());
  await clock.pass(LEASE_MS - 10_001);
  assert.equal(looksAt(vendor.looks, 'load-1'), 1);
  await clock.pass(1);
  assert.equal(looksAt(vendor.looks, 'load-1'), 2);
});

test('an answer that leaves an import out fails that import and no other', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { largestBatch: 3 });
  const { provider } = vendor;
  const forgetful = {
    ...provider,
    connect: (admit: Parameters<typeof provider.connect>[0]) => {
      const source = provider.connect(admit);
      const look: typeof source.look = async (targets, signal) =>
        (await source.look(targets, signal)).slice(0, -1);
      return { ...source, look };
    },
  };
  const setup = await startWatcher(t, [{ provider: forgetful }], { clock });
  await trackMany(setup, 3);
  await settle();
  const ids = [1, 2, 3].map((index) => `catalog:load-${index}`);
  const known = await setup.ledger.findImports(ids);
  assert.deepEqual(
    ids.map((id) => known.get(id)?.freshness.state),
    ['LIVE', 'LIVE', 'BACKING_OFF'],
  );
});

test('a call that fails as a whole fails each import in it', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    largestBatch: 20,
    answer: () => {
      throw new ProviderError('unavailable', 'answered 503');
    },
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 5);
  await settle();
  const { items } = await setup.ledger.listImports({ filter: {}, first: 10, after: null });
  for (const { import: known } of items) {
    assert.equal(known.freshness.state, 'BACKING_OFF');
    assert.deepEqual(known.freshness.error, { kind: 'unavailable', message: 'answered 503' });
  }
  assert.equal(vendor.looks.length, 1);
  assert.deepEqual(setup.complaints, []);
});

test('an import that is settled is never looked at again', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => ({ kind: 'observed', observation: finish() }),
  });
  const setup = await startWatcher(t, [vendor], { clock });
  await trackMany(setup, 3);
  await clock.pass(86_400_000);
  assert.equal(vendor.looks.length, 3);
  assert.equal(clock.waiting, 0);
});

test('what was learnt in one run is the start of the next', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const vendor = createVendor(clock);
  const first = await startWatcher(t, [vendor], { clock, ledger });
  await trackMany(first, 2);
  await settle();
  await first.watcher.stop(0);
  await clock.pass(60_000);
  assert.equal(vendor.looks.length, 2);

  await startWatcher(t, [vendor], { clock, ledger });
  await settle();

  assert.equal(vendor.looks.length, 4);
  const known = (await ledger.findImports([ID])).get(ID);
  assert.equal(known?.revision, 1);
  assert.equal(known.freshness.observedAt, clock.now());
});

test('everything that goes wrong is caught', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.after(() => process.off('unhandledRejection', note));
  const clock = createClock();
  const ledger = openLedger(t);
  const vendor = createVendor(clock, { answer: () => failed('unavailable') });
  const setup = await startWatcher(t, [vendor], { clock, ledger });
  await trackMany(setup, 3);
  const stop = setup.watcher.watch([ID]);
  vendor.answer(() => {
    throw new RangeError('a bug');
  });
  await clock.pass(200_000);
  // The store breaks.
  await ledger.close();
  setup.watcher.watch([`${REF.providerId}:load-2`]);
  await clock.pass(600_000);
  await assert.rejects(setup.watcher.track({ ref: refOf('x'), now: clock.now() }));
  stop();
  await settle();
  assert.deepEqual(unhandled, []);
  assert.ok(setup.complaints.length > 0);
});

function looksAt(looks: readonly (readonly string[])[], externalId: string): number {
  return looks.filter((ids) => ids.includes(externalId)).length;
}
