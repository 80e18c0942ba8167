import assert from 'node:assert/strict';
import test from 'node:test';
import type { Observation } from '../../src/domain/observation.ts';
import { ProviderError } from '../../src/domain/provider-error.ts';
import { collibra } from '../../src/providers/collibra/index.ts';
import { discreet } from '../../src/providers/discreet-source.ts';
import { createHttp } from '../../src/providers/http.ts';
import { marketingCloud } from '../../src/providers/marketing-cloud/index.ts';
import type { Connect, LookTarget, ProviderDataSource } from '../../src/providers/provider.ts';
import { Secrets } from '../../src/providers/quoted-secrets.ts';
import { quoteVendor } from '../../src/providers/vendor-words.ts';
import { finishedJob, state } from '../support/builders.ts';
import { createRowSink } from '../support/row-sink.ts';
import { failureOf } from './setup.ts';

const TOKEN = 'ey-issued-access-token-AAAA/BBBB+CCCC==';
const AN_HOUR = { access_token: TOKEN, expires_in: 3_600 };
const SECRET = `pa"ss\\word/with+all&<x>! é`;

function targetOf(externalId: string): LookTarget {
  return { externalId, continueOnError: null, mayNotExistYet: false, rows: createRowSink() };
}

const { signal } = new AbortController();

type Answers = (path: string, body: string) => { readonly status: number; readonly body: string };

/** Why a look fails, by a vendor that answers like this. */
async function failureWith(connect: Connect, id: string, answer: Answers): Promise<string> {
  const http = createHttp({
    fetch: async (input, init) => {
      assert.ok(input instanceof URL);
      const sent = init?.body ?? '';
      assert.ok(typeof sent === 'string');
      const { status, body } = answer(input.pathname, sent);
      return new Response(body, { status });
    },
    timeoutMs: 1_000,
    maxResponseBytes: 10_000,
    admit: async () => undefined,
  });
  const source = connect({ http, now: () => 0 });
  const looks = await source.look([targetOf(id)], signal).catch((error: unknown) => {
    assert.ok(error instanceof ProviderError);
    return [{ kind: 'failed' as const, error }];
  });
  const [look] = looks;
  assert.ok(look?.kind === 'failed');
  return look.error.message;
}

const JOB = '495756bd-419c-4fea-beb4-8a70253d8079';
const baseUrl = 'https://vendor.example';

test('a token that was issued is in no failure, wherever it was shown', async () => {
  const oauth = { clientId: 'c', clientSecret: SECRET };
  const bySoap = marketingCloud.settings.parse({ authUrl: baseUrl, auth: { oauth } });
  const fault = `<Envelope><Body><Fault><faultcode>x</faultcode><faultstring>no ${TOKEN}</faultstring></Fault></Body></Envelope>`;
  const message = await failureWith(bySoap, '123', (path) =>
    path === '/v2/token'
      ? { status: 200, body: JSON.stringify({ ...AN_HOUR, soap_instance_url: `${baseUrl}/` }) }
      : { status: 500, body: fault },
  );
  assert.match(message, /“no \[hidden\]=*”$/);
  const byRest = collibra.settings.parse({ baseUrl, auth: { oauth } });
  const other = await failureWith(byRest, JOB, (path) =>
    path === '/rest/oauth/v2/token'
      ? { status: 200, body: JSON.stringify(AN_HOUR) }
      : { status: 403, body: JSON.stringify({ message: `no Bearer ${TOKEN}` }) },
  );
  assert.match(other, /“no Bearer \[hidden\]=*”$/);
});

test('a credential is in no failure that an answer of success stands for', async () => {
  const auth = { usernameToken: { username: 'svc', password: SECRET } };
  const connect = marketingCloud.settings.parse({ soapUrl: baseUrl, auth });
  const body = `<Envelope><Body><RetrieveResponseMsg><OverallStatus>Error: no svc/${SECRET.replace('&', '&amp;').replace('<', '&lt;')}</OverallStatus></RetrieveResponseMsg></Body></Envelope>`;
  const message = await failureWith(connect, '123', () => ({ status: 200, body }));
  assert.match(message, /OverallStatus “Error: no svc\/\[hidden\]”, expected OK$/);
});

