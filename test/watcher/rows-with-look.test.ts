import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Look, LookTarget } from '../../src/providers/provider.ts';
import { finishedJob, REF, row, rowError } from '../support/builders.ts';
import { listAllRows } from '../support/captures.ts';
import { assertRows, failedRows, finishHere, isSettled, waitFor } from './row-setup.ts';
import { createClock, createVendor, failed, seen, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';
const ROWS = failedRows(2_500);

/** Answers with a finish, and with these rows on the way. */
function finishing(rows: readonly ImportRow[] = ROWS): (target: LookTarget) => Promise<Look> {
  return async (target) => {
    await target.rows.write(rows);
    return { kind: 'observed', observation: finishHere(rows.length) };
  };
}

/** How many rows are left that nobody can see; then there are none. */
async function deleteHidden(ledger: Ledger): Promise<number> {
  let deleted = 0;
  for (let step = 1; step > 0; deleted += step) step = await ledger.deleteHiddenRows(10_000);
  return deleted;
}

test('rows that come along with a look show at once, with the finish', async (t) => {
  const clock = createClock();
  const rest = Promise.withResolvers<undefined>();
  const vendor = createVendor(clock, {
    answer: async (target) => {
      await target.rows.write(ROWS.slice(0, 700));
      await target.rows.write(ROWS.slice(700, 2_100));
      await rest.promise;
      await target.rows.write(ROWS.slice(2_100));
      await target.rows.write([]);
      return { kind: 'observed', observation: finishHere(2_500) };
    },
  });
  const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await settle(ALL_ROWS);
  assert.equal((await waitFor(ledger, () => true)).revision, 0);
  assert.deepEqual(await listAllRows(ledger, ID), []);
  assert.equal((await ledger.findHeldRows([ID])).size, 0);
  rest.resolve(undefined);

  const settled = await waitFor(ledger, isSettled);

  assert.equal(settled.revision, 1);
  assert.deepEqual(settled.state.rowErrors, finishHere(2_500).rowErrors);
  await assertRows(ledger, 2_500);
  assert.deepEqual(vendor.requests, ['load-1']);
  assert.equal(await deleteHidden(ledger), 0);
  assert.deepEqual(complaints, []);
});

/** Turns in which all rows are written. */
const ALL_ROWS = 300;

const failures: readonly (readonly [string, (target: LookTarget) => Promise<Look>])[] = [
  [
    'fails',
    async ({ rows }) => {
      await rows.write(ROWS);
      return failed('unavailable');
    },
  ],
  [
    'breaks off',
    async ({ rows }) => {
      await rows.write(ROWS);
      throw new ProviderError('unexpected-response', 'the answer was cut off');
    },
  ],
  [
    'has a bug',
    async ({ rows }) => {
      await rows.write(ROWS);
      throw new TypeError('a bug');
    },
  ],
  [
    'shows a job that goes on',
    async ({ rows }) => {
      await rows.write(ROWS);
      return seen();
    },
  ],
];
for (const [what, answer] of failures) {
  test(`a look that ${what} after some rows leaves none of them`, async (t) => {
    const clock = createClock();
    const vendor = createVendor(clock, { answer });
    const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
    await watcher.track({ ref: REF, now: clock.now() });
    await settle(ALL_ROWS);
    assert.deepEqual(await listAllRows(ledger, ID), []);
    assert.equal((await ledger.findHeldRows([ID])).size, 0);
    // Whole batches had been written, and are given up.
    assert.equal(await deleteHidden(ledger), 2_500);

    vendor.answer(finishing());
    await clock.pass(vendor.provider.leaseMs);
    await waitFor(ledger, isSettled);
    await assertRows(ledger, 2_500);
  });
}

test('the same finish twice is one revision, and its rows are there once', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: finishing() });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const first = await waitFor(ledger, isSettled);
  // Another flag is worth one more look.
  await watcher.track({ ref: REF, continueOnError: true, now: clock.now() });
  await waitFor(ledger, () => vendor.looks.length === 2);
  const again = await waitFor(ledger, isSettled);

  assert.equal(again.revision, 1);
  assert.equal(again.position, first.position);
  await assertRows(ledger, 2_500);
  assert.equal(await deleteHidden(ledger), 2_500);
  await assertRows(ledger, 2_500);
});

test('another finish takes the place of the rows before it', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, { answer: finishing() });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isSettled);
  vendor.answer(finishing(ROWS.slice(0, 1_200)));
  await watcher.track({ ref: REF, continueOnError: true, now: clock.now() });
  await waitFor(ledger, ({ revision }) => revision === 2);
  await assertRows(ledger, 1_200);
  assert.equal(await deleteHidden(ledger), 2_500);
});

