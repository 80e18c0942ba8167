import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { ResponseResult } from '../../src/watcher/record-response.ts';
import type { LookTarget } from '../../src/providers/provider.ts';
import { REF, row } from '../support/builders.ts';
import { listAllRows } from '../support/captures.ts';
import { assertRows, failedRows, finishHere, isSettled, waitFor } from './row-setup.ts';
import { createClock, createVendor, seen, settle, startWatcher } from './setup.ts';
import type { Setup, Vendor, VendorOptions } from './setup.ts';

const ID = 'catalog:load-1';
const ROWS = failedRows(2_500);

interface Recorder extends Setup {
  readonly vendor: Vendor;
  /** Hands in a response that shows a finish with these rows. */
  record(rows: readonly ImportRow[], labels?: Record<string, string>): Promise<ResponseResult>;
}

/** A watcher of a vendor whose responses are lists of rows. */
async function startRecorder(t: TestContext, options: VendorOptions = {}): Promise<Recorder> {
  const clock = createClock();
  const rowsOf = new Map<unknown, readonly ImportRow[]>();
  const vendor = createVendor(clock, {
    readResponse: async (response, target) => {
      const rows = rowsOf.get(response) ?? [];
      await target.rows.write(rows);
      return finishHere(rows.filter(({ outcome }) => outcome === 'FAILED').length);
    },
    ...options,
  });
  const setup = await startWatcher(t, [vendor], { clock });
  return {
    ...setup,
    vendor,
    record: (rows, labels) => {
      const response = {};
      rowsOf.set(response, rows);
      return setup.watcher.recordResponse({ ref: REF, response, ...(labels && { labels }) });
    },
  };
}

async function deleteHidden({ ledger }: Setup): Promise<number> {
  let deleted = 0;
  for (let step = 1; step > 0; deleted += step) step = await ledger.deleteHiddenRows(10_000);
  return deleted;
}

test('a response that is handed in is an import with its rows, and nobody is asked', async (t) => {
  const setup = await startRecorder(t);
  const result = await setup.record(ROWS, { run: '7' });
  assert.equal(result.kind, 'recorded');
  assert.equal(result.import.freshness.state, 'SETTLED');
  assert.equal(result.import.revision, 1);
  assert.deepEqual(result.import.labels, { run: '7' });
  await assertRows(setup.ledger, 2_500);
  assert.equal(await deleteHidden(setup), 0);
  await setup.clock.pass(86_400_000);
  assert.deepEqual(setup.vendor.requests, []);
});

test('the same response again changes nothing but the labels, and keeps no row twice', async (t) => {
  const setup = await startRecorder(t);
  const first = await setup.record(ROWS);
  assert.deepEqual(await setup.record(ROWS), first);
  const labeled = await setup.record(ROWS, { run: '8' });
  assert.equal(labeled.kind, 'recorded');
  assert.equal(labeled.import.revision, 2);
  assert.deepEqual(labeled.import.labels, { run: '8' });
  assert.deepEqual(await setup.record(ROWS, { run: '8' }), labeled);
  await assertRows(setup.ledger, 2_500);
  assert.equal(await deleteHidden(setup), 7_500);
  await assertRows(setup.ledger, 2_500);
});

test('two who hand in the same response at once make one import', async (t) => {
  const setup = await startRecorder(t);
  const [one, other] = await Promise.all([setup.record(ROWS), setup.record(ROWS)]);
  assert.equal(one.kind, 'recorded');
  assert.deepEqual(one, other);
  assert.equal((await waitFor(setup.ledger, isSettled)).revision, 1);
  await assertRows(setup.ledger, 2_500);
});

test('a response that contradicts the end that is known is refused', async (t) => {
  const setup = await startRecorder(t);
  await setup.record(ROWS);
  const other = [...ROWS.slice(0, -1), ...failedRows(2_501).slice(-1)];
  const more = [...ROWS, row({ number: 9 })];
  for (const rows of [other, more, ROWS.slice(0, -1), []]) {
    assert.deepEqual(await setup.record(rows), { kind: 'already-finished' });
  }
  assert.equal((await waitFor(setup.ledger, isSettled)).revision, 1);
  await assertRows(setup.ledger, 2_500);
  await deleteHidden(setup);
  await assertRows(setup.ledger, 2_500);
});

test('a response whose rows were deleted for their age is known by how many they were', async (t) => {
  const setup = await startRecorder(t);
  const { ledger, clock } = setup;
  const first = await setup.record(ROWS);
  const query = { providerId: REF.providerId, until: clock.now(), now: clock.now(), limit: 10 };
  assert.equal(await ledger.hideRows(query), 1);
  for (const isDeleted of [false, true]) {
    if (isDeleted) await deleteHidden(setup);
    assert.deepEqual(await setup.record(ROWS), first);
    assert.deepEqual(await setup.record(ROWS.slice(0, -1)), { kind: 'already-finished' });
    assert.deepEqual(await listAllRows(ledger, ID), []);
    assert.equal((await ledger.findHeldRows([ID])).get(ID)?.isPruned, true);
  }
});

