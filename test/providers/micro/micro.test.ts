import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailed } from '../../../src/domain/row.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import {
  FAULTY_LOAD,
  FOREVER,
  START,
  failureOf,
  lookAt,
  observationOf,
  serve,
  targetOf,
} from './builders.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PUBLISHED = { externalId: 'job_id' };

test('follows a load from its start to its end', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(FAULTY_LOAD);

  const queued = await observationOf(source, { externalId: id });
  clock.advance(6_000);
  const running = await observationOf(source, { externalId: id });
  clock.advance(6_000);
  const ended = await observationOf(source, { externalId: id });

  assert.equal(queued.job.phase, 'RUNNING');
  assert.equal(queued.counters.processed, 0);
  assert.equal(running.counters.processed, 10);
  assert.equal(running.counters.failed, 3);
  assert.equal(ended.job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(ended.job.effect, 'SOME');
  assert.equal(ended.counters.succeeded, 14);
  assert.equal(ended.counters.failed, 6);
  assert.equal(ended.job.queuedAt, START);
  assert.equal(ended.job.expiresAt, START + 10_000 + 7 * DAY_MS);
  assert.deepEqual(ended.rowErrors, { availability: 'COMPLETE', totalCount: 6, limit: null });
  assert.deepEqual([queued.rowsAre, running.rowsAre, ended.rowsAre], ['none', 'none', 'here']);
  assert.deepEqual([queued.rows.length, running.rows.length, ended.rows.length], [0, 0, 20]);
  const failed = ended.rows.filter(isFailed);
  assert.equal(failed.length, 6);
  assert.ok(new Set(failed.map(({ failure }) => failure.message)).size >= 4);
  assert.ok(ended.rows.every((row) => row.numberBasis === 'INPUT'));
});

test('reads a load without a failed row as a success', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(ORDINARY_LOAD);
  clock.advance(10_000);

  const { job, counters } = await observationOf(source, { externalId: id });

  assert.equal(job.outcome, 'SUCCEEDED');
  assert.equal(job.effect, 'ALL');
  assert.equal((counters.added ?? 0) + (counters.matched ?? 0), 100);
});

test('reads a load that broke off as a failure of which some was written', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start({ ...FAULTY_LOAD, ending: 'failed' });
  clock.advance(10_000);

  const { job, counters, rowErrors } = await observationOf(source, { externalId: id });

  assert.equal(job.outcome, 'FAILED');
  assert.equal(job.effect, 'SOME');
  assert.equal(job.error?.message, 'Import failed');
  assert.equal(counters.processed, 10);
  assert.deepEqual(rowErrors, { availability: 'COUNT_ONLY', totalCount: 3, limit: null });
});

test('reads the published example over the wire', async (t) => {
  const { source } = await serve(t);

  assert.equal((await observationOf(source, PUBLISHED)).job.outcome, 'UNKNOWN');
});

test('asks for the team’s import by its escaped id, with the key in a header alone', async (t) => {
  const { vendor, source } = await serve(t);

  const error = await failureOf(source, { externalId: 'a/b?c#d' });

  assert.equal(error.kind, 'not-found');
  assert.deepEqual(vendor.requests, ['GET /v2/prism/simulated-team/imports/a%2Fb%3Fc%23d']);
});

test('keeps the path prefix of a base URL', async (t) => {
  const { vendor, source } = await serve(t, { path: '/proxy/' });

  await failureOf(source, { externalId: 'x' });

  assert.deepEqual(vendor.requests, ['GET /proxy/v2/prism/simulated-team/imports/x']);
});

test('never asks for an id that a URL would resolve to another path', async (t) => {
  const { vendor, source } = await serve(t);

  assert.equal((await failureOf(source, { externalId: '.' })).kind, 'not-found');
  assert.equal((await failureOf(source, { externalId: '..' })).kind, 'not-found');
  assert.deepEqual(vendor.requests, []);
});

test('a load is not found before it appears and seven days after its end', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start({ ...ORDINARY_LOAD, appearsAfterMs: 1_000 });

  const before = await failureOf(source, { externalId: id });
  clock.advance(10_000 + 7 * DAY_MS - 1);
  const onTheLastDay = await lookAt(source, { externalId: id });
  clock.advance(1);
  const after = await failureOf(source, { externalId: id });

  assert.equal(before.kind, 'not-found');
  assert.equal(onTheLastDay.look.kind, 'observed');
  assert.equal(after.kind, 'not-found');
});

test('waits as long as the vendor asks when it is throttled', async (t) => {
  const { vendor, source } = await serve(t);
  vendor.setScenario('rate-limited');

  const error = await failureOf(source, PUBLISHED);

  assert.equal(error.kind, 'rate-limited');
  assert.equal(error.retryAfterMs, 30_000);
});

const SCENARIO_KINDS = [
  ['unauthorized', 'unauthorized'],
  ['outage', 'unavailable'],
  ['malformed', 'unexpected-response'],
  ['expired', 'not-found'],
  ['huge', 'unexpected-response'],
] as const;

for (const [scenario, kind] of SCENARIO_KINDS) {
  test(`reads a vendor that is ${scenario} as ${kind}, and never tells its key`, async (t) => {
    const { vendor, source } = await serve(t);
    vendor.setScenario(scenario);

    const error = await failureOf(source, PUBLISHED);

    assert.equal(error.kind, kind);
    assert.doesNotMatch(error.message, /simulated-key/);
  });
}

test('one import that is not there does not fail its neighbors', async (t) => {
  const { source } = await serve(t);

  const looks = await source.look(
    ['job_id', 'nobody', 'job_id'].map((id) => targetOf(id)),
    FOREVER,
  );

  assert.deepEqual(
    looks.map(({ kind }) => kind),
    ['observed', 'failed', 'observed'],
  );
});

test('a caller who aborts gets the reason and not a failed look', async (t) => {
  const { source } = await serve(t);
  const reason = new Error('stopping');

  await assert.rejects(source.look([targetOf('job_id')], AbortSignal.abort(reason)), reason);
});