test('rows of a finish that is held back show when it is published', async (t) => {
  const clock = createClock();
  let lacking: string | null = 'the summary';
  const vendor = createVendor(clock, {
    answer: async (target) => {
      await target.rows.write(ROWS);
      return { kind: 'observed', observation: finishHere(2_500, { lacking }) };
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  for (let step = 0; step < 59; step += 1) {
    await clock.pass(1_000);
    await settle(ALL_ROWS);
  }
  assert.equal((await waitFor(ledger, () => true)).revision, 0);
  assert.deepEqual(await listAllRows(ledger, ID), []);
  await clock.pass(2_000);
  await waitFor(ledger, ({ revision }) => revision === 1);
  await assertRows(ledger, 2_500);

  lacking = null;
  await clock.pass(600_000);
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 2_500);
  await deleteHidden(ledger);
  await assertRows(ledger, 2_500);
});

test('an import that was only asked for is kept with its rows, and not without a look', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: async (target) => {
      await target.rows.write(ROWS);
      return failed('not-found');
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  assert.deepEqual(await watcher.ask(REF), { kind: 'not-found' });
  assert.equal((await ledger.findImports([ID])).size, 0);
  assert.equal(await deleteHidden(ledger), 2_500);

  clock.advance(10_000);
  vendor.answer(finishing());
  const answer = await watcher.ask(REF);
  assert.equal(answer.kind, 'found');
  assert.equal(answer.import.freshness.state, 'SETTLED');
  await assertRows(ledger, 2_500);
});

test('more rows than the limit are counted and told, and the counters stand', async (t) => {
  const clock = createClock();
  const rows = ROWS.flatMap((failure, number) => [row({ number: 10_000 + number }), failure]);
  const vendor = createVendor(clock, {
    maxRows: 1_100,
    answer: async (target) => {
      await target.rows.write(rows);
      return { kind: 'observed', observation: finishHere(2_500) };
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'TRUNCATED', totalCount: 2_500, limit: 1_100 });
  assert.deepEqual(state.counters, finishHere(2_500).counters);
  const held = (await ledger.findHeldRows([ID])).get(ID);
  assert.equal(held?.seen.CREATED, 2_500);
  assert.equal(held.kept.CREATED, 1_100);
  assert.equal(held.kept.FAILED, 1_100);
});

test('rows that come along pass the guard, and so does what the look says', async (t) => {
  const clock = createClock();
  const error = { code: null, message: 'row "Anna" failed', detail: null };
  const vendor = createVendor(clock, {
    rowValues: { kind: 'hash', key: 'the key of this environment' },
    answer: async (target) => {
      await target.rows.write([rowError({ message: 'Anna is taken', values: { name: 'Anna' } })]);
      return { kind: 'observed', observation: finishHere(1, { job: finishedJob({ error }) }) };
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state } = await waitFor(ledger, isSettled);
  const [kept] = await listAllRows(ledger, ID);
  const hash = String(kept?.failure?.values?.['name']);
  assert.match(hash, /^#[\w-]{16}$/);
  assert.equal(kept?.failure?.message, `${hash} is taken`);
  assert.equal(state.job.error?.message, `row ${hash} failed`);
});

test('a watcher that is stopped while rows come in leaves none of them', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: async (target) => {
      await target.rows.write(ROWS);
      return new Promise<Look>(() => undefined);
    },
  });
  const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await settle(ALL_ROWS);
  const stopped = watcher.stop(5_000);
  clock.advance(5_000);
  await stopped;
  assert.equal((await waitFor(ledger, () => true)).revision, 0);
  assert.equal(await deleteHidden(ledger), 2_500);
  assert.deepEqual(await listAllRows(ledger, ID), []);
  assert.deepEqual(complaints, []);
  assert.equal(clock.waiting, 0);
});

test('rows that are still coming in when the watcher stops may finish', async (t) => {
  const clock = createClock();
  const rest = Promise.withResolvers<undefined>();
  const vendor = createVendor(clock, {
    answer: async (target) => {
      await target.rows.write(ROWS.slice(0, 1_500));
      await rest.promise;
      await target.rows.write(ROWS.slice(1_500));
      return { kind: 'observed', observation: finishHere(2_500) };
    },
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await settle(ALL_ROWS);
  const stopped = watcher.stop(5_000);
  rest.resolve(undefined);
  await stopped;
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 2_500);
});
