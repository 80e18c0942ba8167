import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import { ASKED_FOR_MS, MECHANISMS } from './fault-mechanisms.ts';
import { startTrial, STEP_MS } from './fault-trial.ts';
import type { Trial } from './fault-trial.ts';
import type { FaultVendor } from './fault-vendors.ts';
import { consequenceOf } from './faults.ts';
import type { Consequence, FaultName, NextLook, Shows } from './faults.ts';
import type { Mechanism } from './faulty-vendor.ts';
import { until } from './world.ts';

/** After the first failure, without jitter, at the shortest interval of the tests. */
const WAITS_MS: Readonly<Record<Exclude<NextLook, 'never'>, number>> = {
  soon: STEP_MS,
  far: 8 * STEP_MS,
  'as asked': ASKED_FOR_MS,
};

const SECRETS = /simulated-key|simulated-secret|simulated:simulated|c2ltdWxhdGVkOnNpbXVsYXRlZA/;

/** A cell of the table: a vendor that was well fails in this way, and is well again. */
export async function checkFault(
  t: TestContext,
  fault: FaultName,
  vendor: FaultVendor,
): Promise<void> {
  const trial = await startTrial(t, vendor);
  await suffer(trial, MECHANISMS[fault], consequenceOf(fault, vendor.name));
  await recover(trial);
  assert.deepEqual(trial.setup.complaints, []);
}

/** The next look fails in this way, and comes to this; until the one after it nothing is asked. */
async function suffer(trial: Trial, mechanism: Mechanism, expected: Consequence): Promise<void> {
  const before = await trial.find();
  await trial.sick.fail(mechanism);
  const requests = trial.sick.requests.length;
  await trial.stepAndLook();
  const { length: requestsAfter } = trial.sick.requests;
  // Whoever is not the vendor is told nothing, and shown no credentials.
  if (mechanism.kind === 'elsewhere') checkLedAway(trial, requests);
  await checkConsequence(trial, before, expected);

  const now = trial.setup.clock.now();
  const { nextLookAt } = (await trial.find()).freshness;
  const waitMs = nextLookAt === null ? 10 * STEP_MS : nextLookAt - now;
  for (let waited = STEP_MS; waited < waitMs; waited += STEP_MS) await trial.step();
  assert.equal(trial.sick.requests.length, requestsAfter);
}

/** What the import and its provider show, and when it is looked at next. */
async function checkConsequence(
  { setup, find, ref }: Trial,
  before: Import,
  expected: Consequence,
): Promise<void> {
  const now = setup.clock.now();
  const known = await find();
  const { freshness } = known;
  const health = setup.watcher.getHealth(ref.providerId);
  const { nextLookAt, error } = freshness;
  assert.deepEqual(
    {
      freshness: freshness.state,
      error: error?.kind ?? null,
      waitMs: nextLookAt === null ? null : nextLookAt - now,
      health: {
        error: health.error?.kind ?? null,
        failures: health.failures,
        pauseMs: health.openUntil === null ? null : health.openUntil - now,
      },
    },
    {
      freshness: expected.freshness,
      error: expected.error,
      waitMs: expected.next === 'never' ? null : WAITS_MS[expected.next],
      health: {
        error: expected.health.error,
        failures: expected.health.failures,
        pauseMs: expected.health.pause && WAITS_MS[expected.health.pause],
      },
    },
    error?.message,
  );
  assert.doesNotMatch(`${error?.message} ${health.error?.message}`, SECRETS);
  CHECK_SHOWN[expected.shows](before, known);
}

/** No failure takes anything away from what is known, or from when it was seen. */
const CHECK_SHOWN: Readonly<Record<Shows, (before: Import, after: Import) => void>> = {
  'what it showed': (before, { state, revision, freshness }) => {
    assert.deepEqual([state, revision], [before.state, before.revision]);
    assert.equal(freshness.observedAt, before.freshness.observedAt);
  },
  'what it showed, row errors `EXPIRED`': (before, { state, revision, freshness }) => {
    const rowErrors = { ...before.state.rowErrors, availability: 'EXPIRED' };
    assert.deepEqual(state, { ...before.state, rowErrors });
    assert.equal(revision, before.revision + 1);
    assert.equal(freshness.observedAt, before.freshness.observedAt);
  },
  'phase `UNKNOWN`, effect `UNKNOWN`': (before, { state, revision }) => {
    const { phase, outcome, effect, providerStatus } = state.job;
    assert.deepEqual([phase, outcome, effect], ['UNKNOWN', null, 'UNKNOWN']);
    assert.notEqual(providerStatus, before.state.job.providerStatus);
    assert.equal(revision, before.revision + 1);
  },
};

function checkLedAway({ vendor, sick }: Trial, requests: number): void {
  const paths = sick.requests.slice(requests).map((request) => request.split(' ')[1] ?? '');
  assert.deepEqual(paths.filter(vendor.isFailing), []);
}

/** The fault is over: the next look, or the one that somebody asks for, succeeds. */
async function recover(trial: Trial): Promise<void> {
  const { setup, sick, find, ref } = trial;
  await sick.fail(null);
  const { freshness } = await find();
  await trial.step();
  if (freshness.nextLookAt === null) await setup.watcher.refresh(await find());
  const now = setup.clock.now();
  await until(async () => (await find()).freshness.observedAt === now);
  await trial.untilLookedAt();
  const known = await find();
  assert.deepEqual(
    { state: known.freshness.state, error: known.freshness.error, phase: known.state.job.phase },
    { state: 'LIVE', error: null, phase: 'RUNNING' },
  );
  const { error, failures, openUntil } = setup.watcher.getHealth(ref.providerId);
  assert.deepEqual({ error, failures, openUntil }, { error: null, failures: 0, openUntil: null });
}
