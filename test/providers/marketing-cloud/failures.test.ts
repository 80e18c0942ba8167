import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import type { ProviderErrorKind } from '../../../src/domain/provider-error.ts';
import { jsonAnswer } from '../../../src/providers/simulation.ts';
import type { SimulatedAnswer } from '../../../src/providers/simulation.ts';
import {
  connect,
  look,
  lookThrough,
  OAUTH,
  retrieved,
  serve,
  serveAnswers,
  soap,
  textOf,
} from './setup.ts';

function fault(code: string, reason: string, detail = '<detail />'): SimulatedAnswer {
  return soap(
    `<soap:Fault><faultcode xmlns:q0="urn:q">${code}</faultcode><faultstring>${reason}</faultstring>${detail}</soap:Fault>`,
    500,
  );
}

function apiFault(apiCode: number): string {
  return `<detail><apifault xmlns="urn:fault.partner.exacttarget.com"><Code>${apiCode}</Code><Message>m</Message></apifault></detail>`;
}

function text(status: number, body: string, contentType = 'text/html'): SimulatedAnswer {
  return { status, headers: { 'content-type': contentType }, body };
}

const UNKNOWN_TYPE = 'Error: Unable to find a handler for object type: Foo.';
const DOCTYPE_ENVELOPE = `<!DOCTYPE x [<!ENTITY a "OK">]>${textOf(retrieved([])).replace('OK', '&a;')}`;

for (const [name, answer, kind] of [
  ['a Token Expired fault', fault('q0:Security', 'Token Expired'), 'unauthorized'],
  ['a Login failed fault', fault('q0:Security', 'Login failed'), 'unauthorized'],
  ['a Login Failed fault of another code', fault('soap:Client', 'LOGIN FAILED'), 'unauthorized'],
  ['any other Security fault', fault('wsse:Security', 'No UsernameToken'), 'unauthorized'],
  ['an outage', fault('soap:Server', 'Unplanned Outage', apiFault(2)), 'unavailable'],
  ['a server fault without a code', fault('soap:Server', 'Oops'), 'unavailable'],
  ['code 1, no database', fault('soap:Client', 'x', apiFault(1)), 'unavailable'],
  ['code 8, maintenance', fault('soap:Client', 'x', apiFault(8)), 'unavailable'],
  ['code 9, maintenance', fault('soap:Server', 'In Maintenance', apiFault(9)), 'unavailable'],
  ['code 11, no right', fault('soap:Client', 'x', apiFault(11)), 'unauthorized'],
  ['a user without the right', fault('soap:Client', 'User Not Authorized'), 'unauthorized'],
  [
    'no database, in words alone',
    fault('soap:Client', 'Synchronous request cannot be completed at this time'),
    'unavailable',
  ],
  [
    'an action that it does not know',
    fault('soap:Client', 'Server did not recognize the value of HTTP Header SOAPAction: Test.'),
    'unexpected-response',
  ],
  [
    'a SOAP 1.2 fault of ours',
    soap(
      '<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Bad</soap:Text></soap:Reason></soap:Fault>',
      400,
    ),
    'unexpected-response',
  ],
  ['a fault with status 200', { ...fault('soap:Server', 'Oops'), status: 200 }, 'unavailable'],
  ['a throttling 500 without a fault', text(500, 'Server Too Busy', 'text/plain'), 'unavailable'],
  ['an HTML page with status 500', text(500, '<!DOCTYPE html><html><br></html>'), 'unavailable'],
  ['XML without a fault and status 500', text(500, '<html><body/></html>'), 'unavailable'],
  ['an empty 503', text(503, ''), 'unavailable'],
  ['a 404', text(404, '<h1>Not Found</h1>'), 'unexpected-response'],
  ['a 410', text(410, ''), 'unexpected-response'],
  ['a 401', text(401, ''), 'unauthorized'],
  ['a 429', text(429, ''), 'rate-limited'],
  ['a redirect', text(302, ''), 'unexpected-response'],
  ['a login page with status 200', text(200, '<html><br></html>'), 'unexpected-response'],
  ['another XML document', text(200, '<feed/>', 'text/xml'), 'unexpected-response'],
  ['half an envelope', text(200, textOf(retrieved([])).slice(0, 300)), 'unexpected-response'],
  ['nothing', text(200, ''), 'unexpected-response'],
  ['a document type', text(200, DOCTYPE_ENVELOPE, 'text/xml'), 'unexpected-response'],
  ['an unknown object type', retrieved([], { status: UNKNOWN_TYPE }), 'unexpected-response'],
  ['a bare Error status', retrieved([], { status: 'Error' }), 'unexpected-response'],
  ['a bare Has Errors status', retrieved([], { status: 'Has Errors' }), 'unexpected-response'],
  ['no status', retrieved([], { status: '' }), 'unexpected-response'],
  [
    'a missing permission',
    retrieved([], { status: 'Error: API Permission Failed. ObjectType: X' }),
    'unauthorized',
  ],
] as const) {
  test(`${name} is ${kind}`, async (t) => {
    await rejectsAs(kind, () => lookThrough(t, answer));
  });
}

