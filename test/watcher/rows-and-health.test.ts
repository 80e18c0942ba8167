import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { RowsAnswer } from '../../src/providers/provider.ts';
import { job, refOf } from '../support/builders.ts';
import {
  assertRows,
  failedRows,
  finishElsewhere,
  isSettled,
  pagesOf,
  passInSteps,
  waitFor,
} from './row-setup.ts';
import {
  createClock,
  createVendor,
  failure,
  seen,
  settle,
  startWatcher,
  trackMany,
} from './setup.ts';
import type { Setup, Vendor } from './setup.ts';

interface Sick extends Setup {
  readonly vendor: Vendor;
  /** When the job that runs was looked at, in seconds from now on. */
  readonly lookedAt: number[];
}

/** A vendor with a job that runs, and with ended ones whose list of rows always fails. */
async function startSick(
  t: TestContext,
  kind: ProviderErrorKind,
  retryAfterMs?: number,
): Promise<Sick> {
  const clock = createClock();
  const begun = clock.now();
  const lookedAt: number[] = [];
  const vendor = createVendor(clock, {
    answer: ({ externalId }) => {
      if (externalId !== 'running') return finishElsewhere(10);
      lookedAt.push((clock.now() - begun) / 1_000);
      return seen({ job: job({ startedAt: begun - 1_200_000 }) });
    },
    readRows: () => {
      throw failure(kind, retryAfterMs);
    },
  });
  const setup = await startWatcher(t, [vendor], { clock, random: () => 0 });
  await setup.watcher.track({ ref: refOf('running'), now: clock.now() });
  await settle(20);
  for (const id of ['load-1', 'load-2', 'load-3', 'load-4']) {
    await setup.watcher.track({ ref: refOf(id), now: clock.now() });
  }
  return { ...setup, vendor, lookedAt };
}

for (const kind of ['unavailable', 'timeout', 'unexpected-response'] as const) {
  test(`lists of rows that are ${kind} for ever leave the looks on schedule`, async (t) => {
    const { watcher, ledger, clock, lookedAt, vendor } = await startSick(t, kind);
    for (let minute = 0; minute < 10; minute += 1) {
      await passInSteps(clock, 60_000, 1_000);
      assert.equal(watcher.isDown('catalog'), false);
      assert.equal(watcher.getHealth('catalog').error, null);
      assert.equal(watcher.getHealth('catalog').failures, 0);
    }
    // A twentieth of its age each time, as if the lists were well.
    const paced = [0];
    for (let at = 0; at <= 600;) {
      at += (1_200 + at) / 20;
      if (at <= 600) paced.push(at);
    }
    assert.deepEqual(
      lookedAt.map((at) => Math.round(at)),
      paced.map((at) => Math.round(at)),
    );
    assert.ok(vendor.requests.filter((request) => request.includes('from')).length > 20);
    const known = await waitFor(ledger, () => true, refOf('load-1'));
    assert.equal(known.freshness.state, 'BACKING_OFF');
    assert.equal(known.freshness.error?.kind, kind);
  });
}

test('a list that says how long to wait has the whole provider left alone', async (t) => {
  const { watcher, clock, vendor, ledger } = await startSick(t, 'rate-limited', 90_000);
  await settle(50);
  assert.equal(watcher.isDown('catalog'), true);
  assert.equal(watcher.getHealth('catalog').error?.kind, 'rate-limited');
  const before = vendor.requests.length;
  await passInSteps(clock, 89_000, 1_000);
  assert.equal(vendor.requests.length, before);
  vendor.answerRows(pagesOf(failedRows(10)));
  await passInSteps(clock, 10_000, 1_000);
  assert.equal(watcher.isDown('catalog'), false);
  for (const id of ['load-1', 'load-2', 'load-3', 'load-4']) {
    await waitFor(ledger, isSettled, refOf(id));
    await assertRows(ledger, 10, refOf(id));
  }
});

test('a list that is refused has the whole provider left alone', async (t) => {
  const { watcher, clock } = await startSick(t, 'unauthorized');
  await passInSteps(clock, 1_000, 1_000);
  assert.equal(watcher.isDown('catalog'), true);
  assert.equal(watcher.getHealth('catalog').error?.kind, 'unauthorized');
});

test('no more lists are read at once than the provider allows requests', async (t) => {
  const clock = createClock();
  const pages = pagesOf(failedRows(25), 10);
  const waiting: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const vendor = createVendor(clock, {
    largestBatch: 20,
    concurrency: 3,
    answer: () => finishElsewhere(25),
    readRows: async (target) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running -= 1;
      const answer: RowsAnswer = pages(target);
      return answer;
    },
  });
  const setup = await startWatcher(t, [vendor], { clock });
  const refs = await trackMany(setup, 30);
  const isDone = async (): Promise<boolean> => {
    const known = await setup.ledger.findImports(refs.map((ref) => `catalog:${ref.externalId}`));
    return [...known.values()].every(isSettled);
  };
  for (let turn = 0; turn < 2_000 && !(await isDone()); turn += 1) {
    await settle(10);
    waiting.shift()?.();
  }
  assert.equal(most, 3);
  assert.equal(vendor.mostAtOnce() <= 3, true);
  for (const ref of refs) {
    await waitFor(setup.ledger, isSettled, ref);
    await assertRows(setup.ledger, 25, ref);
  }
  assert.deepEqual(setup.complaints, []);
});
