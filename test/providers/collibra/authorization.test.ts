import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import { failed, job, JOB_ID, json, lookAt, observed, stage, target } from './setup.ts';
import type { Interception } from './setup.ts';

const TOKEN_PATH = '/rest/oauth/v2/token';
const OAUTH = { auth: { oauth: { clientId: 'a b&c', clientSecret: 's3cret' } } };
const HOUR = 3_600_000;

/** A vendor that numbers its tokens and accepts those at or above `firstGood`. */
function numbering(firstGood: number, token: Readonly<Record<string, unknown>> = {}): Interception {
  let issued = 0;
  return ({ url, headers }) => {
    if (url.pathname === TOKEN_PATH) {
      issued += 1;
      return json(200, { access_token: `token-${issued}`, expires_in: 3600, ...token });
    }
    const number = Number(headers['authorization']?.replace('Bearer token-', ''));
    const body = job({ id: url.pathname.split('/').at(-1), state: 'RUNNING' });
    return number >= firstGood ? json(200, body) : json(401, { userMessage: 'No' });
  };
}

test('sends a user name and a password as UTF-8', async (t) => {
  const { connect, received } = await stage(t);
  const auth = { basic: { username: 'jörg', password: 'pä:ss' } };
  await failed(connect({ auth }), target(JOB_ID));
  const [scheme, credentials = ''] = received[0]?.headers['authorization']?.split(' ') ?? [];
  assert.equal(scheme, 'Basic');
  assert.equal(Buffer.from(credentials, 'base64').toString('utf8'), 'jörg:pä:ss');
});

test('sends a token as it is', async (t) => {
  const { connect, received } = await stage(t);
  await failed(connect({ auth: { bearer: { token: 'a.b.c' } } }), target(JOB_ID));
  assert.equal(received[0]?.headers['authorization'], 'Bearer a.b.c');
});

test('does not ask twice when a fixed credential is refused', async (t) => {
  for (const auth of [
    { basic: { username: 'u', password: 's3cret' } },
    { bearer: { token: 's3cret' } },
  ]) {
    const { connect, vendor } = await stage(t);
    vendor.setScenario('unauthorized');
    const error = await failed(connect({ auth }), target(JOB_ID));
    assert.equal(error.kind, 'unauthorized');
    assert.doesNotMatch(error.message, /s3cret/);
    assert.equal(vendor.requests.length, 1);
  }
});

test('gets a token with a form and uses it while it lives', async (t) => {
  const { connect, vendor, received, clock } = await stage(t);
  const id = vendor.start({ ...ORDINARY_LOAD, runsForMs: 10 * HOUR });
  const source = connect(OAUTH);
  await observed(source, target(id));
  await observed(source, target(id));
  assert.deepEqual(vendor.requests, [
    `POST ${TOKEN_PATH}`,
    `GET /rest/2.0/jobs/${id}`,
    `GET /rest/2.0/jobs/${id}`,
  ]);
  assert.equal(received[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(received[0]?.body)), {
    grant_type: 'client_credentials',
    client_id: 'a b&c',
    client_secret: 's3cret',
  });

  clock.at += HOUR;
  await observed(source, target(id));
  assert.deepEqual(vendor.requests.slice(3), [`POST ${TOKEN_PATH}`, `GET /rest/2.0/jobs/${id}`]);
});

test('gets its token where the config says', async (t) => {
  const { connect, vendor } = await stage(t);
  const oauth = { ...OAUTH.auth.oauth, tokenUrl: `${vendor.url}/elsewhere/token` };
  await failed(connect({ auth: { oauth } }), target(JOB_ID));
  assert.deepEqual(vendor.requests, ['POST /elsewhere/token']);
});

test('renews a refused token once and tries once more', async (t) => {
  const { connect, vendor } = await stage(t, numbering(2));
  await observed(connect(OAUTH), target(JOB_ID));
  assert.deepEqual(vendor.requests, [
    `POST ${TOKEN_PATH}`,
    `GET /rest/2.0/jobs/${JOB_ID}`,
    `POST ${TOKEN_PATH}`,
    `GET /rest/2.0/jobs/${JOB_ID}`,
  ]);
});

test('is unauthorized when the renewed token is refused too', async (t) => {
  const { connect, vendor } = await stage(t, numbering(3));
  const error = await failed(connect(OAUTH), target(JOB_ID));
  assert.equal(error.kind, 'unauthorized');
  assert.doesNotMatch(error.message, /token-|s3cret/);
  assert.equal(vendor.requests.length, 4);
});

test('asks for one token however many imports wait for it', async (t) => {
  const { connect, vendor } = await stage(t, numbering(1));
  const ids = ['01', '02', '03', '04'].map((end) => `${JOB_ID.slice(0, -2)}${end}`);
  const looks = await lookAt(connect(OAUTH), ...ids.map((id) => target(id)));
  assert.ok(looks.every((look) => look.kind === 'observed'));
  assert.equal(vendor.requests.filter((request) => request.startsWith('POST')).length, 1);
});

test('keeps a token whose life nobody states until it is refused', async (t) => {
  const { connect, vendor, clock } = await stage(t, numbering(1, { expires_in: undefined }));
  const source = connect(OAUTH);
  await observed(source, target(JOB_ID));
  clock.at += 1000 * HOUR;
  await observed(source, target(JOB_ID));
  assert.equal(vendor.requests.filter((request) => request.startsWith('POST')).length, 1);
});

const TOKEN_FAILURES = [
  [400, { error: 'invalid_client', error_description: 'Unknown client' }, 'unauthorized'],
  [401, { error: 'invalid_client' }, 'unauthorized'],
  // An address that is wrong, and no word about an import.
  [404, {}, 'unexpected-response'],
  [429, {}, 'rate-limited'],
  [503, {}, 'unavailable'],
  [200, { token: 'x' }, 'unexpected-response'],
] as const;

for (const [status, body, kind] of TOKEN_FAILURES) {
  test(`is ${kind} when the token request is answered ${status}`, async (t) => {
    const { connect, vendor } = await stage(t, ({ url }) =>
      url.pathname === TOKEN_PATH ? json(status, body) : null,
    );
    const error = await failed(connect(OAUTH), target(JOB_ID));
    assert.equal(error.kind, kind);
    assert.doesNotMatch(error.message, /s3cret/);
    assert.deepEqual(vendor.requests, [`POST ${TOKEN_PATH}`]);
  });
}

test('carries a finish along when the token is refused between job and summary', async (t) => {
  const { connect } = await stage(t, ({ url }) => {
    if (url.pathname === TOKEN_PATH) return null;
    return url.pathname.endsWith('/summary') ? json(401, {}) : json(200, job());
  });
  const { job: seen, lacking } = await observed(connect(OAUTH), target(JOB_ID));
  assert.equal(seen.phase, 'FINISHED');
  assert.match(lacking ?? '', /401/);
});
