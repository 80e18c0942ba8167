import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collibra } from '../../../src/providers/collibra/index.ts';
import { createSimulator } from '../../../src/providers/collibra/simulator.ts';
import { findSummary } from '../../../src/providers/collibra/simulated-job.ts';
import { ORDINARY_LOAD, SCENARIOS } from '../../../src/providers/simulation.ts';
import type { SimulatedLoad } from '../../../src/providers/simulation.ts';
import { failed, JOB_ID, lookAt, observed, OTHER_ID, stage, START, target } from './setup.ts';

const AUTHORIZED = { authorization: 'Basic eDp5' };

function load(changes: Partial<SimulatedLoad> = {}): SimulatedLoad {
  return { ...ORDINARY_LOAD, ...changes };
}

const ENDINGS = [
  [{}, 'COMPLETED/SUCCESS', 'SUCCEEDED', 'ALL'],
  [{ failedRows: 7 }, 'COMPLETED/COMPLETED_WITH_ERROR', 'COMPLETED_WITH_ERRORS', 'SOME'],
  [{ failedRows: 100 }, 'COMPLETED/COMPLETED_WITH_ERROR', 'COMPLETED_WITH_ERRORS', 'NONE'],
  [{ failedRows: 7, continueOnError: false }, 'ERROR/FAILURE', 'FAILED', 'NONE'],
  [{ ending: 'failed', failedRows: 3 }, 'ERROR/FAILURE', 'FAILED', 'SOME'],
  [{ ending: 'failed', continueOnError: false }, 'ERROR/FAILURE', 'FAILED', 'NONE'],
  [{ ending: 'aborted', failedRows: 90 }, 'COMPLETED/ABORTED', 'ABORTED', 'SOME'],
  [{ ending: 'canceled' }, 'CANCELED/NOT_SET', 'CANCELED', 'SOME'],
] as const;

/** What jobs v1 says for what 2.0 says. */
function inV1(words: string): string {
  return words.replace('ERROR/', 'FAILED/').replace('CANCELED/', 'DELETED/');
}

for (const jobsApi of ['2.0', 'v1'] as const) {
  for (const [changes, words, outcome, effect] of ENDINGS) {
    const started = load(changes);
    test(`ends a load ${JSON.stringify(changes)} as ${outcome} over ${jobsApi}`, async (t) => {
      const { connect, vendor, clock } = await stage(t);
      const id = vendor.start(started);
      const source = connect({ jobsApi });
      const look = () => observed(source, target(id, { continueOnError: started.continueOnError }));

      assert.equal((await look()).job.phase, 'QUEUED');
      clock.at = START + 6_000;
      const { job: running } = await look();
      assert.deepEqual([running.phase, running.progressPercent], ['RUNNING', 50]);
      clock.at = START + 10_000;
      const { job, counters, rowErrors, lacking } = await look();

      assert.equal(job.providerStatus, jobsApi === 'v1' ? inV1(words) : words);
      assert.deepEqual([job.phase, job.outcome, job.effect], ['FINISHED', outcome, effect]);
      assert.deepEqual(
        [job.queuedAt, job.startedAt, job.finishedAt],
        [START, START + 2_000, START + 10_000],
      );
      assert.deepEqual(
        [counters.failed, rowErrors.totalCount],
        [started.failedRows, started.failedRows],
      );
      assert.equal(lacking, null);
    });
  }
}

test('shows a job on its way to being canceled', async (t) => {
  const { connect, vendor, clock } = await stage(t);
  const id = vendor.start(load({ ending: 'canceled' }));
  clock.at = START + 9_000;
  assert.equal((await observed(connect(), target(id))).job.phase, 'CANCELING');
  assert.equal((await observed(connect({ jobsApi: 'v1' }), target(id))).job.phase, 'RUNNING');
});

test('hides a new job behind a 404, or a 500 for every other one', async (t) => {
  const { connect, vendor, clock } = await stage(t);
  const appearsAfterMs = 1_500;
  const even = vendor.start(load({ externalId: JOB_ID, appearsAfterMs }));
  const odd = vendor.start(load({ externalId: `${JOB_ID.slice(0, -1)}1`, appearsAfterMs }));
  const young = { mayNotExistYet: true };
  assert.equal((await failed(connect(), target(even))).kind, 'not-found');
  assert.equal((await failed(connect(), target(odd))).kind, 'unavailable');
  assert.equal((await failed(connect(), target(odd, young))).kind, 'not-found');
  clock.at = START + 1_500;
  assert.equal((await observed(connect(), target(odd, young))).job.phase, 'QUEUED');
});

test('answers 400 for the summary of a job that is not finished, and 404 for an unknown one', () => {
  const simulator = createSimulator({ now: () => START, seed: 1 });
  const statusOf = (id: string) => {
    const url = new URL(`http://collibra.test/rest/2.0/import/results/${id}/summary`);
    return simulator.answer({ method: 'GET', url, headers: AUTHORIZED, body: '' }, 'healthy')
      .status;
  };
  assert.equal(statusOf(simulator.start(load())), 400);
  assert.equal(statusOf(OTHER_ID), 404);
  assert.equal(statusOf(simulator.start(load({ queuedForMs: 0, runsForMs: 0 }))), 200);
});