test('a refusal may quote all that was sent, escaped as it was or once more', async () => {
  const oauth = { clientId: 'c', clientSecret: SECRET };
  const connect = collibra.settings.parse({ baseUrl, auth: { oauth } });
  for (const escape of [(text: string) => text, encodeURIComponent]) {
    const message = await failureWith(connect, JOB, (_, sent) => ({
      status: 400,
      body: JSON.stringify({ error_description: `refused ${escape(sent)}` }),
    }));
    assert.match(message, /client_secret(?:=|%…D)\[hidden\]”$/);
  }
});

test('of a secret that a long sentence ends in, no part is told', async () => {
  const connect = collibra.settings.parse({ baseUrl, auth: { bearer: { token: 'x'.repeat(40) } } });
  const message = await failureWith(connect, JOB, () => ({
    status: 401,
    body: JSON.stringify({ message: `${'.'.repeat(180)}${'x'.repeat(40)}` }),
  }));
  assert.ok(message.endsWith(`${'.'.repeat(180)}[hidden]”`));
});

test('what stands behind a failure is as discreet as it, and what it means stays', async () => {
  const cause = new ProviderError('unauthorized', `no ${SECRET}`, { cause: new Error(SECRET) });
  const error = new ProviderError('rate-limited', `told ${quoteVendor(`${SECRET} of "Ann"`)}`, {
    retryAfterMs: 7,
    cause,
  });
  const broken: ProviderDataSource = {
    largestBatch: 3,
    look: () => Promise.reject(error),
    readRows: () => Promise.reject(error),
    readResponse: () => Promise.reject(error),
  };
  const source = discreet(broken, new Secrets([SECRET]));
  assert.equal(source.largestBatch, 3);
  const target = targetOf('a');
  for (const work of [
    source.look([target], signal),
    source.readRows?.({ externalId: 'a', next: null, knownTotal: null }, signal),
    source.readResponse?.({}, target),
  ]) {
    const failure = await failureOf(Promise.resolve(work));
    assert.deepEqual([failure.kind, failure.retryAfterMs], ['rate-limited', 7]);
    assert.equal(failure.message, 'told “[hidden] of …”');
    assert.ok(failure.cause instanceof ProviderError);
    assert.equal(failure.cause.message, 'no [hidden]');
    assert.equal(failure.cause.cause, undefined);
  }
});

test('a bug stays what it is, and what a vendor cannot tell is not asked for', async () => {
  const bug = new TypeError('a bug');
  const source = discreet(
    { largestBatch: 1, look: () => Promise.reject(bug) },
    new Secrets([SECRET]),
  );
  await assert.rejects(source.look([targetOf('a')], signal), bug);
  assert.ok(!('readRows' in source) && !('readResponse' in source));
});

test('what a vendor tells of a job, or of a part of it, holds no secret', async () => {
  const error = { code: SECRET, message: `no ${SECRET}`, detail: SECRET };
  const { counters, rowErrors } = state({});
  const part = {
    type: 'ASSET',
    key: null,
    name: null,
    counters,
    categories: [],
    phase: null,
    progressPercent: null,
    error,
  };
  const observation: Observation = {
    job: { ...finishedJob(), message: SECRET, error, providerStatus: SECRET, explanation: SECRET },
    counters,
    resources: [{ ...part, categories: [part] }],
    rowErrors,
    rows: 'none',
    lacking: quoteVendor(SECRET),
  };
  const source = discreet(
    { largestBatch: 1, look: async () => [{ kind: 'observed', observation }] },
    new Secrets([SECRET]),
  );
  const [look] = await source.look([targetOf('a')], signal);
  assert.ok(look?.kind === 'observed');
  const hidden = { code: '[hidden]', message: 'no [hidden]', detail: '[hidden]' };
  assert.deepEqual(look.observation.job.error, hidden);
  assert.deepEqual(look.observation.resources[0]?.categories[0]?.error, hidden);
  assert.equal(JSON.stringify(look).includes('pa\\"ss'), false);
  assert.equal(look.observation.lacking, '“[hidden]”');
});
