import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import { textOf } from '../../support/simulated-answer.ts';
import {
  FAULTY_LOAD,
  FOREVER,
  ID,
  START,
  answerAboutEnded,
  failureOf,
  lookAt,
  observationOf,
  serve,
  targetOf,
} from './builders.ts';

const UNKNOWN_ID = '0123456789abcdef01234567';

test('follows a load from its start to its end', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(FAULTY_LOAD);

  const queued = await observationOf(source, { externalId: id });
  clock.advance(6_000);
  const running = await observationOf(source, { externalId: id });
  clock.advance(6_000);
  const ended = await observationOf(source, { externalId: id });

  assert.match(id, /^[0-9a-f]{24}$/);
  assert.equal(queued.job.phase, 'QUEUED');
  assert.equal(queued.job.effect, 'NONE');
  assert.equal(queued.job.startedAt, null);
  assert.equal(running.job.phase, 'RUNNING');
  assert.equal(running.job.progressPercent, 50);
  assert.deepEqual(
    running.resources.map(({ phase, counters }) => [phase, counters.succeeded]),
    [
      ['FINISHED', 10],
      ['QUEUED', null],
    ],
  );
  assert.equal(ended.job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(ended.job.effect, 'SOME');
  assert.equal(ended.job.queuedAt, START);
  assert.equal(ended.job.startedAt, START + 2_000);
  assert.equal(ended.job.finishedAt, START + 10_000);
  assert.deepEqual(ended.rowErrors, { availability: 'COMPLETE', totalCount: 6, limit: null });
  assert.deepEqual([queued.rowsAre, running.rowsAre, ended.rowsAre], ['none', 'none', 'here']);
  assert.deepEqual([queued.rows.length, running.rows.length, ended.rows.length], [0, 0, 6]);
  assert.ok(new Set(ended.rows.map(({ failure }) => failure?.message)).size >= 4);
  assert.ok(ended.rows.every(({ resource }) => resource === 'opportunities'));
  assert.ok(ended.rows.every(({ failure }) => failure?.valuesForm === 'VERBATIM'));
  assert.equal(new Set(ended.rows.map((row) => row.number)).size, 6);
});

test('reads a load without a failed row as a success', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(ORDINARY_LOAD);
  clock.advance(10_000);

  const { job, counters } = await observationOf(source, { externalId: id });

  assert.equal(job.outcome, 'SUCCEEDED');
  assert.equal(job.effect, 'ALL');
  assert.equal(counters.succeeded, 100);
});

for (const failedRows of [0, 6]) {
  test(`reads a load that failed with ${failedRows} bad rows as a failure`, async (t) => {
    const { vendor, clock, source } = await serve(t);
    const id = vendor.start({ ...FAULTY_LOAD, failedRows, ending: 'failed' });
    clock.advance(10_000);

    const { job, rows, rowsAre } = await observationOf(source, { externalId: id });

    assert.equal(job.outcome, 'FAILED');
    assert.equal(job.effect, 'UNKNOWN');
    assert.equal(job.error === null, false);
    assert.equal(rows.length, failedRows);
    assert.equal(rowsAre, failedRows > 0 ? 'here' : 'none');
  });
}

test('reads the published example over the wire, by its id in either case', async (t) => {
  const { source } = await serve(t);

  for (const id of [ID, ID.toUpperCase()]) {
    assert.equal(
      (await observationOf(source, { externalId: id })).job.outcome,
      'COMPLETED_WITH_ERRORS',
    );
  }
});

test('every way in which the vendor writes progress comes out as the same number', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const ids = Array.from({ length: 12 }, () => vendor.start(ORDINARY_LOAD));
  clock.advance(6_000);

  const written = new Set<string>();
  for (const id of ids) {
    const answer = await fetch(`${vendor.url}/v1/imports/${id}`, { headers: { 'x-api-key': 'k' } });
    const [, progress = ''] = /"progress":("?50%?"?)[,}]/.exec(await answer.text()) ?? [];
    written.add(progress);
    assert.equal((await observationOf(source, { externalId: id })).job.progressPercent, 50);
  }

  assert.deepEqual([...written].toSorted(), ['"50"', '"50%"', '50']);
});