test('makes counters add up whatever the load', () => {
  for (const ending of ['completed', 'failed', 'aborted', 'canceled'] as const) {
    for (const [rows, failedRows] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [3, 2],
      [1_001, 13],
    ] as const) {
      const started = { id: JOB_ID, startedAt: START, load: load({ ending, rows, failedRows }) };
      const summary = findSummary(started, START + 60_000);
      let failedSum = 0;
      let changed = 0;
      for (const { counters, subcategories } of summary?.resourceTypes ?? []) {
        failedSum += counters?.failed ?? 0;
        changed += (counters?.added ?? 0) + (counters?.updated ?? 0) + (counters?.removed ?? 0);
        for (const name of ['added', 'updated', 'removed', 'failed'] as const) {
          if (!subcategories) continue;
          const sum = subcategories.reduce((all, part) => all + (part.counters?.[name] ?? 0), 0);
          assert.equal(sum, counters?.[name]);
        }
      }
      assert.equal(failedSum, failedRows);
      assert.equal(summary?.errorsCount, failedRows);
      if (ending === 'completed') assert.equal(changed, rows - failedRows);
    }
  }
});

test('answers alike for one seed, and names jobs otherwise for another', () => {
  assert.deepEqual(idsOfTwo(7), idsOfTwo(7));
  assert.notDeepEqual(idsOfTwo(7), idsOfTwo(8));
  assert.equal(new Set(idsOfTwo(7)).size, 2);
});

function idsOfTwo(seed: number): readonly string[] {
  const simulator = createSimulator({ now: () => START, seed });
  return [simulator.start(load()), simulator.start(load())];
}

test('starts a load that somebody submits', async (t) => {
  const { connect, vendor } = await stage(t);
  const form = new FormData();
  form.set('file', new Blob(['[]']), 'import.json');
  const submitted = await fetch(`${vendor.url}/rest/2.0/import/json-job`, {
    method: 'POST',
    headers: AUTHORIZED,
    body: form,
  });
  assert.equal(submitted.status, 200);
  const body: unknown = await submitted.json();
  assert.ok(typeof body === 'object' && body !== null && 'id' in body && 'state' in body);
  assert.equal(body.state, 'WAITING');
  assert.equal((await observed(connect(), target(String(body.id)))).job.phase, 'QUEUED');
});

test('refuses a request without credentials and a token that has died', async (t) => {
  const { vendor, clock } = await stage(t);
  const issued = await fetch(`${vendor.url}/rest/oauth/v2/token`, {
    method: 'POST',
    headers: AUTHORIZED,
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const token: unknown = await issued.json();
  assert.ok(typeof token === 'object' && token !== null && 'access_token' in token);
  const url = `${vendor.url}/rest/2.0/jobs/${vendor.start(load())}`;
  const authorization = `Bearer ${String(token.access_token)}`;

  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: 'Basic ' } })).status, 401);
  assert.equal((await fetch(url, { headers: { authorization } })).status, 200);
  clock.at += 3_600_000;
  assert.equal((await fetch(url, { headers: { authorization } })).status, 401);
});

test('issues tokens for client credentials only', async (t) => {
  const { vendor } = await stage(t);
  const statusOf = async (form: Record<string, string>) => {
    const body = new URLSearchParams(form);
    return (await fetch(`${vendor.url}/rest/oauth/v2/token`, { method: 'POST', body })).status;
  };
  const client = { client_id: 'c', client_secret: 's' };
  assert.equal(await statusOf({ grant_type: 'client_credentials', ...client }), 200);
  assert.equal(await statusOf({ grant_type: 'password', ...client }), 400);
  assert.equal(await statusOf({ grant_type: 'client_credentials' }), 401);
});

const SCENARIO_KINDS = {
  healthy: 'observed',
  'rate-limited': 'rate-limited',
  unauthorized: 'unauthorized',
  outage: 'unavailable',
  malformed: 'unexpected-response',
  slow: 'timeout',
  expired: 'not-found',
  huge: 'unexpected-response',
} as const;

for (const scenario of SCENARIOS) {
  for (const auth of [undefined, { oauth: { clientId: 'c', clientSecret: 's' } }]) {
    const way = auth === undefined ? 'basic authentication' : 'OAuth';
    test(`is read as ${SCENARIO_KINDS[scenario]} when ${scenario}, with ${way}`, async (t) => {
      const timeoutMs = scenario === 'slow' ? 100 : 10_000;
      const { connect, vendor } = await stage(t, undefined, timeoutMs);
      const source = connect(auth === undefined ? {} : { auth });
      const id = vendor.start(load());
      vendor.setScenario(scenario);
      const [look] = await lookAt(source, target(id));
      const kind = look?.kind === 'failed' ? look.error.kind : look?.kind;
      assert.equal(kind, SCENARIO_KINDS[scenario]);
    });
  }
}

test('forgets published jobs too when it is to forget', async (t) => {
  const { connect, vendor } = await stage(t);
  vendor.setScenario('expired');
  const published = target('495756bd-419c-4fea-beb4-8a70253d8079');
  assert.equal((await failed(connect(), published)).kind, 'not-found');
});

test('knows every ending', () => {
  const { endings } = collibra.simulate({ now: () => START, seed: 1 });
  assert.deepEqual(endings, ['completed', 'failed', 'aborted', 'canceled']);
});
