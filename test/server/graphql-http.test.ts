import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { ask, assertUntouched, TRACK } from '../support/graphql-http.ts';
import type { Asked } from '../support/graphql-http.ts';
import { startLiveServer } from '../support/live-server.ts';
import { at, startWorld } from '../support/world.ts';

const OLD = 'application/json';
const NEW = 'application/graphql-response+json';

const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['a text that is none', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
  ['an empty text', { query: '' }, 'GRAPHQL_PARSE_FAILED'],
  ['a field that is not there', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a name of no operation',
    { query: 'query A { __typename }', operationName: 'B' },
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'a variable of the wrong type',
    { query: 'query ($n: Int!) { imports(first: $n) { nodes { id } } }', variables: { n: 'x' } },
    'BAD_USER_INPUT',
  ],
  [
    'a variable that is missing',
    { query: 'query ($id: ID!) { import(id: $id) { id } }' },
    'BAD_USER_INPUT',
  ],
  ['too deep an operation', { query: '{a'.repeat(30) + '}'.repeat(30) }, 'OPERATION_TOO_DEEP'],
  [
    'too costly an operation',
    { query: '{ imports(first: 60000) { nodes { id } } }' },
    'OPERATION_TOO_COSTLY',
  ],
  ['the schema', { query: '{ __schema { types { name } } }' }, 'GRAPHQL_VALIDATION_FAILED'],
];

test('what is wrong with an operation has the status that its reader expects', async (t) => {
  const server = await startLiveServer(t);
  for (const [name, body, code] of WRONG) {
    // The second time it is compiled, if it can be.
    for (const accept of [NEW, OLD, NEW, OLD, '*/*']) {
      const response = await ask(server.url, { headers: { accept }, body });
      const answer = await response.json();
      const type = accept === NEW ? NEW : OLD;
      assert.equal(response.status, accept === NEW ? 400 : 200, `${name}, ${accept}`);
      assert.equal(response.headers.get('content-type'), `${type}; charset=utf-8`, name);
      assert.equal(response.headers.get('cache-control'), 'no-store', name);
      assert.equal(at(answer, 'errors.0.extensions.code'), code, name);
      assert.equal(at(answer, 'data'), undefined, name);
    }
  }
  assert.deepEqual(server.log, []);
});

test('an error of a field that was executed is no failure of the request', async (t) => {
  const server = await startLiveServer(t);
  const body = { query: '{ import(id: "nonsense") { id } }' };
  const response = await ask(server.url, { headers: { accept: NEW }, body });
  assert.equal(response.status, 200);
  const answer = await response.json();
  assert.equal(at(answer, 'data.import'), null);
  assert.equal(at(answer, 'errors.0.extensions.code'), 'INVALID_IMPORT_ID');
});

const MALFORMED: readonly (readonly [string, Asked, number, RegExp])[] = [
  ['several operations at once', { body: [{ query: '{ __typename }' }] }, 400, /one by one/],
  ['a query that is no text', { body: { query: 7 } }, 400, /query: must be the text/],
  ['no query', { body: {} }, 400, /query: must be the text/],
  [
    'variables that are a text',
    { body: { query: '{ __typename }', variables: '{}' } },
    400,
    /variables: must be an object/,
  ],
  [
    'extensions that are a list',
    { body: { query: '{ __typename }', extensions: [] } },
    400,
    /extensions: must be an object/,
  ],
  [
    'a name that is no text',
    { body: { query: '{ __typename }', operationName: {} } },
    400,
    /operationName: must be a text/,
  ],
  [
    'variables in a GET that are no JSON',
    {
      method: 'GET',
      parameters: { query: '{ __typename }', variables: '{' },
      headers: { accept: NEW },
    },
    400,
    /variables: must be an object/,
  ],
  [
    'an answer of another kind',
    { body: { query: TRACK }, headers: { accept: 'text/html' } },
    406,
    /accept: must allow/,
  ],
  [
    'another method',
    { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'x' },
    405,
    /must be sent by GET or POST/,
  ],
  [
    'a body that is no JSON',
    { headers: { 'content-type': OLD }, body: '{"query":' },
    400,
    /body: is not valid JSON/,
  ],
  ['an empty body', { headers: { 'content-type': OLD }, body: '' }, 400, /body: .* is empty/],
  [
    'too large a body',
    { body: { query: '{ __typename }', variables: { a: 'x'.repeat(200_000) } } },
    413,
    /body: is too large/,
  ],
  [
    'a form',
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={__typename}',
    },
    415,
    /content-type: must be application\/json/,
  ],
  [
    'a query that is to be answered in parts only',
    { body: { query: TRACK }, headers: { accept: 'multipart/mixed;subscriptionSpec=1.0' } },
    406,
    /accept: must allow/,
  ],
  [
    'a subscription without a stream',
    { body: { query: 'subscription { importsChanged { position } }' } },
    400,
    /served over WebSocket/,
  ],
];

