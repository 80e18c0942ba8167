import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { ASKED_FOR_MS, MECHANISMS } from '../support/fault-mechanisms.ts';
import { startTrial, STEP_MS } from '../support/fault-trial.ts';
import type { Trial } from '../support/fault-trial.ts';
import { SUMMARY } from '../support/fault-vendors.ts';
import { BODY_FAULTS, consequenceOf, NETWORK_FAULTS, STATUS_FAULTS } from '../support/faults.ts';
import type { FaultName } from '../support/faults.ts';
import { until } from '../support/world.ts';

/** Runs at the first look, has ended at the second. */
const SHORT_LOAD = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: STEP_MS / 2 };
const HOLD_FOR_MS = 60_000;

/** A 404 is an answer: there is no summary. */
const FAULTS = [...NETWORK_FAULTS, ...STATUS_FAULTS, ...BODY_FAULTS].filter(
  (fault) => fault !== 'answers 404',
);

for (const fault of FAULTS) {
  test(`a finish whose summary ${fault} is held back, and published once and whole`, async (t) => {
    const trial = await endWithout(t, fault);
    const { setup, sick, find, step, stepAndLook } = trial;
    const now = setup.clock.now();
    const { state, freshness, revision } = await find();
    assert.deepEqual([state.job.phase, revision], ['RUNNING', 1]);
    assert.deepEqual([freshness.state, freshness.error], ['LIVE', null]);
    const { next } = consequenceOf(fault, SUMMARY.name);
    const waitMs = next === 'as asked' ? ASKED_FOR_MS : STEP_MS;
    assert.equal(freshness.nextLookAt, now + waitMs);

    const requests = sick.requests.length;
    for (let waited = STEP_MS; waited < waitMs; waited += STEP_MS) await step();
    assert.equal(sick.requests.length, requests);
    await sick.fail(null);
    await stepAndLook();
    await until(async () => (await find()).freshness.state === 'SETTLED');
    assert.deepEqual(await listPhases(trial), ['RUNNING', 'FINISHED']);
    const whole = (await find()).state;
    assert.deepEqual([whole.job.outcome, whole.job.effect], ['SUCCEEDED', 'ALL']);
    assert.equal(whole.counters.failed, 0);
    assert.deepEqual(setup.complaints, []);
  });
}

test('a finish whose summary cannot be had for long is published without, and completed later', async (t) => {
  const trial = await endWithout(t, 'answers 500');
  const { sick, find, stepAndLook, setup } = trial;
  const heldUntil = setup.clock.now() + HOLD_FOR_MS;
  while (setup.clock.now() < heldUntil) {
    assert.equal((await find()).state.job.phase, 'RUNNING');
    await stepAndLook();
  }
  const { state, freshness } = await find();
  assert.deepEqual([state.job.phase, state.job.outcome], ['FINISHED', 'SUCCEEDED']);
  assert.equal(state.counters.added, null);
  assert.match(state.job.explanation ?? '', /its summary could not be had/);
  assert.equal(freshness.state, 'LIVE');

  await sick.fail(null);
  await stepAndLook();
  await until(async () => (await find()).freshness.state === 'SETTLED');
  assert.notEqual((await find()).state.counters.added, null);
});

test('a finish of which the vendor says that it has no summary is published at once', async (t) => {
  const { find } = await endWithout(t, 'answers 404');
  const { job, counters } = (await find()).state;
  assert.deepEqual([job.phase, job.outcome, counters.added], ['FINISHED', 'SUCCEEDED', null]);
  assert.match(job.explanation ?? '', /the vendor has no summary of it/);
});

/** A job that was seen running has ended, and its summary is struck by a fault. */
async function endWithout(t: TestContext, fault: FaultName): Promise<Trial> {
  const trial = await startTrial(t, SUMMARY, { load: SHORT_LOAD });
  await trial.sick.fail(MECHANISMS[fault]);
  await trial.stepAndLook();
  return trial;
}

async function listPhases({ setup, ref }: Trial): Promise<readonly string[]> {
  const page = await setup.ledger.listRevisions({ importId: importId(ref), first: 10, after: 0 });
  return page.revisions.map(({ state }) => state.job.phase);
}
