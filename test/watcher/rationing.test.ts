import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { Import, ImportRef } from '../../src/domain/import.ts';
import { refOf } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { createVendor, settle, startWatcher, trackMany } from './setup.ts';
import type { Setup, VendorOptions } from './setup.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const JANUARY = Date.UTC(2026, 0);
const PER_MONTH = 100;

/** A vendor that keeps imports for a week and whose every job goes on. */
async function start(t: TestContext, options: VendorOptions = {}) {
  const clock = new TestClock(JANUARY);
  const { capabilities } = createVendor(clock).provider;
  const vendor = createVendor(clock, {
    capabilities: { ...capabilities, retentionMs: 7 * DAY_MS },
    budget: { perSecond: null, perMonth: PER_MONTH },
    ...options,
  });
  return { vendor, setup: await startWatcher(t, [vendor], { clock }) };
}

async function find({ ledger }: Setup, ref: ImportRef): Promise<Import> {
  const known = (await ledger.findImports([importId(ref)])).get(importId(ref));
  assert.ok(known);
  return known;
}

test('more imports than requests are seen as late as is safe', async (t) => {
  const { vendor, setup } = await start(t);
  const [first] = await trackMany(setup, PER_MONTH + 20);
  assert.ok(first);
  await setup.clock.pass(6 * DAY_MS);
  assert.deepEqual(vendor.looks, []);
  const { freshness, revision } = await find(setup, first);
  assert.equal(freshness.state, 'PENDING');
  assert.equal(freshness.error, null);
  assert.ok((freshness.nextLookAt ?? 0) > setup.clock.now());
  assert.equal(revision, 0);
  await setup.clock.pass(DAY_MS);
  assert.equal(vendor.looks.length, PER_MONTH);
});

test('what is lost at a budget is told, those that are forgotten last', async (t) => {
  const { setup } = await start(t);
  await trackMany(setup, PER_MONTH);
  await setup.clock.pass(HOUR_MS);
  assert.deepEqual(await setup.watcher.findRisk('catalog', 10), { count: 0, first: [] });
  for (const name of ['late-1', 'late-2']) {
    await setup.watcher.track({ ref: refOf(name), now: setup.clock.now() });
  }
  const expiresAt = setup.clock.now() + 7 * DAY_MS;
  assert.deepEqual(await setup.watcher.findRisk('catalog', 10), {
    count: 2,
    first: [
      { importId: 'catalog:late-1', expiresAt },
      { importId: 'catalog:late-2', expiresAt },
    ],
  });
  assert.deepEqual(await setup.watcher.findRisk('catalog', 0), { count: 2, first: [] });
  await setup.watcher.untrack(refOf('load-1'));
  assert.equal((await setup.watcher.findRisk('catalog', 0))?.count, 1);
});

test('what the next month has no requests for either is told, too', async (t) => {
  const { setup } = await start(t);
  await setup.clock.pass(30 * DAY_MS);
  await trackMany(setup, PER_MONTH + 3);
  assert.equal((await setup.watcher.findRisk('catalog', 0))?.count, 3);
});

test('what may be forgotten already is told until it is known', async (t) => {
  const { setup } = await start(t, { budget: { perSecond: null, perMonth: 0 } });
  await trackMany(setup, 2);
  await setup.clock.pass(8 * DAY_MS);
  assert.equal((await setup.watcher.findRisk('catalog', 0))?.count, 2);
});

test('nothing is told of a vendor that does not say for how long it keeps imports', async (t) => {
  const { capabilities } = createVendor(new TestClock()).provider;
  const { setup } = await start(t, { capabilities: { ...capabilities, retentionMs: null } });
  await trackMany(setup, PER_MONTH + 20);
  assert.equal(await setup.watcher.findRisk('catalog', 10), null);
  assert.equal(await setup.watcher.findRisk('unheard-of', 10), null);
});

test('nothing is lost without a limit a month', async (t) => {
  const { vendor, setup } = await start(t, { budget: { perSecond: null, perMonth: null } });
  await trackMany(setup, PER_MONTH + 20);
  await settle();
  assert.deepEqual(await setup.watcher.findRisk('catalog', 10), { count: 0, first: [] });
  await setup.clock.pass(1_000);
  assert.equal(vendor.looks.length, PER_MONTH + 20);
});

test('a look at many at once is put off by nothing, and its imports share its request', async (t) => {
  const { vendor, setup } = await start(t, { largestBatch: 200 });
  await trackMany(setup, 5 * PER_MONTH);
  await settle();
  assert.ok(vendor.looks.length > 0);
  assert.equal((await setup.watcher.findRisk('catalog', 0))?.count, 0);
});

test('a refresh with nothing to spare is answered at once, and asks nobody', async (t) => {
  const { vendor, setup } = await start(t);
  const refs = await trackMany(setup, PER_MONTH + 20);
  await settle();
  for (const ref of refs.slice(0, 3)) await setup.watcher.refresh(await find(setup, ref));
  assert.deepEqual(vendor.looks, []);
});

test('a query of an unknown import with nothing to spare is refused', async (t) => {
  const { vendor, setup } = await start(t);
  await trackMany(setup, PER_MONTH + 20);
  const answer = await setup.watcher.ask(refOf('unknown'));
  assert.equal(answer.kind === 'failed' && answer.error.kind, 'rate-limited');
  assert.deepEqual(vendor.looks, []);
});

test('whoever begins to watch makes an import no more urgent than those that can be lost', async (t) => {
  const { vendor, setup } = await start(t);
  const [first] = await trackMany(setup, 1);
  assert.ok(first);
  await settle();
  assert.equal(vendor.looks.length, 1);
  await trackMany(setup, PER_MONTH + 20);
  setup.watcher.watch([importId(first)]);
  await setup.clock.pass(DAY_MS);
  assert.equal(vendor.looks.length, 1);
});
