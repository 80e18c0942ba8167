import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import test from 'node:test';
import { streamUrl } from '../support/events.ts';
import { startLiveServer } from '../support/live-server.ts';
import { at, until } from '../support/world.ts';

const JSON_BODY = { 'content-type': 'application/json' };

const MANY = 'subscription { importsChanged { import { id } } }';
const TWO = 'query A { __typename } query B { importProviders { id } }';
const TRACK =
  'mutation { trackImport(input: { providerId: "catalog", externalId: "b" }) { import { id } } }';

interface Asked {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'PUT';
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(url: string, { method = 'GET', parameters, headers, body }: Asked): Promise<Response> {
  const search = new URLSearchParams(parameters).toString();
  return fetch(`${url}/graphql/stream?${search}`, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  });
}

const REFUSED: Readonly<Record<string, readonly [Asked, number, RegExp]>> = {
  'no query': [{}, 400, /query: must be the text of an operation/],
  'a body without a query': [
    { method: 'POST', headers: JSON_BODY, body: '{}' },
    400,
    /query: must be the text of an operation/,
  ],
  'a query that is no text': [
    { method: 'POST', headers: JSON_BODY, body: '{"query":{"a":1}}' },
    400,
    /query: must be the text of an operation/,
  ],
  'a body that is a list': [
    { method: 'POST', headers: JSON_BODY, body: `[{"query":"${MANY}"}]` },
    400,
    /body: must be a JSON object that has a query/,
  ],
  'a body that is no JSON': [
    { method: 'POST', headers: JSON_BODY, body: '{"query":' },
    400,
    /JSON/,
  ],
  'an empty body': [{ method: 'POST', headers: JSON_BODY, body: '' }, 400, /empty/],
  'a body of plain text': [
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: `{"query":"${MANY}"}` },
    400,
    /body: must be a JSON object that has a query/,
  ],
  'a form': [
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `query=${MANY}`,
    },
    415,
    /content-type: must be application\/json/,
  ],
  'too large a body': [
    { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ query: 'x'.repeat(200_000) }) },
    413,
    /too large/,
  ],
  'variables that are no JSON': [
    { parameters: { query: MANY, variables: '{' } },
    400,
    /variables: must be an object/,
  ],
  'variables that are no object': [
    { parameters: { query: MANY, variables: '[1]' } },
    400,
    /variables: must be an object/,
  ],
  'a name that is no text': [
    { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ query: MANY, operationName: 1 }) },
    400,
    /operationName: must be a text/,
  ],
  'a mutation by GET': [{ parameters: { query: TRACK } }, 405, /must be sent by POST/],
  'another kind of answer': [
    { parameters: { query: MANY }, headers: { accept: 'application/json' } },
    406,
    /text\/event-stream/,
  ],
  'another method': [
    { method: 'PUT', headers: JSON_BODY, body: '{}' },
    405,
    /must be sent by GET or POST/,
  ],
};

for (const [name, [asked, status, message]] of Object.entries(REFUSED)) {
  test(`${name} is refused with the status and a sentence that say why`, async (t) => {
    const server = await startLiveServer(t);
    await server.change('a');
    const response = await ask(server.url, asked);
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.match(text, message);
    assert.equal(response.headers.get('allow') !== null, status === 405);
    if (status === 405) assert.match(response.headers.get('allow') ?? '', /POST$/);
    assert.equal(server.streams(), 0);
    assert.deepEqual([...(await server.ledger.findImports(['catalog:b']))], []);
    assert.deepEqual(server.log, []);
  });
}

const ANSWERED: Readonly<Record<string, readonly [Asked, RegExp]>> = {
  'a name of no operation': [
    { parameters: { query: TWO, operationName: 'C' } },
    /"OPERATION_RESOLUTION_FAILURE"/,
  ],
  'several operations and no name': [
    { parameters: { query: TWO } },
    /"OPERATION_RESOLUTION_FAILURE"/,
  ],
  'an empty query': [{ parameters: { query: '' } }, /"GRAPHQL_PARSE_FAILED"/],
  'a field that is not there': [{ parameters: { query: '{ a }' } }, /"GRAPHQL_VALIDATION_FAILED"/],
  'the schema, where it is hidden': [
    { parameters: { query: '{ __schema { queryType { name } } }' } },
    /"GRAPHQL_VALIDATION_FAILED"/,
  ],
  'a query by its name': [
    { parameters: { query: TWO, operationName: 'B' } },
    /^\{"data":\{"importProviders":\[\{"id":"catalog"\}\]\}\}$/,
  ],
  'a query by POST, with what need not be there': [
    {
      method: 'POST',
      headers: { ...JSON_BODY, accept: 'text/event-stream' },
      body: JSON.stringify({ query: '{ __typename }', variables: null, operationName: null }),
    },
    /^\{"data":\{"__typename":"Query"\}\}$/,
  ],
  'a mutation by POST': [
    { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ query: TRACK }) },
    /"catalog:b"/,
  ],
};

for (const [name, [asked, answer]] of Object.entries(ANSWERED)) {
  test(`${name} has one result, and the stream is complete`, async (t) => {
    const server = await startLiveServer(t);
    const response = await ask(server.url, asked);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    // It would keep a server that stops waiting.
    assert.equal(response.headers.get('connection'), 'close');
    const [opening, result, ending, ...rest] = (await response.text()).split('\n\n');
    assert.equal(opening, 'retry: 1000');
    assert.match(result ?? '', /^event: next\ndata: /);
    assert.match(result?.slice('event: next\ndata: '.length) ?? '', answer);
    assert.equal(ending, 'event: complete\ndata: ');
    assert.deepEqual(rest, ['']);
    assert.equal(server.streams(), 0);
  });
}

test('asking for a stream without its body opens none', async (t) => {
  const server = await startLiveServer(t, { maxConnections: 1 });
  for (let round = 0; round < 3; round += 1) {
    const response = await ask(server.url, { method: 'HEAD', parameters: { query: MANY } });
    assert.ok(response.status >= 400, `${response.status}`);
  }
  assert.equal(server.streams(), 0);
});

test('a client that leaves before its stream has begun holds nothing', async (t) => {
  const server = await startLiveServer(t, { maxConnections: 1 });
  await server.change('a');
  for (let round = 0; round < 20; round += 1) {
    const leaving = new AbortController();
    const url = streamUrl({ url: server.url, query: MANY });
    const asked = fetch(url, { signal: leaving.signal });
    if (round % 2 === 0) queueMicrotask(() => leaving.abort());
    else setImmediate(() => leaving.abort());
    await assert.rejects(async () => (await asked).text());
  }
  await until(() => server.streams() === 0);
  await until(async () => {
    const response = await ask(server.url, { parameters: { query: '{ __typename }' } });
    const text = await response.text();
    if (response.status === 200) return true;
    assert.match(String(at(JSON.parse(text), 'errors.0.message')), /at most 1/);
    return false;
  });
  assert.deepEqual(server.log, []);
});

test('a page of another origin may not ask, and one of our own may', async (t) => {
  const server = await startLiveServer(t);
  const { host } = new URL(server.url);
  const query = encodeURIComponent('{ importProviders { id } }');
  const cases = [
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ] as const;
  for (const [headers, status] of cases) {
    const response = await askPlainly(`${server.url}/graphql/stream?query=${query}`, headers);
    assert.equal(response, status, JSON.stringify(headers));
  }
});

/** By no browser: `fetch` lets nobody say where they come from. */
async function askPlainly(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const request = get(url, { headers });
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
}