test('asks for the import by its id', async (t) => {
  const { vendor, source } = await serve(t);

  const error = await failureOf(source, { externalId: UNKNOWN_ID });

  assert.equal(error.kind, 'not-found');
  assert.deepEqual(vendor.requests, [`GET /v1/imports/${UNKNOWN_ID}`]);
});

test('keeps the path prefix of a base URL', async (t) => {
  const { vendor, source } = await serve(t, { path: '/proxy/' });

  await failureOf(source, { externalId: UNKNOWN_ID });

  assert.deepEqual(vendor.requests, [`GET /proxy/v1/imports/${UNKNOWN_ID}`]);
});

test('never asks for an id that is not one of Qobra’s', async (t) => {
  const { vendor, source } = await serve(t);

  for (const id of ['..', '123', `${UNKNOWN_ID}0`, 'g'.repeat(24), `${UNKNOWN_ID}\n`]) {
    assert.equal((await failureOf(source, { externalId: id })).kind, 'not-found');
  }
  assert.deepEqual(vendor.requests, []);
});

test('a load is not found before it appears', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start({ ...ORDINARY_LOAD, appearsAfterMs: 1_000 });

  assert.equal((await failureOf(source, { externalId: id })).kind, 'not-found');
  clock.advance(1_000);
  assert.equal((await lookAt(source, { externalId: id })).look.kind, 'observed');
});

test('waits as long as the vendor asks when it is throttled', async (t) => {
  const { vendor, source } = await serve(t);
  vendor.setScenario('rate-limited');

  const error = await failureOf(source);

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
  test(`reads a vendor that is ${scenario} as ${kind}, and tells neither its key nor a row`, async (t) => {
    const { vendor, source } = await serve(t);
    vendor.setScenario(scenario);

    const error = await failureOf(source);

    assert.equal(error.kind, kind);
    assert.doesNotMatch(error.message, /simulated-key|example\.fr/);
  });
}

test('one import that is not there does not fail its neighbors', async (t) => {
  const { source } = await serve(t);

  const looks = await source.look(
    [ID, UNKNOWN_ID, 'no id', ID].map((id) => targetOf(id)),
    FOREVER,
  );

  assert.deepEqual(
    looks.map(({ kind }) => kind),
    ['observed', 'failed', 'failed', 'observed'],
  );
});

test('a caller who aborts gets the reason and not a failed look', async (t) => {
  const { source } = await serve(t);
  const reason = new Error('stopping');

  await assert.rejects(source.look([targetOf(ID)], AbortSignal.abort(reason)), reason);
});

test('a submission becomes an import of its table, with its bad records as lines', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const answer = await fetch(`${vendor.url}/v1/tables/deals/records/bulk`, {
    method: 'POST',
    headers: { 'x-api-key': 'k' },
    body: JSON.stringify({ records: [{ id: '1', amount: '5' }, { id: '2', amount: 'AAA' }, {}] }),
  });
  const [, id = ''] = /^{"import_id":"([0-9a-f]{24})"}$/.exec(await answer.text()) ?? [];
  clock.advance(60_000);

  const { job, rows } = await observationOf(source, { externalId: id });

  assert.equal(answer.status, 200);
  assert.equal(job.outcome, 'FAILED');
  assert.deepEqual(
    rows.map(({ number, resource, failure }) => [number, resource, failure?.values]),
    [[2, 'deals', { id: '2', amount: 'AAA' }]],
  );
});

test('the simulator refuses a request without a key, a body or a route', async (t) => {
  const { vendor } = await serve(t);
  const status = async (path: string, init: RequestInit) =>
    (await fetch(vendor.url + path, init)).status;
  const headers = { 'x-api-key': 'k' };

  assert.equal(await status(`/v1/imports/${ID}`, {}), 401);
  assert.equal(await status('/v1/nothing', { headers }), 404);
  for (const body of ['', '{}', '{"records":5}']) {
    const init = { method: 'POST', headers, body };
    assert.equal(await status('/v1/tables/deals/records/bulk', init), 400);
  }
});

function endedLoadOf(seed: number): string {
  return textOf(answerAboutEnded(FAULTY_LOAD, seed));
}

test('two simulators with one seed and one clock answer alike', () => {
  assert.equal(endedLoadOf(1), endedLoadOf(1));
  assert.notEqual(endedLoadOf(1), endedLoadOf(2));
});
