import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { lateAnswer } from '../support/fault-mechanisms.ts';
import { startTrial, STEP_MS } from '../support/fault-trial.ts';
import { VENDORS } from '../support/fault-vendors.ts';
import { until } from '../support/world.ts';

const HOUR_MS = 3_600_000;

/** Waits in the queue when it is first looked at, and runs at the looks after that. */
const QUEUED_LOAD = { ...ORDINARY_LOAD, queuedForMs: STEP_MS / 2, runsForMs: 20 * STEP_MS };

/** Runs at the first look, has ended at the second. */
const SHORT_LOAD = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: STEP_MS / 2 };

for (const vendor of VENDORS) {
  describe(vendor.name, () => {
    test('an answer from before is shown, and takes back nothing that was known', async (t) => {
      const { sick, find, stepAndLook, setup } = await startTrial(t, vendor, { load: QUEUED_LOAD });
      const first = await find();
      assert.equal(first.state.job.effect, 'NONE');
      await stepAndLook();
      const second = await find();
      assert.equal(second.state.job.phase, 'RUNNING');

      await sick.fail(lateAnswer(0));
      await stepAndLook();

      const { state, freshness, revision } = await find();
      assert.equal(state.job.phase, first.state.job.phase);
      assert.equal(state.job.providerStatus, first.state.job.providerStatus);
      assert.deepEqual(state.counters, first.state.counters);
      // Something may have been written while it ran, or is known to have been.
      assert.deepEqual([state.job.effect, state.job.outcome], ['UNKNOWN', null]);
      assert.match(state.job.explanation ?? '', /By an earlier answer something may have been/);
      assert.deepEqual([freshness.state, freshness.error], ['LIVE', null]);
      assert.equal(freshness.nextLookAt, setup.clock.now() + STEP_MS);
      await stepAndLook();
      assert.deepEqual((await find()).state, state);
      assert.equal((await find()).revision, revision);

      await sick.fail(null);
      await stepAndLook();
      assert.equal((await find()).state.job.phase, 'RUNNING');
      assert.deepEqual(setup.complaints, []);
    });

    test('a job that has ended does not run again', async (t) => {
      const { sick, ref, find, stepAndLook, setup } = await startTrial(t, vendor, {
        load: SHORT_LOAD,
      });
      assert.equal((await find()).state.job.phase, 'RUNNING');
      await stepAndLook();
      await until(async () => (await find()).freshness.state === 'SETTLED');
      const finished = await find();
      assert.equal(finished.state.job.outcome, 'SUCCEEDED');

      await sick.fail(lateAnswer(0));
      const requests = sick.requests.length;
      // The only thing that has a settled import looked at again.
      const tracking = { ref, continueOnError: true };
      setup.clock.advance(1);
      await setup.watcher.track({ ...tracking, now: setup.clock.now() });
      const now = setup.clock.now();
      await until(async () => {
        const { freshness } = await find();
        return freshness.state === 'SETTLED' && freshness.observedAt === now;
      });

      assert.ok(sick.requests.length > requests);
      const { state, revision } = await find();
      assert.deepEqual([state, revision], [finished.state, finished.revision]);
      assert.deepEqual(setup.complaints, []);
    });

    test('times of a clock that is an hour ahead are shown as they are', async (t) => {
      const { find, stepAndLook, setup } = await startTrial(t, vendor, {
        load: SHORT_LOAD,
        aheadMs: HOUR_MS,
      });
      const { state, freshness } = await find();
      const now = setup.clock.now();
      const { phase, startedAt, queuedAt } = state.job;
      assert.deepEqual([phase, startedAt ?? queuedAt], ['RUNNING', now + HOUR_MS]);
      assert.deepEqual([freshness.state, freshness.nextLookAt], ['LIVE', now + STEP_MS]);
      await stepAndLook();
      await until(async () => (await find()).freshness.state === 'SETTLED');
      const { job } = (await find()).state;
      assert.equal(job.outcome, 'SUCCEEDED');
      assert.ok(job.finishedAt === null || job.finishedAt > setup.clock.now());
    });

    test('a clock that is an hour behind makes a job look older, and no more than that', async (t) => {
      const { find, step, untilLookedAt, setup } = await startTrial(t, vendor, {
        load: SHORT_LOAD,
        aheadMs: -HOUR_MS,
      });
      const { state, freshness } = await find();
      const now = setup.clock.now();
      const { phase, startedAt, queuedAt } = state.job;
      assert.deepEqual([phase, startedAt ?? queuedAt], ['RUNNING', now - HOUR_MS]);
      // 5 % of the time that it seems to have been running.
      const waitMs = HOUR_MS / 20;
      assert.deepEqual([freshness.state, freshness.nextLookAt], ['LIVE', now + waitMs]);
      for (let waited = 0; waited < waitMs; waited += STEP_MS) await step();
      await untilLookedAt();
      await until(async () => (await find()).freshness.state === 'SETTLED');
      assert.equal((await find()).state.job.outcome, 'SUCCEEDED');
    });
  });
}
