import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { parse } from 'graphql';
import { MessageType } from 'graphql-ws';
import { hashOf } from '../../src/graphql/persisted-operations.ts';
import { atEnd } from '../support/at-end.ts';
import { startLiveServer } from '../support/live-server.ts';
import { openReadySocket } from '../support/sockets.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const IN_PARTS = 'multipart/mixed;subscriptionSpec=1.0,application/graphql-response+json';
const LISTED = 'query Name { __typename }';
const FOLLOWED = 'subscription Follow { importsChanged { position } }';
const FOLLOWED_BY_ID = 'subscription { importsChanged { import { id } } }';
const LOOK = 'query Look { import(id: "qobra:647a13fe875af4b4eb7133c2") { id } }';

type Body = Readonly<Record<string, unknown>>;

function naming(sha256Hash: string): Body {
  return { extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

async function post(url: string, body: Body, accept = 'application/json'): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** A world that knows some operations beforehand. */
function startListed(t: TestContext, only: boolean): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'operations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'operations.json');
  const texts = { [hashOf(LISTED)]: LISTED, name: LISTED, follow: FOLLOWED, look: LOOK };
  writeFileSync(file, JSON.stringify({ ...texts, 'follow-ids': FOLLOWED_BY_ID }));
  return startWorld(t, { service: { persistedOperations: { file, only } } });
}

test('Apollo Client sends an operation once, and then only its hash', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  for (const useGETForHashedQueries of [false, true]) {
    const bodies: string[] = [];
    const client = new ApolloClient({
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256: async (text) => hashOf(text), useGETForHashedQueries }),
        new HttpLink({
          uri: `${server.url}/graphql`,
          fetch: (url, options) => {
            bodies.push(decodeURIComponent(JSON.stringify([url, options?.body])));
            return fetch(url, options);
          },
        }),
      ]),
      cache: new InMemoryCache(),
    });
    atEnd(t, () => client.stop());
    const name = useGETForHashedQueries ? 'ByGet' : 'ByPost';
    for (let round = 0; round < 2; round += 1) {
      const { data } = await client.query({
        query: parse(`query ${name}($id: ID!) { import(id: $id) { id revision } }`),
        variables: { id: 'catalog:a' },
        fetchPolicy: 'network-only',
      });
      assert.equal(at(data, 'import.revision'), 1);
    }
    assert.deepEqual(
      bodies.map((body) => body.includes('query ')),
      [false, true, false],
    );
  }
});

test('an operation that is named costs as much as one that is sent', async (t) => {
  const server = await startLiveServer(t);
  const query = 'query ($n: Int) { imports(first: $n) { nodes { id } } }';
  const named = naming(hashOf(query));
  const send = (body: Body): Promise<unknown> => post(`${server.url}/graphql`, body);
  assert.equal(at(await send(named), 'errors.0.extensions.code'), 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(at(await send(named), 'errors.0.message'), 'PersistedQueryNotFound');
  assert.deepEqual(at(await send({ query, ...named }), 'data.imports.nodes'), []);
  assert.deepEqual(at(await send(named), 'data.imports.nodes'), []);
  const costly = await send({ ...named, variables: { n: 60_000 } });
  assert.equal(at(costly, 'errors.0.extensions.code'), 'OPERATION_TOO_COSTLY');
});

test('what is no operation cannot be registered', async (t) => {
  const server = await startLiveServer(t);
  for (const query of ['{ nothing }', '{', `{ ${'a: __typename '.repeat(200)} }`]) {
    await post(`${server.url}/graphql`, { query, ...naming(hashOf(query)) });
    const answer = await post(`${server.url}/graphql`, naming(hashOf(query)));
    assert.equal(at(answer, 'errors.0.extensions.code'), 'PERSISTED_QUERY_NOT_FOUND');
  }
});

test('a list names operations beside all others, whatever its names are', async (t) => {
  const world = await startListed(t, false);
  const url = `${world.app.url}/graphql`;
  for (const body of [naming('name'), naming(hashOf(LISTED)), { query: '{ __typename }' }]) {
    assert.equal(at(await post(url, body), 'data.__typename'), 'Query');
  }
});

test('subscribers who name different operations are sent what each of them asked for', async (t) => {
  const world = await startListed(t, true);
  await post(`${world.app.url}/graphql`, naming('look'));
  const socket = await openReadySocket(t, world.app.url);
  const names = ['follow', 'follow-ids'];
  for (const id of names) {
    const payload = { query: '', ...naming(id) };
    socket.send({ id, type: MessageType.Subscribe, payload });
  }
  await until(() => names.every((name) => socket.payloads(name).length > 0));
  const [position, id] = names.map((name) => at(socket.payloads(name)[0], 'data.importsChanged'));
  assert.deepEqual(Object.keys(Object(position)), ['position']);
  assert.deepEqual(id, { import: { id: 'qobra:647a13fe875af4b4eb7133c2' } });
});

/** The code of the error that an operation is answered with, or null, over each transport. */
type Send = (t: TestContext, world: World, body: Body) => Promise<unknown>;

function codeIn(answer: unknown): unknown {
  const error = at(answer, 'errors.0') ?? at(answer, '0');
  return error === undefined ? null : at(error, 'extensions.code');
}

/** What comes first in a stream. */
async function firstOf(response: Response): Promise<unknown> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const [json] = /\{"(?:data|errors|payload)".*\}/.exec(text) ?? [];
    if (json !== undefined) return at(JSON.parse(json), 'payload') ?? JSON.parse(json);
  }
  return {};
}

