import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../../src/providers/provider.ts';
import { finish, job, recording, REF, refOf } from '../support/builders.ts';
import { CADENCE, createClock, createVendor, failed, seen, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';

test('a thousand who ask for an unseen import at once cost one look and get one answer', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });

  const answers = await Promise.all(Array.from({ length: 1_000 }, () => watcher.ask(REF)));

  assert.deepEqual(vendor.looks, [['load-1']]);
  const known = (await ledger.findImports([ID])).get(ID);
  assert.equal(known?.revision, 1);
  for (const answer of answers) assert.deepEqual(answer, { kind: 'found', import: known });
});

test('an import that was asked for is watched to its end', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.ask(REF);
  vendor.answer(() => ({ kind: 'observed', observation: finish() }));
  await clock.pass(3_000);
  const known = (await ledger.findImports([ID])).get(ID);
  assert.equal(known?.freshness.state, 'SETTLED');
  await clock.pass(3_600_000);
  assert.equal(vendor.looks.length, 2);
});

test('a miss leaves nothing behind, and the vendor is not asked again for ten seconds', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => failed('not-found') });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });

  const answers = await Promise.all([watcher.ask(REF), watcher.ask(REF)]);
  assert.deepEqual(answers, [{ kind: 'not-found' }, { kind: 'not-found' }]);
  clock.advance(9_999);
  assert.deepEqual(await watcher.ask(REF), { kind: 'not-found' });
  assert.equal(vendor.looks.length, 1);
  assert.equal((await ledger.findImports([ID])).size, 0);

  clock.advance(1);
  vendor.answer(() => seen());
  assert.equal((await watcher.ask(REF)).kind, 'found');
});

test('whoever tracks an import that was just missed has it looked at', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => failed('not-found') });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.ask(REF);
  vendor.answer(() => seen());
  await watcher.track({ ref: REF, now: clock.now() });
  await settle();
  assert.equal((await ledger.findImports([ID])).get(ID)?.freshness.state, 'LIVE');
});

test('a vendor that fails is an answer, not an error', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => failed('timeout') });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  assert.deepEqual(await watcher.ask(REF), {
    kind: 'failed',
    error: { kind: 'timeout', message: 'the vendor is timeout' },
  });
});

test('an import of a provider that is not configured is not found', async (t) => {
  const clock = createClock();
  const { watcher } = await startWatcher(t, [createVendor(clock)], { clock });
  assert.deepEqual(await watcher.ask(refOf('x', 'unheard-of')), { kind: 'not-found' });
});

test('a provider that is left alone is not asked, and says at once why', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => failed('rate-limited', 30_000) });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  await watcher.ask(REF);
  const answer = await watcher.ask(refOf('another'));
  assert.equal(answer.kind, 'failed');
  assert.equal(vendor.looks.length, 1);
});

test('imports that are asked for together are looked at together', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { largestBatch: 20 });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  await settle();
  const names = Array.from({ length: 40 }, (_, index) => `load-${index}`);
  const answers = await Promise.all(names.map((name) => watcher.ask(refOf(name))));
  assert.ok(answers.every(({ kind }) => kind === 'found'));
  assert.ok(vendor.looks.length <= 3);
});

for (const first of ['asked for', 'tracked'] as const) {
  test(`an import that is ${first} and a moment later also the other way is looked at once`, async (t) => {
    const clock = createClock();
    const waiting = Promise.withResolvers<Look>();
    const vendor = createVendor(clock, { answer: () => waiting.promise });
    const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
    await settle();

    const ways = [
      () => watcher.ask(REF),
      () => watcher.track({ ref: REF, labels: { run: '7' }, now: clock.now() }),
    ];
    if (first === 'tracked') ways.reverse();
    const both = Promise.all(ways.map((go) => go()));
    await settle();
    assert.deepEqual(vendor.looks, [['load-1']]);
    waiting.resolve(seen());
    await both;
    await settle();

    assert.deepEqual(vendor.looks, [['load-1']]);
    const known = (await ledger.findImports([ID])).get(ID);
    assert.equal(known?.revision, 1);
    assert.deepEqual(known.labels, { run: '7' });
  });
}

test('whoever asks for what somebody else records meanwhile gets that', async (t) => {
  const clock = createClock();
  const waiting = Promise.withResolvers<Look>();
  const vendor = createVendor(clock, { answer: () => waiting.promise });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  const asked = watcher.ask(REF);
  await settle();
  const recorded = await ledger.record(recording());
  waiting.resolve(seen({ job: job({ progressPercent: 1 }) }));
  assert.deepEqual(await asked, { kind: 'found', import: recorded });
});

test('a thousand refreshes at once are one look', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => seen({ job: job({ startedAt: clock.now() - 3_600_000 }) }),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.ask(REF);
  clock.advance(CADENCE.minIntervalMs);
  const known = (await ledger.findImports([ID])).get(ID);
  assert.ok(known);

  await Promise.all(Array.from({ length: 1_000 }, () => watcher.refresh(known)));

  assert.equal(vendor.looks.length, 2);
  const observedAt = (await ledger.findImports([ID])).get(ID)?.freshness.observedAt;
  assert.equal(observedAt, clock.now());
});

test('a refresh does nothing for what was just looked at, is settled or is unwanted', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  const answer = await watcher.ask(REF);
  assert.equal(answer.kind, 'found');
  await watcher.refresh(answer.import);
  await ledger.untrack(ID);
  clock.advance(10_000);
  await watcher.refresh(answer.import);
  await watcher.track({ ref: REF, now: clock.now() });
  vendor.answer(() => ({ kind: 'observed', observation: finish() }));
  await settle();
  assert.equal(vendor.looks.length, 2);
  clock.advance(10_000);
  await watcher.refresh(answer.import);
  assert.equal(vendor.looks.length, 2);
});

test('asking after the end is answered and costs nothing', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock);
  const { watcher } = await startWatcher(t, [vendor], { clock });
  await watcher.stop(0);
  const answer = await watcher.ask(REF);
  assert.equal(answer.kind, 'failed');
  assert.deepEqual(vendor.looks, []);
});

test('whoever waits for an answer when the watcher stops is told so', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: () => new Promise<Look>(() => undefined) });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  const asked = watcher.ask(REF);
  await settle();
  const stopped = watcher.stop(1_000);
  clock.advance(1_000);
  await stopped;
  assert.equal((await asked).kind, 'failed');
});

test('imports that are asked for do not keep those that are due from being looked at', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    concurrency: 1,
    answer: ({ externalId }) => (externalId === 'load-1' ? seen() : failed('not-found')),
  });
  const { watcher } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const asked = Array.from({ length: 100 }, (_, index) => watcher.ask(refOf(`unseen-${index}`)));
  await Promise.all(asked);
  assert.ok(vendor.looks.slice(0, 3).some(([id]) => id === 'load-1'));
});

test('half of a monthly budget is kept for imports that are tracked', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    budget: { perSecond: null, perMonth: 20 },
    answer: ({ externalId }) => (externalId === 'load-1' ? seen() : failed('not-found')),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  for (let index = 0; index < 30; index += 1) await watcher.ask(refOf(`unseen-${index}`));
  assert.equal(vendor.looks.length, 10);
  const refused = await watcher.ask(refOf('unseen-30'));
  assert.equal(refused.kind === 'failed' && refused.error.kind, 'rate-limited');
  await watcher.track({ ref: REF, now: clock.now() });
  await settle();
  assert.equal((await ledger.findImports([ID])).get(ID)?.freshness.state, 'LIVE');
});
