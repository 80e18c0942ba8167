import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { atEnd } from '../support/at-end.ts';
import { createFolder } from '../support/ledgers.ts';
import { startCollector } from '../support/collector.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACED = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

interface Logged extends World {
  /** The lines of its log so far, parsed. */
  readonly lines: () => readonly unknown[];
  /** Has everything that reads imports fail. */
  breakStore(): void;
}

async function startLogged(
  t: TestContext,
  service: Readonly<Record<string, unknown>> = {},
): Promise<Logged> {
  const path = join(await createFolder(t), 'imports.db');
  const log: string[] = [];
  const world = await startWorld(t, {
    onLog: (line) => log.push(line),
    service: { ...service, store: { url: `sqlite:${path}` } },
  });
  return {
    ...world,
    lines: () => log.map((line): unknown => JSON.parse(line)),
    breakStore: () => {
      const store = new DatabaseSync(path);
      atEnd(t, () => store.close());
      store.exec('alter table imports rename to broken');
    },
  };
}

const QUERY = '{ imports { nodes { id } } }';

async function ask(world: World, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: QUERY }),
  });
}

test('an answer says what its request is called, as the caller calls it or by a name of its own', async (t) => {
  const world = await startLogged(t);
  for (const id of ['a', 'router_7.x-Y', 'z'.repeat(128)]) {
    assert.equal((await ask(world, { 'x-request-id': id })).headers.get('x-request-id'), id);
  }
  const made = new Set<string>();
  for (const id of ['', 'z'.repeat(129), 'two words', 'a"b', '../../etc', 'ü']) {
    const own = (await ask(world, { 'x-request-id': id })).headers.get('x-request-id');
    assert.match(own ?? '', /^[\da-f-]{36}$/);
    made.add(own ?? '');
  }
  assert.equal(made.size, 6);
});

for (const path of ['/health/live', '/metrics', '/nowhere', '/imports/qobra:a/rows.csv']) {
  test(`every answer says what its request is called, also at ${path}`, async (t) => {
    const world = await startLogged(t);
    const answer = await fetch(world.app.url + path, { headers: { 'x-request-id': 'mine' } });
    assert.equal(answer.headers.get('x-request-id'), 'mine');
  });
}

test('a stream says what its request is called', async (t) => {
  const world = await startLogged(t);
  const url = new URL('/graphql/stream', world.app.url);
  url.searchParams.set('query', 'subscription { importsChanged { position } }');
  const leaving = new AbortController();
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', 'x-request-id': 'mine' },
    signal: leaving.signal,
  });
  assert.equal(answer.headers.get('x-request-id'), 'mine');
  leaving.abort();
  // Its end is logged, although its client left.
  await until(() => world.lines().some((line) => at(line, 'route') === '/graphql/stream'));
  const line = world.lines().find((one) => at(one, 'route') === '/graphql/stream');
  assert.equal(at(line, 'requestId'), 'mine');
  assert.equal(at(line, 'isWhole'), false);
});

for (const isTraced of [false, true]) {
  const mode = isTraced ? 'that we keep, too' : 'of the router alone';
  test(`what fails inside is logged with its request and the trace ${mode}`, async (t) => {
    const collector = await startCollector(t);
    const telemetry = isTraced ? { traces: { url: collector.url } } : {};
    const world = await startLogged(t, { telemetry });
    world.breakStore();
    const answer = await ask(world, { ...TRACED, 'x-request-id': 'mine' });
    const reference = at(await answer.json(), 'errors.0.extensions.reference');
    const line = world.lines().find((one) => at(one, 'reference') === reference);
    assert.equal(at(line, 'level'), 50);
    assert.match(String(at(line, 'err.message')), /no such table/);
    assert.equal(at(line, 'requestId'), 'mine');
    assert.equal(at(line, 'traceId'), TRACE);
    // While there is a collector that takes what is left.
    await world.app.stop();
  });
}

test('what fails inside over a socket is logged with the name that the socket was opened under', async (t) => {
  const world = await startLogged(t);
  const socket = await openReadySocket(t, world.app.url, {
    headers: { ...TRACED, 'x-request-id': 'mine' },
  });
  world.breakStore();
  socket.send(subscribeMessage('a', QUERY));
  await until(() => world.lines().some((line) => at(line, 'level') === 50));
  const line = world.lines().find((one) => at(one, 'level') === 50);
  assert.equal(at(line, 'requestId'), 'mine');
  assert.equal(at(line, 'traceId'), TRACE);
});

test('each request is one line for whoever looks for a fault, and says nothing of what it asked', async (t) => {
  const world = await startLogged(t);
  await ask(world, { ...TRACED, 'x-request-id': 'mine', cookie: 'a=b' });
  await fetch(`${world.app.url}/health/live?with=a-query`);
  await until(() => world.lines().filter((line) => at(line, 'msg') === 'answered').length === 2);
  const [asked, live] = world.lines().filter((line) => at(line, 'msg') === 'answered');
  assert.deepEqual(Object.keys(Object(asked)).toSorted(), [
    'hostname',
    'isWhole',
    'level',
    'method',
    'ms',
    'msg',
    'pid',
    'requestId',
    'route',
    'status',
    'time',
    'traceId',
  ]);
  assert.equal(at(asked, 'level'), 20);
  assert.equal(at(asked, 'route'), '/graphql');
  assert.equal(at(asked, 'status'), 200);
  assert.equal(at(asked, 'requestId'), 'mine');
  assert.equal(at(asked, 'traceId'), TRACE);
  assert.equal(at(live, 'route'), '/health/live');
  assert.equal(at(live, 'traceId'), undefined);
});

test('what the watcher logs names no request, whoever made it begin', async (t) => {
  const world = await startLogged(t);
  const vendor = world.vendor('qobra');
  vendor.setScenario('unauthorized');
  const externalId = vendor.start(ORDINARY_LOAD);
  await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'mine' },
    body: JSON.stringify({
      query: `mutation { trackImport(input: { providerId: "qobra", externalId: "${externalId}" }) { import { id } } }`,
    }),
  });
  await until(() => world.lines().some((line) => at(line, 'msg') === 'a provider fails'));
  const line = world.lines().find((one) => at(one, 'msg') === 'a provider fails');
  assert.equal(at(line, 'providerId'), 'qobra');
  assert.equal(at(line, 'requestId'), undefined);
});

test('a collector that refuses what it is sent disturbs nobody', async (t) => {
  const collector = await startCollector(t);
  collector.answerWith(400);
  const world = await startLogged(t, { telemetry: { traces: { url: collector.url } } });
  for (let asked = 0; asked < 600; asked += 1) assert.equal((await ask(world, {})).status, 200);
  await world.app.stop();
  assert.ok(collector.requests() > 1);
  const complaints = world.lines().filter((line) => Number(at(line, 'level')) > 30);
  assert.deepEqual(
    complaints.map((line) => [at(line, 'msg'), at(line, 'reason')]),
    [['traces cannot be sent; they are lost until their collector answers', 400]],
  );
});

for (const [name, isGone] of [
  ['is gone', true],
  ['never answers', false],
] as const) {
  test(`a collector that ${name} keeps the service from stopping for a moment at most`, async (t) => {
    const collector = await startCollector(t);
    if (isGone) await collector.stop();
    collector.answerWith(null);
    const world = await startLogged(t, { telemetry: { traces: { url: collector.url } } });
    assert.equal((await ask(world, {})).status, 200);
    // The runner's patience is the bound.
    await world.app.stop();
  });
}
