import assert from 'node:assert/strict';
import test from 'node:test';
import { createHttp, findStatusFailure } from '../../src/providers/http.ts';
import { hideSecrets, listSecrets } from '../../src/providers/quoted-secrets.ts';
import { cannedFetch } from '../support/canned-fetch.ts';

const URL_OF_JOB = new URL('https://vendor.example/jobs/1');
const SECRETS = ['hunter2 & co', 'key-123'];

async function answerOf(body: string, status: number) {
  const http = createHttp({
    fetch: cannedFetch([body], status),
    timeoutMs: 1_000,
    maxResponseBytes: 10_000,
    admit: async () => undefined,
    secrets: SECRETS,
  });
  return http({
    method: 'GET',
    url: URL_OF_JOB,
    headers: { Authorization: 'Bearer issued-token', 'x-api-key': 'key-123' },
    signal: new AbortController().signal,
  });
}

test('what a vendor quotes of our credentials, as they are or as they were sent, is hidden', async () => {
  const body = JSON.stringify({
    message: 'no key-123, no Bearer issued-token, no hunter2 & co, no hunter2%20%26%20co',
  });
  const failure = findStatusFailure(await answerOf(body, 401), 0);
  assert.equal(
    failure?.message,
    'GET https://vendor.example/jobs/1 answered 401: no [hidden], no Bearer [hidden], no [hidden], no [hidden]',
  );
});

test('nothing is hidden of what a vendor has to tell', async () => {
  const body = '{"name":"key-123 and issued-token"}';
  assert.equal((await answerOf(body, 200)).text, body);
  const other = '{"message":"no job 1 in team 7"}';
  assert.equal((await answerOf(other, 404)).text, other);
});

test('a secret too short to be one does not take a message apart', () => {
  assert.equal(hideSecrets('a bad key', ['a', 'key', '']), 'a bad key');
  assert.equal(hideSecrets('a bad key', ['a ba']), '[hidden]d key');
});

test('the secrets among settings are known by their names, however deep', () => {
  assert.deepEqual(
    listSecrets({
      baseUrl: 'https://acme.collibra.com',
      auth: {
        basic: { username: 'svc', password: 'one' },
        oauth: { clientId: 'x', clientSecret: 'two', tokenUrl: 'https://acme.com/token' },
        usernameToken: { username: 'svc', password: 'three' },
        bearer: { token: 'four' },
      },
      apiKey: 'five',
      batchSize: 20,
      timeZone: null,
    }),
    ['one', 'two', 'three', 'four', 'five'],
  );
});
