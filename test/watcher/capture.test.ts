import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import type { RowsAnswer } from '../../src/providers/provider.ts';
import { atEnd } from '../support/at-end.ts';
import { finishedJob, job, REF, refOf, rowError, START } from '../support/builders.ts';
import { listAllRows } from '../support/captures.ts';
import { createFolder } from '../support/ledgers.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  isSettled,
  pagesOf,
  waitFor,
} from './row-setup.ts';
import { createClock, createVendor, seen, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';
const COMPLETE = { availability: 'COMPLETE', totalCount: 2_500, limit: null } as const;

test('a finish shows at once, and its rows once the last page of them is there', async (t) => {
  const clock = createClock();
  const last = Promise.withResolvers<RowsAnswer>();
  const pages = pagesOf(failedRows(2_500));
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(2_500),
    readRows: (target) => (target.next === '2000' ? last.promise : pages(target)),
  });
  const { watcher, ledger, complaints } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, () => vendor.requests.length === 4);

  const shown = await waitFor(ledger, ({ revision }) => revision === 1);
  assert.equal(shown.state.job.phase, 'FINISHED');
  assert.equal(shown.state.rowErrors.availability, 'PENDING');
  assert.equal(shown.freshness.state, 'LIVE');
  assert.deepEqual(await listAllRows(ledger, ID), []);
  assert.deepEqual(await ledger.listRowErrorGroups(ID), []);
  last.resolve(pages({ ...REF, next: '2000', knownTotal: null }));
  const settled = await waitFor(ledger, isSettled);

  assert.equal(settled.revision, 2);
  assert.deepEqual(settled.state, { ...shown.state, rowErrors: COMPLETE });
  assert.deepEqual(settled.freshness, {
    state: 'SETTLED',
    observedAt: START,
    nextLookAt: null,
    error: null,
  });
  await assertRows(ledger, 2_500);
  assert.deepEqual(vendor.requests, [
    'load-1',
    'load-1 from the beginning',
    'load-1 from 1000',
    'load-1 from 2000',
  ]);
  await clock.pass(86_400_000);
  assert.equal(vendor.requests.length, 4);
  assert.equal(clock.waiting, 0);
  assert.deepEqual(complaints, []);
});

for (const [what, expiresAt] of [
  ['in its own time', null],
  ['today', START + 7_200_000],
] as const) {
  test(`a job that runs is looked at while long lists of jobs that expire ${what} are read`, async (t) => {
    const clock = createClock();
    const pages = pagesOf(failedRows(350), 10);
    const vendor = createVendor(clock, {
      concurrency: 1,
      answer: ({ externalId }) =>
        externalId === 'running'
          ? seen({ job: job({ startedAt: clock.now() }) })
          : finishElsewhere(350, { job: finishedJob({ expiresAt }) }),
      readRows: (target) => {
        clock.advance(300);
        return pages(target);
      },
    });
    const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
    for (const id of ['load-1', 'load-2', 'running']) {
      await watcher.track({ ref: refOf(id), now: clock.now() });
    }
    for (const id of ['load-1', 'load-2']) {
      await waitFor(ledger, isSettled, refOf(id));
      await assertRows(ledger, 350, refOf(id));
    }
    const pagesBetween = vendor.requests
      .join()
      .split(/,?running,?/)
      .map((between) => between.split(',').filter((request) => request.includes('from')).length);
    assert.equal(
      pagesBetween.reduce((sum, count) => sum + count, 0),
      70,
    );
    assert.ok(Math.max(...pagesBetween) <= 30, String(pagesBetween));
    assert.equal(new Set(vendor.requests.filter((request) => request !== 'running')).size, 72);
  });
}