async function stream(url: string, body: Body, accept: string): Promise<unknown> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  const first = await firstOf(response);
  leaving.abort();
  return codeIn(first);
}

const TRANSPORTS: Readonly<Record<string, Send>> = {
  POST: async (_t, { app }, body) => codeIn(await post(`${app.url}/graphql`, body)),
  GET: async (_t, { app }, { query, extensions }) => {
    const parameters = new URLSearchParams({ extensions: JSON.stringify(extensions ?? {}) });
    if (typeof query === 'string') parameters.set('query', query);
    const headers = { accept: 'application/json' };
    const response = await fetch(`${app.url}/graphql?${parameters.toString()}`, { headers });
    return codeIn(await response.json());
  },
  'server-sent events': (_t, { app }, body) =>
    stream(`${app.url}/graphql/stream`, body, 'text/event-stream'),
  'multipart/mixed': (_t, { app }, body) => stream(`${app.url}/graphql`, body, IN_PARTS),
  callback: (_t, { app }, body) =>
    stream(`${app.url}/graphql`, body, 'application/json;callbackSpec=1.0'),
  WebSocket: async (t, { app }, body) => {
    const socket = await openReadySocket(t, app.url);
    socket.send({ id: 'a', type: MessageType.Subscribe, payload: { query: '', ...body } });
    await until(() => socket.payloads('a').length > 0);
    return codeIn(socket.payloads('a')[0]);
  },
};

for (const [name, send] of Object.entries(TRANSPORTS)) {
  test(`where only a list is executed, ${name} executes nothing else`, async (t) => {
    const world = await startListed(t, true);
    await post(`${world.app.url}/graphql`, naming('look'));
    const others = [
      { query: '{ __typename }' },
      { query: 'query Name { __typename  }' },
      { query: 'subscription { importsChanged { position } }' },
      { query: '{ __typename }', ...naming(hashOf('{ __typename }')) },
      naming('nobody'),
    ];
    for (const body of others) {
      assert.equal(await send(t, world, body), 'PERSISTED_QUERY_NOT_IN_LIST', JSON.stringify(body));
    }
    const listed = [{ query: LISTED }, naming('name'), naming(hashOf(LISTED))];
    for (const body of listed) {
      assert.equal(await send(t, world, body), null, JSON.stringify(body));
    }
    const streams = !['POST', 'GET', 'callback'].includes(name);
    const expected = streams ? null : 'BAD_REQUEST';
    if (name !== 'callback') assert.equal(await send(t, world, naming('follow')), expected);
  });
}
