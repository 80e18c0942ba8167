import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COUNTERS } from '../../../src/domain/counters.ts';
import type { SimulatedAnswer } from '../../../src/providers/simulation.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import {
  failed,
  job,
  JOB_ID,
  json,
  lookAt,
  observed,
  OTHER_ID,
  stage,
  summary,
  target,
  text,
} from './setup.ts';
import type { Interception } from './setup.ts';

const JOB_PATH = `/rest/2.0/jobs/${JOB_ID}`;
const SUMMARY_PATH = `/rest/2.0/import/results/${JOB_ID}/summary`;

/** A vendor that answers these paths so. */
function answering(answers: Readonly<Record<string, SimulatedAnswer>>): Interception {
  return ({ url }) => answers[url.pathname] ?? null;
}

const JOB_FAILURES = [
  [404, false, 'not-found'],
  [404, true, 'not-found'],
  [500, true, 'not-found'],
  [500, false, 'unavailable'],
  [502, true, 'unavailable'],
  [503, true, 'unavailable'],
  [503, false, 'unavailable'],
  [401, false, 'unauthorized'],
  [403, false, 'unauthorized'],
  [429, false, 'rate-limited'],
  [400, false, 'unexpected-response'],
  [302, false, 'unexpected-response'],
] as const;

for (const [status, mayNotExistYet, kind] of JOB_FAILURES) {
  const age = mayNotExistYet ? 'that may not exist yet' : 'that should exist';
  test(`reads ${status} for a job ${age} as ${kind}`, async (t) => {
    const answers = answering({ [JOB_PATH]: json(status, { userMessage: 'Said by Collibra' }) });
    const { connect, vendor } = await stage(t, answers);
    const error = await failed(connect(), target(JOB_ID, { mayNotExistYet }));
    assert.equal(error.kind, kind);
    assert.match(error.message, new RegExp(`${status}`));
    assert.deepEqual(vendor.requests, [`GET ${JOB_PATH}`]);
  });
}

test('reads 503 in plain text as unavailable', async (t) => {
  const answers = answering({ [JOB_PATH]: text(503, 'no healthy upstream') });
  const { connect } = await stage(t, answers);
  const error = await failed(connect(), target(JOB_ID));
  assert.equal(error.kind, 'unavailable');
  assert.match(error.message, /no healthy upstream/);
});

test('waits as long as a throttle says', async (t) => {
  const { connect, vendor } = await stage(t);
  vendor.setScenario('rate-limited');
  const error = await failed(connect(), target(JOB_ID));
  assert.deepEqual([error.kind, error.retryAfterMs], ['rate-limited', 30_000]);
});

const NO_JOBS = {
  'a page of HTML': text(200, '<html>Please log in</html>'),
  'half of a JSON': text(200, '{"id":'),
  'a job without an id': json(200, { state: 'RUNNING' }),
  'another job': json(200, job({ id: OTHER_ID })),
};

for (const [what, answer] of Object.entries(NO_JOBS)) {
  test(`takes ${what} for an unexpected response`, async (t) => {
    const { connect } = await stage(t, answering({ [JOB_PATH]: answer }));
    assert.equal((await failed(connect(), target(JOB_ID))).kind, 'unexpected-response');
  });
}

test('knows a job again when the vendor writes its id in the other case', async (t) => {
  const id = JOB_ID.toUpperCase();
  const { connect } = await stage(
    t,
    answering({ [`/rest/2.0/jobs/${id}`]: json(200, job({ state: 'RUNNING' })) }),
  );
  assert.equal((await observed(connect(), target(id))).job.phase, 'RUNNING');
});

test('does not ask for an id that cannot be one of Collibra’s', async (t) => {
  const { connect, vendor } = await stage(t);
  for (const id of ['42', '../../applicationInfo', '', `${JOB_ID}?x=1`]) {
    assert.equal((await failed(connect(), target(id))).kind, 'not-found');
  }
  assert.deepEqual(vendor.requests, []);
});

test('does not ask for the summary of a job that is not finished', async (t) => {
  for (const state of ['WAITING', 'RUNNING', 'CANCELING', 'BRAND_NEW']) {
    const { connect, vendor } = await stage(
      t,
      answering({ [JOB_PATH]: json(200, job({ state })) }),
    );
    const { lacking } = await observed(connect(), target(JOB_ID));
    assert.equal(lacking, null);
    assert.deepEqual(vendor.requests, [`GET ${JOB_PATH}`]);
  }
});

test('asks for the summary of a job in each ended state', async (t) => {
  for (const state of ['COMPLETED', 'ERROR', 'FAILED', 'CANCELED', 'DELETED']) {
    const answers = answering({
      [JOB_PATH]: json(200, job({ state })),
      [SUMMARY_PATH]: json(200, summary({ added: 7 })),
    });
    const { connect, vendor } = await stage(t, answers);
    const { counters, lacking } = await observed(connect(), target(JOB_ID));
    assert.deepEqual([counters.added, lacking], [7, null]);
    assert.deepEqual(vendor.requests, [`GET ${JOB_PATH}`, `GET ${SUMMARY_PATH}`]);
  }
});

