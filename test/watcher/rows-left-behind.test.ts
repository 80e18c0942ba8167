import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import type { RowsAnswer } from '../../src/providers/provider.ts';
import { atEnd } from '../support/at-end.ts';
import { REF } from '../support/builders.ts';
import { deleteHidden, listAllRows } from '../support/captures.ts';
import { createFolder } from '../support/ledgers.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  finishHere,
  isSettled,
  pagesOf,
  passInSteps,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';

interface Stored {
  readonly ledger: Ledger;
  /** How many captures are in each state, and how many rows there are in all. */
  readonly count: () => {
    readonly captures: Readonly<Record<string, unknown>>;
    readonly rows: unknown;
  };
}

/** A ledger in a file that somebody else counts in. */
async function createStored(t: TestContext): Promise<Stored> {
  const path = join(await createFolder(t), 'imports.db');
  const ledger = openSqliteLedger(path);
  atEnd(t, () => ledger.close());
  const database = new DatabaseSync(path, { readOnly: true });
  atEnd(t, () => database.close());
  const states = database.prepare('select state, count(*) as count from captures group by state');
  const rows = database.prepare('select count(*) as count from import_rows');
  return {
    ledger,
    count: () => ({
      captures: Object.fromEntries(
        states.all().map(({ state, count }) => [String(state), count] as const),
      ),
      rows: rows.get()?.['count'],
    }),
  };
}

test('rows of a capture that nobody wants any more go when they are old enough', async (t) => {
  const clock = createClock();
  const { ledger, count } = await createStored(t);
  const third = Promise.withResolvers<undefined>();
  const pages = pagesOf(failedRows(12_500));
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(12_500),
    readRows: async (target): Promise<RowsAnswer> => {
      if (target.next === '3000') await third.promise;
      return pages(target);
    },
  });
  const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.requests.length === 5);
  await watcher.untrack(REF);
  third.resolve(undefined);
  await waitFor(ledger, () => vendor.requests.length === 11);
  await settle(200);
  assert.deepEqual(count(), { captures: { open: 1 }, rows: 10_000 });

  const hide = (until: number): Promise<number> =>
    ledger.hideRows({ providerId: REF.providerId, until, now: clock.now(), limit: 10 });
  const begun = clock.now();
  await clock.pass(86_400_000);
  assert.equal(await hide(begun - 1), 0);
  assert.equal(await hide(begun), 1);
  assert.equal(await hide(begun), 0);
  await deleteHidden(ledger);
  assert.deepEqual(count(), { captures: {}, rows: 0 });

  const before = vendor.requests.length;
  await watcher.track({ ref: REF, now: clock.now() });
  const { state } = await waitFor(ledger, isSettled);
  assert.equal(state.rowErrors.availability, 'COMPLETE');
  assert.ok(vendor.requests.slice(before).includes('load-1 from the beginning'));
  await assertRows(ledger, 12_500);
  assert.deepEqual(count(), { captures: { sealed: 1 }, rows: 12_500 });
  assert.deepEqual(complaints, []);
});

test('rows of a capture that goes on are not too old, however slow it is', async (t) => {
  const clock = createClock();
  const { ledger, count } = await createStored(t);
  const pages = pagesOf(failedRows(2_500));
  const rest = Promise.withResolvers<undefined>();
  const vendor = createVendor(clock, {
    leaseMs: 864_000_000,
    answer: () => finishElsewhere(2_500),
    readRows: async (target) => {
      if (target.next === '1000') await rest.promise;
      return pages(target);
    },
  });
  const { watcher } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.requests.length === 3);
  await clock.pass(86_400_000);
  const query = { providerId: REF.providerId, until: clock.now(), now: clock.now(), limit: 10 };
  assert.equal(await ledger.hideRows(query), 0);
  assert.deepEqual(count(), { captures: { open: 1 }, rows: 1_000 });
  rest.resolve(undefined);
  await waitFor(ledger, isSettled);
  await assertRows(ledger, 2_500);
});

for (const [what, isLackingToTheEnd] of [
  ['for ever', true],
  ['and is whole in the end', false],
] as const) {
  test(`a finish that lacks something for a day ${what} leaves its rows once`, async (t) => {
    const clock = createClock();
    const { ledger, count } = await createStored(t);
    let lacking: string | null = 'the summary';
    const vendor = createVendor(clock, {
      answer: async ({ rows }) => {
        await rows.write(failedRows(1_200));
        return { kind: 'observed', observation: finishHere(1_200, { lacking }) };
      },
    });
    const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger });
    await watcher.track({ ref: REF, now: clock.now() });
    await passInSteps(clock, 43_200_000, 600_000);
    await assertRows(ledger, 1_200);
    await deleteHidden(ledger);
    assert.deepEqual(count(), { captures: { sealed: 1 }, rows: 1_200 });
    if (!isLackingToTheEnd) lacking = null;
    await passInSteps(clock, 50_400_000, 600_000);
    await waitFor(ledger, isSettled);
    assert.ok(vendor.looks.length > 20);

    await deleteHidden(ledger);
    assert.deepEqual(count(), { captures: { sealed: 1 }, rows: 1_200 });
    await assertRows(ledger, 1_200);
    const query = { providerId: REF.providerId, until: clock.now(), now: clock.now(), limit: 10 };
    assert.equal(await ledger.hideRows(query), 1);
    await deleteHidden(ledger);
    assert.deepEqual(count(), { captures: { pruned: 1 }, rows: 0 });
    assert.deepEqual(await listAllRows(ledger, ID), []);
    assert.deepEqual(complaints, []);
  });
}