for (const [name, asked, status, message] of MALFORMED) {
  test(`${name} is refused with the status and a sentence that say why`, async (t) => {
    const server = await startLiveServer(t);
    const response = await ask(server.url, asked);
    const answer = await response.json();
    assert.equal(response.status, status);
    assert.match(String(at(answer, 'errors.0.message')), message);
    assert.equal(at(answer, 'errors.0.extensions.code'), 'BAD_REQUEST');
    await assertUntouched(server);
  });
}

test('what is wrong with a body is told in the type that its sender reads', async (t) => {
  const server = await startLiveServer(t);
  const asked = { headers: { accept: NEW, 'content-type': OLD }, body: '{' } as const;
  const response = await ask(server.url, asked);
  assert.equal(response.headers.get('content-type'), `${NEW}; charset=utf-8`);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const other = await ask(server.url, { method, headers: { accept: NEW } });
    assert.equal(other.status, 405);
    assert.equal(other.headers.get('allow'), 'GET, POST');
    assert.equal(other.headers.get('content-type'), `${NEW}; charset=utf-8`);
  }
});

test('a parameter that is said twice is refused, and not the first of them executed', async (t) => {
  const server = await startLiveServer(t);
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    const search = new URLSearchParams({
      query: '{ __typename }',
      operationName: '',
      variables: '{}',
    });
    search.append('extensions', '{}');
    search.append(name, search.get(name) ?? '');
    const response = await fetch(`${server.url}/graphql?${search.toString()}`, {
      headers: { accept: NEW },
    });
    assert.equal(response.status, 400, name);
    assert.match(await response.text(), new RegExp(`${name}: must be`));
  }
});

test('what is sent by GET is executed, unless it changes something', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const query = 'query One($id: ID!) { import(id: $id) { revision } } query Two { __typename }';
  const parameters = { query, operationName: 'One', variables: '{"id":"catalog:a"}' };
  const asked = { method: 'GET', parameters, headers: { accept: NEW } } as const;
  const response = await ask(server.url, asked);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { data: { import: { revision: 1 } } });
  for (const method of ['GET', 'HEAD'] as const) {
    const change = await ask(server.url, { ...asked, method, parameters: { query: TRACK } });
    assert.equal(change.status, method === 'GET' ? 405 : 400);
    assert.equal(change.headers.get('allow'), method === 'GET' ? 'POST' : null);
  }
  await assertUntouched(server);
});

test('a host that is none harms nobody', async (t) => {
  const server = await startLiveServer(t);
  const body = JSON.stringify({ query: '{ __typename }' });
  const sent = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: { host: 'no host', 'content-type': OLD, 'content-length': body.length },
  });
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response);
  const answer = await text(response);
  assert.deepEqual(JSON.parse(answer), { data: { __typename: 'Query' } });
  assert.deepEqual(server.log, []);
});

test('where the schema is hidden, no mistake shows what is in it', async (t) => {
  const mistakes = [
    { query: '{ importProvider { id } importt { id } }' },
    {
      query: 'query ($f: ImportFilter) { imports(filter: $f) { nodes { id } } }',
      variables: { f: { phases: ['FINISHE'] } },
    },
    { query: '{ imports(filtr: 1) { nodes { id } } }' },
  ];
  for (const introspection of [true, false]) {
    const world = await startWorld(t, { service: { introspection } });
    for (const body of mistakes) {
      const answer = await (await ask(world.app.url, { body })).text();
      assert.match(answer, /"errors"/);
      assert.equal(answer.includes('Did you mean'), introspection, answer);
    }
  }
});
