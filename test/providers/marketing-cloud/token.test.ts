import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { jsonAnswer } from '../../../src/providers/simulation.ts';
import {
  connect,
  countOf,
  ENDED_LOAD,
  look,
  OAUTH,
  observationOf,
  retrieved,
  serve,
  serveAnswers,
  soap,
  START,
  USERNAME,
} from './setup.ts';

const EXPIRED = soap(
  '<soap:Fault><faultcode xmlns:q0="urn:q">q0:Security</faultcode><faultstring>Token Expired</faultstring></soap:Fault>',
  500,
);

test('one token serves until shortly before it dies', async (t) => {
  const { vendor, clock } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH }, clock);
  await look(source, ['1234']);
  clock.now = START + 1_018_000;
  await look(source, ['1234']);
  assert.equal(countOf(vendor, '/v2/token'), 1);
  clock.now = START + 1_019_000;
  await look(source, ['1234']);
  assert.equal(countOf(vendor, '/v2/token'), 2);
  assert.equal(countOf(vendor, '/Service.asmx'), 3);
});

test('many looks that start at once share one token', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await Promise.all(Array.from({ length: 25 }, () => look(source, ['1234'])));
  assert.equal(countOf(vendor, '/v2/token'), 1);
  assert.equal(countOf(vendor, '/Service.asmx'), 25);
});

test('a token that died early is renewed once, and the look succeeds', async (t) => {
  const { vendor, simulator } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await look(source, ['1234']);
  simulator.expireTokens();
  const [found] = await look(source, ['1234']);
  assert.equal(observationOf(found).job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.deepEqual(vendor.requests, [
    'POST /v2/token',
    'POST /Service.asmx',
    'POST /Service.asmx',
    'POST /v2/token',
    'POST /Service.asmx',
  ]);
});

test('a token that a gateway refuses, without a fault, is renewed too', async (t) => {
  const { url, asked } = await serveAnswers(t, ({ url: { pathname, origin }, body }) => {
    const issued = asked.filter((request) => request.url.pathname === '/v2/token').length;
    if (pathname === '/v2/token') {
      const token = { access_token: `t${issued}`, expires_in: 1079, soap_instance_url: origin };
      return jsonAnswer(200, token);
    }
    return body.includes('>t1<') ? { status: 401, headers: {}, body: '' } : retrieved([]);
  });
  const source = connect({ authUrl: url, auth: OAUTH });
  for (let looks = 0; looks < 2; looks += 1) {
    const [found] = await look(source, ['1']);
    assert.equal(found?.kind === 'failed' && found.error.kind, 'not-found');
  }
  assert.equal(asked.filter((request) => request.url.pathname === '/v2/token').length, 2);
});

test('ten looks refused at once cost one renewal', async (t) => {
  const { vendor, simulator } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await look(source, ['1234']);
  simulator.expireTokens();
  const looks = await Promise.all(Array.from({ length: 10 }, () => look(source, ['1234'])));
  for (const [found] of looks) assert.equal(observationOf(found).job.phase, 'FINISHED');
  assert.equal(countOf(vendor, '/v2/token'), 2);
});

test('a token that dies between two pages is renewed and the pages go on', async (t) => {
  let pages = 0;
  let tokens = 0;
  const { url } = await serveAnswers(t, ({ url: { pathname, origin }, body }) => {
    if (pathname === '/v2/token') {
      tokens += 1;
      const token = { access_token: `t${tokens}`, expires_in: 1079, soap_instance_url: origin };
      return jsonAnswer(200, token);
    }
    if (pages === 1 && body.includes('>t1<')) return EXPIRED;
    pages += 1;
    const result = `<TaskResultID>${pages}</TaskResultID><ImportStatus>New</ImportStatus>`;
    return retrieved([result], {
      status: pages === 1 ? 'MoreDataAvailable' : 'OK',
      requestId: `r${pages}`,
    });
  });
  const looks = await look(connect({ authUrl: url, auth: OAUTH }), ['1', '2']);
  for (const found of looks) assert.equal(observationOf(found).job.phase, 'QUEUED');
  assert.equal(tokens, 2);
});

test('a vendor that refuses the new token too is unauthorized, after one more try', async (t) => {
  const { url, asked } = await serveAnswers(t, ({ url: { pathname, origin } }) =>
    pathname === '/v2/token'
      ? jsonAnswer(200, { access_token: 'secret-t', expires_in: 1079, soap_instance_url: origin })
      : EXPIRED,
  );
  await assert.rejects(look(connect({ authUrl: url, auth: OAUTH }), ['1']), (error: unknown) => {
    assert.ok(error instanceof ProviderError);
    assert.equal(error.kind, 'unauthorized');
    assert.match(error.message, /Token Expired/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.deepEqual(
    asked.map((request) => request.url.pathname),
    ['/v2/token', '/Service.asmx', '/v2/token', '/Service.asmx'],
  );
});

test('a refused user name is not tried again', async (t) => {
  const { vendor } = await serve(t);
  vendor.setScenario('unauthorized');
  const source = connect({ soapUrl: vendor.url, auth: USERNAME });
  await assert.rejects(look(source, ['1']), { name: 'ProviderError', kind: 'unauthorized' });
  assert.deepEqual(vendor.requests, ['POST /Service.asmx']);
});

test('a user name works without any token', async (t) => {
  const { vendor } = await serve(t);
  const id = vendor.start(ENDED_LOAD);
  const [found] = await look(connect({ soapUrl: vendor.url, auth: USERNAME }), [id]);
  assert.equal(observationOf(found).job.outcome, 'SUCCEEDED');
  assert.equal(countOf(vendor, '/v2/token'), 0);
});

test('asks for the token as the vendor documents it, below the path of authUrl', async (t) => {
  const { url, asked } = await serveAnswers(t, ({ url: { pathname } }) =>
    pathname.endsWith('/v2/token')
      ? jsonAnswer(200, { access_token: '<&>', expires_in: 1079 })
      : retrieved([]),
  );
  const source = connect({
    authUrl: `${url}/auth/`,
    soapUrl: `${url}/soap`,
    auth: { oauth: { clientId: 'a', clientSecret: 'b', accountId: 42 } },
  });
  await look(source, ['1']);
  assert.equal(asked[0]?.url.pathname, '/auth/v2/token');
  assert.equal(asked[0]?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
    grant_type: 'client_credentials',
    client_id: 'a',
    client_secret: 'b',
    account_id: 42,
  });
  assert.equal(asked[1]?.url.pathname, '/soap/Service.asmx');
  assert.match(
    asked[1]?.body ?? '',
    /<fueloauth xmlns="http:\/\/exacttarget.com">&lt;&amp;&gt;<\/fueloauth>/,
  );
});

test('leaves the account out when the config names none', async (t) => {
  const { url, asked } = await serveAnswers(t, () => jsonAnswer(401, {}));
  await assert.rejects(look(connect({ authUrl: url, auth: OAUTH }), ['1']));
  assert.equal('account_id' in JSON.parse(asked[0]?.body ?? ''), false);
});
