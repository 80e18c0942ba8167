import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { createHttp } from '../../../src/providers/http.ts';
import { micro } from '../../../src/providers/micro/index.ts';
import type { Look, ProviderDataSource } from '../../../src/providers/provider.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { SimulatedLoad } from '../../../src/providers/simulation.ts';
import { serveSimulator } from '../../../src/providers/simulation-server.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 0, 1);
const FOREVER = new AbortController().signal;

async function serve(t: TestContext, { path = '' } = {}) {
  let now = START;
  const clock = { advance: (ms: number) => (now += ms) };
  const vendor = await serveSimulator(micro.simulate({ now: () => now, seed: 1 }), { port: 0 });
  t.after(() => vendor.close());
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 2_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  const connect = micro.settings.parse(micro.simulatedSettings(vendor.url + path));
  return { vendor, clock, source: connect({ http, now: () => now }) };
}

function targetOf(externalId: string) {
  return { externalId, continueOnError: null, mayNotExistYet: false };
}

async function lookAt(source: ProviderDataSource, externalId: string): Promise<Look> {
  const [look] = await source.look([targetOf(externalId)], FOREVER);
  assert.ok(look);
  return look;
}

async function observationOf(source: ProviderDataSource, externalId: string) {
  const look = await lookAt(source, externalId);
  assert.equal(look.kind, 'observed');
  return look.observation;
}

async function failureOf(source: ProviderDataSource, externalId: string) {
  const look = await lookAt(source, externalId);
  assert.equal(look.kind, 'failed');
  return look.error;
}

const FAULTY_LOAD: SimulatedLoad = { ...ORDINARY_LOAD, rows: 20, failedRows: 6 };

test('follows a load from its start to its end', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(FAULTY_LOAD);

  const queued = await observationOf(source, id);
  clock.advance(6_000);
  const running = await observationOf(source, id);
  clock.advance(6_000);
  const ended = await observationOf(source, id);

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
  assert.deepEqual(ended.rowErrors, { availability: 'COMPLETE', totalCount: 6 });
  assert.ok(new Set(ended.rows.map((row) => row.message)).size >= 4);
  assert.ok(ended.rows.every((row) => row.numberBasis === 'INPUT'));
});

test('reads a load without a failed row as a success', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start(ORDINARY_LOAD);
  clock.advance(10_000);

  const { job, counters } = await observationOf(source, id);

  assert.equal(job.outcome, 'SUCCEEDED');
  assert.equal(job.effect, 'ALL');
  assert.equal((counters.added ?? 0) + (counters.matched ?? 0), 100);
});

test('reads a load that broke off as a failure of which some was written', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start({ ...FAULTY_LOAD, ending: 'failed' });
  clock.advance(10_000);

  const { job, counters, rowErrors } = await observationOf(source, id);

  assert.equal(job.outcome, 'FAILED');
  assert.equal(job.effect, 'SOME');
  assert.equal(job.error?.message, 'Import failed');
  assert.equal(counters.processed, 10);
  assert.deepEqual(rowErrors, { availability: 'COUNT_ONLY', totalCount: 3 });
});

test('reads the published example over the wire', async (t) => {
  const { source } = await serve(t);

  assert.equal((await observationOf(source, 'job_id')).job.outcome, 'UNKNOWN');
});

test('asks for the team’s import by its escaped id, with the key in a header alone', async (t) => {
  const { vendor, source } = await serve(t);

  const error = await failureOf(source, 'a/b?c#d');

  assert.equal(error.kind, 'not-found');
  assert.deepEqual(vendor.requests, ['GET /v2/prism/simulated-team/imports/a%2Fb%3Fc%23d']);
});

test('keeps the path prefix of a base URL', async (t) => {
  const { vendor, source } = await serve(t, { path: '/proxy/' });

  await failureOf(source, 'x');

  assert.deepEqual(vendor.requests, ['GET /proxy/v2/prism/simulated-team/imports/x']);
});

test('never asks for an id that a URL would resolve to another path', async (t) => {
  const { vendor, source } = await serve(t);

  assert.equal((await failureOf(source, '.')).kind, 'not-found');
  assert.equal((await failureOf(source, '..')).kind, 'not-found');
  assert.deepEqual(vendor.requests, []);
});

