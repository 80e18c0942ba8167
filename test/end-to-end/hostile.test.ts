import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask, at, next, startWorld, until } from '../support/world.ts';

/** The head of a request to be a WebSocket. */
function upgrade(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({
    host: 'localhost',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

test('sockets are refused elsewhere and from other origins, and a reset harms nobody', async (t) => {
  const world = await startWorld(t);
  const { hostname, port } = new URL(world.app.url);
  const requests = [
    [upgrade('/nope'), /^HTTP\/1\.1 404/],
    [upgrade('/graphql', { origin: 'https://evil.example' }), /^HTTP\/1\.1 403/],
    [upgrade('/graphql', { origin: 'http://localhost' }), /^HTTP\/1\.1 101/],
  ] as const;
  for (const [request, expected] of requests) {
    const socket = connect(Number(port), hostname);
    socket.write(request);
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), expected);
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  }
  assert.equal(at((await world.ask('{ __typename }')).data, '__typename'), 'Query');
});

test('it stops although a body never comes and a socket never answers', async (t) => {
  const world = await startWorld(t);
  const { hostname, port } = new URL(world.app.url);
  const body = connect(Number(port), hostname);
  body.on('error', () => undefined);
  body.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
  );
  const silent = connect(Number(port), hostname);
  silent.on('error', () => undefined);
  silent.write(upgrade('/graphql', { 'sec-websocket-protocol': 'graphql-transport-ws' }));
  await once(silent, 'data');
  silent.pause();
  await world.app.stop();
  await assert.rejects(ask(world.app.url, '{ __typename }'));
  body.destroy();
  silent.destroy();
});

test('a text that cannot be parsed closes nothing else on its socket', async (t) => {
  const world = await startWorld(t, {
    provider: { poll: { minInterval: '1h', maxInterval: '1h' } },
  });
  const client = createClient({
    url: `${world.app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  t.after(() => client.dispose());
  const wrong = client.iterate({ query: 'subscription {' });
  await assert.rejects(next(wrong), (errors) => at(errors, '0.message') !== undefined);
  const right = client.iterate({ query: 'subscription { importsChanged { position } }' });
  const pending = next(right);
  await ask(world.app.url, '{ import(id: "qobra:647a13fe875af4b4eb7133c2") { id } }');
  assert.notEqual(at(await pending, 'data.importsChanged.position'), undefined);
});

test('a schema that is hidden is hidden over WebSocket too', async (t) => {
  const query = '{ __schema { queryType { name } } }';
  for (const graphiql of [true, false]) {
    const world = await startWorld(t, { service: { graphiql } });
    const overHttp = await world.ask(query);
    assert.equal(overHttp.errors.length, graphiql ? 0 : 2);
    const client = createClient({
      url: `${world.app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    t.after(() => client.dispose());
    const answer = next(client.iterate({ query }));
    if (graphiql) assert.equal(at(await answer, 'data.__schema.queryType.name'), 'Query');
    else await assert.rejects(answer);
    const page = await fetch(`${world.app.url}/`);
    assert.equal(page.status, graphiql ? 200 : 404);
  }
});

test('tracking an import answers at once while its vendor is left alone', async (t) => {
  const world = await startWorld(t);
  world.vendor('micro').setScenario('rate-limited');
  const asked = Array.from({ length: 30 }, (_, index) =>
    world.ask(`{ import(id: "micro:unseen-${index}") { freshness { state error { kind } } } }`),
  );
  for (const { data } of await Promise.all(asked)) {
    assert.deepEqual(at(data, 'import.freshness'), {
      state: 'BACKING_OFF',
      error: { kind: 'RATE_LIMITED' },
    });
  }
  const { data } = await world.ask(
    'mutation { trackImport(input: { providerId: "micro", externalId: "unseen-29" }) { import { freshness { state } } } }',
  );
  assert.equal(at(data, 'trackImport.import.freshness.state'), 'PENDING');
});

test('a provider whose every answer is garbage is not healthy', async (t) => {
  const world = await startWorld(t);
  world.vendor('qobra').setScenario('malformed');
  await world.ask('{ import(id: "qobra:647a13fe875af4b4eb7133c2") { id } }');
  const { data } = await world.ask(
    '{ importProvider(id: "qobra") { health { state retryAt error { kind } } } }',
  );
  assert.deepEqual(at(data, 'importProvider.health'), {
    state: 'DEGRADED',
    retryAt: null,
    error: { kind: 'UNEXPECTED_RESPONSE' },
  });
});

test('what was read without the flag is read again when the flag is given', async (t) => {
  const world = await startWorld(t, {
    provider: { poll: { minInterval: '20ms', maxInterval: '50ms' } },
  });
  const externalId = world.vendor('collibra').start({
    rows: 10,
    failedRows: 10,
    ending: 'completed',
    appearsAfterMs: 0,
    queuedForMs: 0,
    runsForMs: 0,
    continueOnError: false,
  });
  const id = `collibra:${externalId}`;
  const effectOf = async (): Promise<unknown> => {
    const { data } = await world.ask(
      `{ import(id: "${id}") { job { effect } freshness { state } } }`,
    );
    return at(data, 'import.freshness.state') === 'SETTLED' ? at(data, 'import.job.effect') : null;
  };
  await until(async () => (await effectOf()) === 'UNKNOWN');
  await world.ask(
    `mutation { trackImport(input: { providerId: "collibra", externalId: "${externalId}", continueOnError: false }) { import { id } } }`,
  );
  await until(async () => (await effectOf()) === 'NONE');
});