test('of imports that end at once, the rows of the one that is forgotten first are read first', async (t) => {
  const clock = createClock();
  const expiries = new Map([
    ['never', null],
    ['late', START + 7_200_000],
    ['soon', START + 3_600_000],
  ]);
  const expiring = (id: string) => ({ expiresAt: expiries.get(id) ?? null });
  const vendor = createVendor(clock, {
    concurrency: 1,
    answer: ({ externalId }) => seen({ job: job(expiring(externalId)) }),
    readRows: pagesOf(failedRows(25), 1),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  for (const id of expiries.keys()) {
    await watcher.track({ ref: refOf(id), now: clock.now() });
    await waitFor(ledger, ({ revision }) => revision === 1, refOf(id));
  }
  vendor.answer(({ externalId }) =>
    finishElsewhere(25, { job: finishedJob(expiring(externalId)) }),
  );
  clock.advance(60_000);
  for (const id of expiries.keys()) await waitFor(ledger, isSettled, refOf(id));
  const order = vendor.requests.filter((request) => request.endsWith(' from 24'));
  assert.deepEqual(order, ['soon from 24', 'late from 24', 'never from 24']);
});

test('rows beyond the limit are not asked for, and counted all the same', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    maxRows: 1_500,
    answer: () => finishElsewhere(null),
    readRows: pagesOf(failedRows(5_000)),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { availability: 'TRUNCATED', totalCount: 5_000, limit: 1_500 });
  await assertRows(ledger, 1_500);
  assert.equal(vendor.requests.length, 3);
});

test('as many rows as the limit are all of them', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    maxRows: 2_500,
    answer: () => finishElsewhere(2_500),
    readRows: pagesOf(failedRows(2_500)),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  assert.deepEqual((await waitFor(ledger, isSettled)).state.rowErrors, COMPLETE);
});

test('a list without a row is read once', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(null),
    readRows: pagesOf([]),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  const { state } = await waitFor(ledger, isSettled);
  assert.deepEqual(state.rowErrors, { ...COMPLETE, totalCount: 0 });
  assert.equal(vendor.requests.length, 2);
  assert.equal((await ledger.findHeldRows([ID])).size, 0);
});

test('an import that somebody asked for has its rows read, too', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(2_500),
    readRows: pagesOf(failedRows(2_500)),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  const answer = await watcher.ask(REF);
  assert.equal(answer.kind, 'found');
  assert.equal(answer.import.state.job.phase, 'FINISHED');
  assert.equal((await waitFor(ledger, isSettled)).revision, 2);
  await assertRows(ledger, 2_500);
});

test('what is read page by page passes the guard as well', async (t) => {
  const clock = createClock();
  const vendor = createVendor(clock, {
    rowValues: { kind: 'drop' },
    answer: () => finishElsewhere(1),
    readRows: pagesOf([rowError({ message: '"Anna" is taken', values: { name: 'Anna' } })]),
  });
  const { watcher, ledger } = await startWatcher(t, [vendor], { clock });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, isSettled);
  const [kept] = await listAllRows(ledger, ID);
  assert.equal(kept?.failure?.message, '… is taken');
  assert.equal(kept.failure.valuesForm, 'DROPPED');
  assert.equal(kept.failure.values, null);
});

test('a watcher that is stopped while it reads goes on with the next page in its next life', async (t) => {
  const clock = createClock();
  const path = join(await createFolder(t), 'imports.db');
  const pages = pagesOf(failedRows(13_500));
  const vendor = createVendor(clock, {
    answer: () => finishElsewhere(13_500),
    readRows: (target) =>
      target.next === '12000' ? new Promise<RowsAnswer>(() => undefined) : pages(target),
  });
  const first = openSqliteLedger(path);
  atEnd(t, () => first.close());
  const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger: first });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(first, () => vendor.requests.length === 14);
  const stopped = watcher.stop(0);
  clock.advance(0);
  await stopped;
  assert.deepEqual(complaints, []);

  vendor.answerRows(pages);
  const second = openSqliteLedger(path);
  atEnd(t, () => second.close());
  await startWatcher(t, [vendor], { clock, ledger: second });
  const { state } = await waitFor(second, isSettled);

  assert.deepEqual(state.rowErrors, { ...COMPLETE, totalCount: 13_500 });
  await assertRows(second, 13_500);
  assert.deepEqual(vendor.requests.slice(13), [
    'load-1 from 12000',
    'load-1 from 12000',
    'load-1 from 13000',
  ]);
  await settle();
  assert.equal(await second.deleteHiddenRows(10_000), 0);
});
