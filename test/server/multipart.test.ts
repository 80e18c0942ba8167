import assert from 'node:assert/strict';
import test from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { parse } from 'graphql';
import { atEnd } from '../support/at-end.ts';
import { startLiveServer } from '../support/live-server.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';

/** What Apollo Client sends for a subscription. */
const IN_PARTS =
  'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9';

const ONE = `subscription ($id: ID!) {
  importChanged(id: $id) { end { reason } import { revision } }
}`;

function post(url: string, query: string, accept = IN_PARTS): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { id: 'catalog:a' } }),
  });
}

test('a subscription is answered in parts, the last of which says that it is the last', async (t) => {
  const server = await startLiveServer(t);
  await server.finish('a');
  const response = await post(server.url, ONE);
  assert.equal(response.status, 200);
  assert.equal(
    response.headers.get('content-type'),
    'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  );
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('connection'), 'close');
  const [preamble, ...parts] = (await response.text()).split('\r\n--graphql');
  assert.equal(preamble, '');
  assert.equal(parts.pop(), '--\r\n');
  const head = '\r\ncontent-type: application/json\r\n\r\n';
  const payloads = parts.map((part) => {
    assert.ok(part.startsWith(head));
    return JSON.parse(part.slice(head.length));
  });
  assert.deepEqual(payloads, [
    { payload: { data: { importChanged: { end: null, import: { revision: 1 } } } } },
    { payload: { data: { importChanged: { end: { reason: 'SETTLED' }, import: null } } } },
  ]);
});

test('while nothing happens, every stream over HTTP shows that the server is there', async (t) => {
  const server = await startLiveServer(t, { pingEveryMs: 20 });
  await server.change('a');
  const heartbeats = [
    ['/graphql', IN_PARTS, '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql'],
    ['/graphql/stream', 'text/event-stream', ':\n\n'],
  ] as const;
  for (const [path, accept, heartbeat] of heartbeats) {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      body: JSON.stringify({ query: ONE, variables: { id: 'catalog:a' } }),
    });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.endsWith(heartbeat.repeat(3))) break;
    }
    await until(() => server.streams() === 0);
  }
});

test('one client over HTTP alone asks and follows', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const client = new ApolloClient({
    link: new HttpLink({ uri: `${server.url}/graphql` }),
    cache: new InMemoryCache(),
  });
  atEnd(t, () => client.stop());
  const query = parse('query ($id: ID!) { import(id: $id) { id revision } }');
  const variables = { id: 'catalog:a' };
  const before = await client.query({ query, variables });
  assert.equal(at(before.data, 'import.revision'), 1);

  const [, , inParts] = TRANSPORTS;
  assert.ok(inParts);
  const stream = inParts.follow(t, { url: server.url, query: ONE, variables });
  await next(stream);
  await server.change('a');
  const { data } = await next(stream);
  assert.equal(at(data, 'importChanged.import.revision'), 2);
  const after = await client.query({ query, variables, fetchPolicy: 'network-only' });
  assert.equal(at(after.data, 'import.revision'), 2);
});

test('whatever is no subscription is answered as ever, however it is asked for', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const answers = [
    ['query ($id: ID!) { import(id: $id) { revision } }', 200, null],
    ['{ nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription {', 400, 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { __typename } subscription B { importsChanged { position } }', 400, 'OPERATION'],
  ] as const;
  for (const [query, status, code] of answers) {
    const response = await post(server.url, query);
    assert.match(response.headers.get('content-type') ?? '', /^application\//, query);
    const body = await response.json();
    assert.equal(response.status, status, query);
    if (code === null) assert.deepEqual(body, { data: { import: { revision: 1 } } });
    else assert.match(String(at(body, 'errors.0.extensions.code')), new RegExp(`^${code}`));
  }
});

test('whoever takes nothing but parts is told why there are none', async (t) => {
  const server = await startLiveServer(t);
  const refused = [
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription {', 'GRAPHQL_PARSE_FAILED'],
  ] as const;
  for (const [query, code] of refused) {
    const response = await post(server.url, query, 'multipart/mixed;subscriptionSpec=1.0');
    assert.equal(response.status, 400);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(at(await response.json(), 'errors.0.extensions.code'), code);
  }
});

test('a subscription that asks for no stream is told how to ask for one', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const response = await post(server.url, ONE, 'application/json');
  const body = await response.json();
  assert.equal(at(body, 'errors.0.extensions.code'), 'BAD_REQUEST');
  assert.match(String(at(body, 'errors.0.message')), /WebSocket/);
  assert.equal(server.streams(), 0);
});