test('a response that turns out to be none leaves none of its rows', async (t) => {
  const setup = await startRecorder(t, {
    readResponse: async (_, target) => {
      await target.rows.write(ROWS);
      throw new ProviderError('unexpected-response', 'results[7]: expected an object');
    },
  });
  assert.deepEqual(await setup.record([]), {
    kind: 'invalid',
    reason: 'results[7]: expected an object',
  });
  assert.equal((await setup.ledger.findImports([ID])).size, 0);
  assert.equal(await deleteHidden(setup), 2_500);
});

test('a response that is handed in while a look writes rows takes its place', async (t) => {
  const rest = Promise.withResolvers<undefined>();
  const setup = await startRecorder(t, {
    answer: async (target) => {
      await target.rows.write(ROWS.slice(0, 1_500));
      await rest.promise;
      await target.rows.write(ROWS.slice(1_500));
      return { kind: 'observed', observation: finishHere(2_500) };
    },
  });
  const { watcher, ledger, clock, vendor } = setup;
  await watcher.track({ ref: REF, now: clock.now() });
  await settle();
  const result = await setup.record(ROWS);
  assert.equal(result.kind, 'recorded');
  await assertRows(ledger, 2_500);
  rest.resolve(undefined);
  await settle();

  const settled = await waitFor(ledger, isSettled);
  assert.equal(settled.revision, 1);
  await assertRows(ledger, 2_500);
  assert.deepEqual(setup.complaints, []);
  assert.equal(await deleteHidden(setup), 1_500);
  await clock.pass(86_400_000);
  assert.equal(vendor.requests.length, 1);
  await assertRows(ledger, 2_500);
});

test('whoever asked for the look that a response overtook gets what the response showed', async (t) => {
  const rest = Promise.withResolvers<undefined>();
  const setup = await startRecorder(t, {
    answer: async (target) => {
      await target.rows.write(ROWS.slice(0, 1_500));
      await rest.promise;
      await target.rows.write(ROWS.slice(1_500));
      return { kind: 'observed', observation: finishHere(2_500) };
    },
  });
  const asked = setup.watcher.ask(REF);
  await settle();
  const result = await setup.record(ROWS);
  assert.equal(result.kind, 'recorded');
  rest.resolve(undefined);
  assert.deepEqual(await asked, { kind: 'found', import: result.import });
  assert.deepEqual(setup.complaints, []);
});

test('a look that ends while a response is written has the response compared with it', async (t) => {
  for (const isSame of [true, false]) {
    const looked = Promise.withResolvers<undefined>();
    const setup = await startRecorder(t, {
      answer: async (target) => {
        await looked.promise;
        await target.rows.write(isSame ? ROWS : ROWS.slice(0, -1));
        return { kind: 'observed', observation: finishHere(isSame ? 2_500 : 2_499) };
      },
      readResponse: async (_, target: LookTarget) => {
        await target.rows.write(ROWS.slice(0, 1_500));
        looked.resolve(undefined);
        await waitFor(setup.ledger, isSettled);
        await target.rows.write(ROWS.slice(1_500));
        return finishHere(2_500);
      },
    });
    await setup.watcher.track({ ref: REF, now: setup.clock.now() });
    const result = await setup.record([]);
    assert.equal(result.kind, isSame ? 'recorded' : 'already-finished');
    await assertRows(setup.ledger, isSame ? 2_500 : 2_499);
    assert.equal((await waitFor(setup.ledger, isSettled)).revision, 1);
    assert.deepEqual(setup.complaints, []);
  }
});

test('a response of a job that goes on has it watched to its end', async (t) => {
  const setup = await startRecorder(t, {
    answer: async (target) => {
      await target.rows.write(ROWS);
      return { kind: 'observed', observation: finishHere(2_500) };
    },
    readResponse: async () => {
      const look = seen();
      return look.kind === 'observed' ? look.observation : assert.fail();
    },
  });
  const result = await setup.record([]);
  assert.equal(result.kind, 'recorded');
  assert.equal(result.import.freshness.state, 'LIVE');
  await setup.clock.pass(10_000);
  await waitFor(setup.ledger, isSettled);
  await assertRows(setup.ledger, 2_500);
});

test('a vendor that has no responses accepts none', async (t) => {
  const clock = createClock();
  const { watcher } = await startWatcher(t, [createVendor(clock)], { clock });
  assert.deepEqual(await watcher.recordResponse({ ref: REF, response: {} }), {
    kind: 'not-accepted',
  });
});
