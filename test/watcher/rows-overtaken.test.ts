import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { job, observation, REF } from '../support/builders.ts';
import { deleteHidden, listAllRows } from '../support/captures.ts';
import { openLedger } from '../support/ledgers.ts';
import { assertRows, failedRows, finishHere, isSettled, waitFor } from './row-setup.ts';
import { createClock, createVendor, seen, settle, startWatcher } from './setup.ts';

const ID = 'catalog:load-1';
/** Fewer than a batch: all of them are written at the very end. */
const ROWS = failedRows(37);
const FINISH = finishHere(37);
const RUNNING = observation({ job: job({ startedAt: createClock().now() }) });

interface Overtaking {
  readonly ledger: Ledger;
  /** Done once, when rows were added for the first time, before whoever added them goes on. */
  readonly afterRows: (step: () => Promise<void>) => void;
  /** How many recordings were kept. */
  readonly kept: () => number;
}

function createLedger(t: TestContext): Overtaking {
  const ledger = openLedger(t);
  let step: (() => Promise<void>) | null = null;
  let kept = 0;
  return {
    ledger: {
      ...ledger,
      addRows: async (addition) => {
        const added = await ledger.addRows(addition);
        const then = step;
        step = null;
        await then?.();
        return added;
      },
      record: async (recording) => {
        const recorded = await ledger.record(recording);
        if (recorded !== null) kept += 1;
        return recorded;
      },
    },
    afterRows: (next) => {
      step = next;
    },
    kept: () => kept,
  };
}

test('a response that a look overtakes which saw nothing new is taken with all its rows', async (t) => {
  const clock = createClock();
  const { ledger, afterRows, kept } = createLedger(t);
  const vendor = createVendor(clock, {
    answer: () => ({ kind: 'observed', observation: RUNNING }),
    readResponse: async (_, { rows }) => {
      await rows.write(ROWS);
      return FINISH;
    },
  });
  const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, ({ revision }) => revision === 1);
  const looked = Promise.withResolvers<undefined>();
  vendor.answer(async () => {
    await looked.promise;
    return { kind: 'observed', observation: RUNNING };
  });
  await clock.pass(10_000);
  assert.equal(vendor.looks.length, 2, 'no look is under way');
  assert.equal(kept(), 1);
  afterRows(async () => {
    looked.resolve(undefined);
    await waitFor(ledger, () => kept() === 2);
  });

  const result = await watcher.recordResponse({ ref: REF, response: {} });

  assert.equal(result.kind, 'recorded');
  assert.equal(kept(), 3);
  assert.equal(result.import.freshness.state, 'SETTLED');
  assert.deepEqual(result.import.state.rowErrors, FINISH.rowErrors);
  await assertRows(ledger, 37);
  assert.equal(await deleteHidden(ledger), 37, 'the first try left its rows');
  await assertRows(ledger, 37);
  assert.deepEqual(complaints, []);
});

test('a look that a response overtakes which tells nothing new has its rows read again', async (t) => {
  const clock = createClock();
  const { ledger, afterRows, kept } = createLedger(t);
  const vendor = createVendor(clock, {
    answer: () => ({ kind: 'observed', observation: RUNNING }),
    readResponse: async () => RUNNING,
  });
  const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, ({ revision }) => revision === 1);
  vendor.answer(async ({ rows }) => {
    await rows.write(ROWS);
    return { kind: 'observed', observation: FINISH };
  });
  const responses: string[] = [];
  afterRows(async () => {
    responses.push((await watcher.recordResponse({ ref: REF, response: {} })).kind);
  });
  await clock.pass(4_000);
  await waitFor(ledger, () => responses.length === 1);
  await settle(20);

  assert.deepEqual(responses, ['recorded']);
  assert.equal(kept(), 2);
  const known = await waitFor(ledger, () => true);
  assert.equal(known.state.job.phase, 'RUNNING');
  assert.equal(known.freshness.state, 'LIVE');
  assert.deepEqual(await listAllRows(ledger, ID), []);
  await clock.pass(10_000);
  await waitFor(ledger, isSettled);
  assert.equal(vendor.looks.length, 3);
  await assertRows(ledger, 37);
  assert.equal(await deleteHidden(ledger), 37);
  assert.deepEqual(complaints, []);
});

test('a held finish that is overtaken is never published without its rows', async (t) => {
  const clock = createClock();
  const { ledger, afterRows } = createLedger(t);
  const vendor = createVendor(clock, {
    answer: () => seen(RUNNING),
    readResponse: async () => RUNNING,
  });
  const { watcher, complaints } = await startWatcher(t, [vendor], { clock, ledger });
  await watcher.track({ ref: REF, now: clock.now() });
  await waitFor(ledger, ({ revision }) => revision === 1);
  vendor.answer(async ({ rows }) => {
    await rows.write(ROWS);
    return { kind: 'observed', observation: { ...FINISH, lacking: 'the summary' } };
  });
  let isOvertaken = false;
  afterRows(async () => {
    await watcher.recordResponse({ ref: REF, response: {} });
    isOvertaken = true;
  });
  await clock.pass(4_000);
  await waitFor(ledger, () => isOvertaken);
  for (let step = 0; step < 80; step += 1) {
    await clock.pass(1_000);
    await settle();
  }
  const { state } = await waitFor(ledger, ({ revision }) => revision === 2);
  assert.equal(state.job.phase, 'FINISHED');
  await assertRows(ledger, 37);
  await deleteHidden(ledger);
  await assertRows(ledger, 37);
  assert.deepEqual(complaints, []);
});