const SUMMARY_FAILURES = {
  '400 not finished': [json(400, { userMessage: 'Import job is not finished' }), /not finished/],
  '401': [json(401, {}), /401/],
  '403': [json(403, {}), /403/],
  '429': [json(429, {}), /429/],
  '500': [json(500, {}), /500/],
  '503 in plain text': [text(503, 'no healthy upstream'), /no healthy upstream/],
  'the wrong shape': [json(200, { resourceTypes: 'none' }), /expected shape: resourceTypes/],
  'no JSON': [text(200, '<html>'), /not JSON/],
} as const;

for (const [what, [answer, reason]] of Object.entries(SUMMARY_FAILURES)) {
  test(`carries the finish along when the summary is answered with ${what}`, async (t) => {
    const answers = answering({ [JOB_PATH]: json(200, job()), [SUMMARY_PATH]: answer });
    const { connect } = await stage(t, answers);
    const observation = await observed(connect(), target(JOB_ID));
    assert.equal(observation.job.phase, 'FINISHED');
    assert.equal(observation.job.outcome, 'SUCCEEDED');
    assert.match(observation.lacking ?? '', reason);
    assert.deepEqual(observation.counters, NO_COUNTERS);
  });
}

test('carries the finish along when the summary does not come in time', async (t) => {
  const answers: Interception = ({ url }) => {
    if (url.pathname === SUMMARY_PATH) return null;
    vendor.setScenario('slow');
    return json(200, job());
  };
  const { connect, vendor } = await stage(t, answers, 500);
  const { job: seen, lacking } = await observed(connect(), target(JOB_ID));
  assert.equal(seen.phase, 'FINISHED');
  assert.match(lacking ?? '', /did not answer within/);
});

test('carries the finish along when the network fails under the summary', async (t) => {
  const { connect } = await stage(t, ({ url }) => {
    if (url.pathname === SUMMARY_PATH) throw new Error('the connection drops');
    return json(200, job());
  });
  const { job: seen, lacking } = await observed(connect(), target(JOB_ID));
  assert.equal(seen.phase, 'FINISHED');
  assert.match(lacking ?? '', /failed: /);
});

test('takes a 404 for the summary as an answer', async (t) => {
  const answers = answering({ [JOB_PATH]: json(200, job()), [SUMMARY_PATH]: json(404, {}) });
  const { connect } = await stage(t, answers);
  const observation = await observed(connect(), target(JOB_ID));
  assert.equal(observation.lacking, null);
  assert.deepEqual(observation.counters, NO_COUNTERS);
  assert.match(observation.job.explanation ?? '', /the vendor has no summary/);
});

test('prefers what the caller said about continue-on-error to the default', async (t) => {
  const answers = answering({ [JOB_PATH]: json(200, job({ state: 'RUNNING' })) });
  const { connect } = await stage(t, answers);
  const flags = async (said: boolean | null, configured: Readonly<Record<string, unknown>>) =>
    (await observed(connect(configured), target(JOB_ID, { continueOnError: said }))).job
      .continueOnError;
  assert.equal(await flags(true, { continueOnError: false }), true);
  assert.equal(await flags(false, { continueOnError: true }), false);
  assert.equal(await flags(null, { continueOnError: true }), true);
  assert.equal(await flags(null, { continueOnError: false }), false);
  assert.equal(await flags(null, {}), null);
});

test('answers each import of a batch in order, and for each alone', async (t) => {
  const { connect, vendor } = await stage(t);
  const started = vendor.start(ORDINARY_LOAD);
  const unknown = OTHER_ID;
  const looks = await lookAt(connect(), target('x'), target(started), target(unknown));
  assert.deepEqual(
    looks.map((look) => (look.kind === 'failed' ? look.error.kind : look.kind)),
    ['not-found', 'observed', 'not-found'],
  );
});

test('rejects with the reason when the caller aborts', async (t) => {
  const { connect, vendor } = await stage(t);
  vendor.setScenario('slow');
  const caller = new AbortController();
  const look = connect().look([target(JOB_ID)], caller.signal);
  const reason = new Error('the watcher stops');
  caller.abort(reason);
  await assert.rejects(look, reason);
});

test('asks the jobs API that the config names, below the path of the base address', async (t) => {
  const { connect, vendor } = await stage(t);
  await failed(connect({ jobsApi: 'v1' }), target(JOB_ID));
  await failed(connect({ baseUrl: `${vendor.url}/prefix//` }), target(JOB_ID));
  assert.deepEqual(vendor.requests, [
    `GET /rest/jobs/v1/jobs/${JOB_ID}`,
    `GET /prefix/rest/2.0/jobs/${JOB_ID}`,
  ]);
});