for (const [status, kind] of [
  [429, 'rate-limited'],
  [503, 'unavailable'],
  [500, 'unavailable'],
] as const) {
  test(`a fault with status ${status} is ${kind} and waits as its headers say`, async (t) => {
    const busy = fault('soap:Server', 'Server Too Busy');
    const answer = { ...busy, status, headers: { ...busy.headers, 'retry-after': '7' } };
    const error = await rejectsAs(kind, () => lookThrough(t, answer));
    assert.equal(error.retryAfterMs, 7_000);
  });
}

test('an entity bomb is refused before it goes off', async (t) => {
  const entities = Array.from(
    { length: 9 },
    (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
  ).join('');
  const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "lol">${entities}]><b>&e9;</b>`;
  const error = await rejectsAs('unexpected-response', () => lookThrough(t, text(200, bomb)));
  assert.match(error.message, /document type or entity declaration/);
});

test('a refusal says what the vendor said', async (t) => {
  const status = 'Error: The Request Property(s) Bogus do not match with the fields';
  const error = await rejectsAs('unexpected-response', () =>
    lookThrough(t, retrieved([], { status })),
  );
  assert.match(error.message, /Request Property\(s\) Bogus do not match/);
});

test('a wrong address is told from a missing import', async (t) => {
  const error = await rejectsAs('unexpected-response', () => lookThrough(t, text(404, '')));
  assert.match(error.message, /is soapUrl right\?/);
});

for (const [name, answer, kind, words] of [
  ['a refused client', jsonAnswer(401, { error: 'invalid_client' }), 'unauthorized', /401/],
  [
    'a client refused with 400',
    jsonAnswer(400, { error: 'invalid_client' }),
    'unauthorized',
    /refused the client credentials/,
  ],
  ['another 400', jsonAnswer(400, { error: 'invalid_request' }), 'unexpected-response', /400/],
  ['a 404', text(404, ''), 'unexpected-response', /is authUrl right\?/],
  ['an outage', text(503, 'no healthy upstream', 'text/plain'), 'unavailable', /no healthy/],
  ['no JSON', text(200, '<html/>'), 'unexpected-response', /not JSON/],
  ['no token', jsonAnswer(200, { expires_in: 1079 }), 'unexpected-response', /access_token/],
  [
    'no lifetime',
    jsonAnswer(200, { access_token: 'tttt' }),
    'unexpected-response',
    /expires_in: expected a number of seconds/,
  ],
  [
    'no address for SOAP',
    jsonAnswer(200, { access_token: 'tttt', expires_in: 1079 }),
    'unexpected-response',
    /without a soap_instance_url; set soapUrl/,
  ],
  [
    'an address that is none',
    jsonAnswer(200, { access_token: 'tttt', expires_in: 1079, soap_instance_url: 'file:///x' }),
    'unexpected-response',
    /without a soap_instance_url; set soapUrl/,
  ],
] as const) {
  test(`${name} from the token endpoint is ${kind}`, async (t) => {
    const { url, asked } = await serveAnswers(t, () => answer);
    const error = await rejectsAs(kind, () => look(connect({ authUrl: url, auth: OAUTH }), ['1']));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /some-secret|tttt/);
    assert.equal(asked.length, 1);
  });
}

test('a throttled token endpoint says how long to wait', async (t) => {
  const { vendor } = await serve(t);
  vendor.setScenario('rate-limited');
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const error = await rejectsAs('rate-limited', () => look(source, ['1']));
  assert.equal(error.retryAfterMs, 5_000);
});

test('an unreachable vendor is unavailable', async (t) => {
  const { vendor } = await serve(t);
  await vendor.close();
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await rejectsAs('unavailable', () => look(source, ['1']));
});

async function rejectsAs(
  kind: ProviderErrorKind,
  act: () => Promise<unknown>,
): Promise<ProviderError> {
  const error = await act().then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProviderError, String(error));
  assert.equal(error.kind, kind, error.message);
  return error;
}