test('a load is not found before it appears and seven days after its end', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const id = vendor.start({ ...ORDINARY_LOAD, appearsAfterMs: 1_000 });

  const before = await failureOf(source, id);
  clock.advance(10_000 + 7 * DAY_MS - 1);
  const onTheLastDay = await lookAt(source, id);
  clock.advance(1);
  const after = await failureOf(source, id);

  assert.equal(before.kind, 'not-found');
  assert.equal(onTheLastDay.kind, 'observed');
  assert.equal(after.kind, 'not-found');
});

test('waits as long as the vendor asks when it is throttled', async (t) => {
  const { vendor, source } = await serve(t);
  vendor.setScenario('rate-limited');

  const error = await failureOf(source, 'job_id');

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

    const error = await failureOf(source, 'job_id');

    assert.equal(error.kind, kind);
    assert.doesNotMatch(error.message, /simulated-key/);
  });
}

test('one import that is not there does not fail its neighbors', async (t) => {
  const { source } = await serve(t);

  const looks = await source.look(['job_id', 'nobody', 'job_id'].map(targetOf), FOREVER);

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

async function post(url: string, objects: readonly unknown[], key = 'k') {
  const answer = await fetch(`${url}/v2/prism/team/contact/import`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ objects }),
  });
  const body: unknown = await answer.json();
  return { status: answer.status, location: answer.headers.get('location'), body };
}

test('a small submission answers at once, and its answer can be handed in', async (t) => {
  const { vendor, source } = await serve(t);

  const { status, body } = await post(vendor.url, [
    { default: { full_name: 'Sarah Chen', email: 'sarah@example.com' }, list: {} },
    { default: { full_name: 'Li Wei', email: 'li' }, list: {} },
  ]);
  const observation = source.readResponse?.(body, targetOf('any-name'));

  assert.equal(status, 200);
  assert.equal(observation?.job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.deepEqual(
    observation?.rows.map(({ number, code }) => [number, code]),
    [[1, 'invalid_value']],
  );
});

test('a large submission becomes a job to poll, and its answer can be handed in too', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const objects = Array.from({ length: 101 }, (_, n) => ({
    default: { email: n === 40 ? 'nobody' : `p${n}@example.com` },
  }));

  const { status, location, body } = await post(vendor.url, objects);
  const id = location?.split('/').at(-1) ?? '';
  const first = source.readResponse?.(body, targetOf(id));
  clock.advance(60_000);
  const last = await observationOf(source, id);

  assert.equal(status, 202);
  assert.equal(location, `/v2/prism/team/imports/${id}`);
  assert.equal(first?.job.phase, 'RUNNING');
  assert.equal(last.counters.succeeded, 100);
  assert.deepEqual(
    last.rows.map(({ number }) => number),
    [40],
  );
});

function isUnexpected(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'unexpected-response';
}

test('refuses what is handed in when it is no answer of Micro or is about another import', async (t) => {
  const { source } = await serve(t);
  for (const response of [null, 'text', {}, { status: 'complete', total: 1 }]) {
    assert.throws(() => source.readResponse?.(response, targetOf('a')), isUnexpected);
  }
  assert.throws(
    () => source.readResponse?.({ job_id: 'b', status: 'complete', total: 1 }, targetOf('a')),
    isUnexpected,
  );
});

test('the simulator refuses a request without a key, a body or a route', async (t) => {
  const { vendor } = await serve(t);
  const status = async (path: string, init: RequestInit) =>
    (await fetch(vendor.url + path, init)).status;
  const headers = { 'x-api-key': 'k' };

  assert.equal(await status('/v2/prism/team/imports/job_id', {}), 401);
  assert.equal(await status('/v2/prism/team/imports/%E0%A4%A', { headers }), 404);
  assert.equal(await status('/v2/prism/team/nonsense/import', { method: 'POST', headers }), 404);
  for (const body of ['', '{}', '{"objects":5}']) {
    const init = { method: 'POST', headers, body };
    assert.equal(await status('/v2/prism/team/contact/import', init), 400);
  }
});

function endedLoadOf(seed: number): string {
  const simulator = micro.simulate({ now: () => START, seed });
  const id = simulator.start({ ...FAULTY_LOAD, queuedForMs: 0, runsForMs: 0 });
  const url = new URL(`http://vendor/v2/prism/team/imports/${id}`);
  const request = { method: 'GET', url, headers: { 'x-api-key': 'k' }, body: '' };
  return simulator.answer(request, 'healthy').body;
}

test('two simulators with one seed and one clock answer alike', () => {
  assert.equal(endedLoadOf(1), endedLoadOf(1));
  assert.notEqual(endedLoadOf(1), endedLoadOf(2));
});
