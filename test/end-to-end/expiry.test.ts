import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { askAs, bearer, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { TestClock } from '../support/clock.ts';
import { openSocket } from '../support/sockets.ts';
import { FOLLOWERS } from '../support/transports.ts';
import { at, next, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const FOLLOW = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) { position import { id } end { reason resumeAfter } }
}`;

const MINUTE_MS = 60_000;

interface Stage {
  readonly world: World;
  readonly clock: TestClock;
  readonly id: string;
  /** A token that is good for a minute. */
  readonly token: string;
}

/** A load that runs for longer than the token of whoever follows it is good. */
async function stage(t: TestContext): Promise<Stage> {
  const clock = new TestClock();
  const world = await startWorld(t, { clock, service: WITH_TOKENS });
  const externalId = world.vendor('micro').start({ ...ORDINARY_LOAD, runsForMs: 90 * MINUTE_MS });
  const id = `micro:${externalId}`;
  const exp = (clock.now() + MINUTE_MS) / 1000;
  const token = await tokenFor({ exp, scope: 'imports:read' });
  const query = 'query ($id: ID!) { import(id: $id) { id } }';
  const { body } = await askAs(world.app.url, { token, query, variables: { id } });
  assert.equal(at(JSON.parse(body), 'data.import.id'), id, body);
  return { world, clock, id, token };
}

for (const { name, follow } of FOLLOWERS) {
  test(`a stream over ${name} ends with AUTH_EXPIRED when its token does`, async (t) => {
    const { world, clock, id, token } = await stage(t);
    const following = { url: world.app.url, query: FOLLOW, variables: { id }, token };
    const stream = follow(t, following);
    const first = await next(stream);
    assert.equal(at(first.data, 'importChanged.import.id'), id, JSON.stringify(first));
    await clock.pass(MINUTE_MS - 1);
    const ended = await lastOf(stream, () => clock.pass(1));
    assert.equal(at(ended, 'importChanged.end.reason'), 'AUTH_EXPIRED');
    assert.equal(at(ended, 'importChanged.import'), null);
    assert.match(String(at(ended, 'importChanged.end.resumeAfter')), /^p/);
    const exp = (clock.now() + MINUTE_MS) / 1000;
    const renewed = await tokenFor({ exp, scope: 'imports:read' });
    const again = await next(follow(t, { ...following, token: renewed }));
    assert.equal(at(again.data, 'importChanged.import.id'), id);
  });
}

/** The last message of a stream, which comes when time has passed. */
async function lastOf(
  stream: AsyncIterator<{ readonly data: unknown }>,
  pass: () => Promise<void>,
): Promise<unknown> {
  let last: unknown = null;
  const read = async (): Promise<void> => {
    try {
      for (;;) {
        const result = await stream.next();
        if (result.done === true) return;
        last = result.value.data;
      }
    } catch (error) {
      // A client whose socket is closed after the last message may say so.
      if (at(last, 'importChanged.end.reason') === undefined) throw error;
    }
  };
  const reading = read();
  await until(async () => {
    await pass();
    return at(last, 'importChanged.end.reason') !== undefined;
  });
  await reading;
  return last;
}

test('a socket is closed when its token expires, so that its client comes with a new one', async (t) => {
  const { world, clock, token } = await stage(t);
  const socket = await openSocket(t, world.app.url);
  socket.send({ type: 'connection_init', payload: bearer(token) });
  await until(() => socket.messages.length > 0);
  assert.equal(at(socket.messages[0], 'type'), 'connection_ack');
  await clock.pass(MINUTE_MS - 1);
  socket.send({ id: 'a', type: 'subscribe', payload: { query: '{ __typename }' } });
  await until(() => socket.payloads('a').length > 0);
  await clock.pass(1);
  assert.equal(await socket.closed, 4403);
});

for (const [name, payload] of [
  ['authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
  ['Authorization', (token: string) => ({ Authorization: `Bearer ${token}` })],
  ['token', (token: string) => ({ token: `Bearer ${token}` })],
  ['headers', (token: string) => ({ headers: { authorization: `Bearer ${token}` } })],
] as const) {
  test(`a socket takes the token from ${name} of what it is opened with`, async (t) => {
    const { world, token } = await stage(t);
    const socket = await openSocket(t, world.app.url);
    socket.send({ type: 'connection_init', payload: payload(token) });
    await until(() => socket.messages.length > 0);
    const query = '{ importProviders { id } }';
    socket.send({ id: 'a', type: 'subscribe', payload: { query } });
    await until(() => socket.payloads('a').length > 0);
    assert.equal(at(socket.payloads('a')[0], 'data.importProviders.length'), 4);
  });
}

test('a socket takes the token from the header of the request that opens it', async (t) => {
  const { world, token } = await stage(t);
  const socket = await openSocket(t, world.app.url, { headers: bearer(token) });
  socket.send({ type: 'connection_init' });
  await until(() => socket.messages.length > 0);
  socket.send({ id: 'a', type: 'subscribe', payload: { query: '{ importProviders { id } }' } });
  await until(() => socket.payloads('a').length > 0);
  assert.equal(at(socket.payloads('a')[0], 'data.importProviders.length'), 4);
});

test('a socket with a token that is refused is closed, and says why', async (t) => {
  const { world } = await stage(t);
  const socket = await openSocket(t, world.app.url);
  const said = new Promise<string>((resolve) =>
    socket.webSocket.once('close', (_code, reason) => resolve(String(reason))),
  );
  socket.send({ type: 'connection_init', payload: { authorization: 'Bearer x.y.z' } });
  assert.equal(await socket.closed, 4401);
  assert.match(await said, /it is no valid token/);
});

test('a request with a token that is refused is answered 401 on every route', async (t) => {
  const { world } = await stage(t);
  const asked = { headers: { ...bearer('x.y.z'), 'apollo-require-preflight': '1' } };
  for (const path of [
    '/graphql?query={__typename}',
    '/graphql/stream?query={__typename}',
    '/imports/a:b/rows.csv',
  ]) {
    const response = await fetch(`${world.app.url}${path}`, asked);
    const text = await response.text();
    assert.equal(response.status, 401, path);
    assert.match(response.headers.get('www-authenticate') ?? '', /invalid_token/);
    assert.match(text, /INVALID_TOKEN/);
  }
});

test('whether the server lives and is ready can be asked without a token', async (t) => {
  const { world } = await stage(t);
  for (const path of ['/health/live', '/health/ready']) {
    assert.equal((await fetch(`${world.app.url}${path}`)).status, 200);
  }
});

test('with a router secret, nobody passes by the router', async (t) => {
  const routerSecret = 'what only the router knows, 32 long';
  const world = await startWorld(t, { service: { auth: { mode: 'none', routerSecret } } });
  const query = '{ importProviders { id } }';
  const post = async (headers: Readonly<Record<string, string>>): Promise<number> => {
    const init = { method: 'POST', body: JSON.stringify({ query }) };
    const sent = { 'content-type': 'application/json', ...headers };
    return (await fetch(`${world.app.url}/graphql`, { ...init, headers: sent })).status;
  };
  assert.equal(await post({}), 403);
  assert.equal(await post({ 'router-authorization': 'a guess' }), 403);
  assert.equal(await post({ 'router-authorization': routerSecret }), 200);
  assert.equal((await fetch(`${world.app.url}/imports/a:b/rows.csv`)).status, 403);
  assert.equal((await fetch(`${world.app.url}/graphql/stream?query={__typename}`)).status, 403);
  assert.equal((await fetch(world.app.url)).status, 403);
  await assert.rejects(openSocket(t, world.app.url), /403/);
  const headers = { 'router-authorization': routerSecret };
  assert.ok(await openSocket(t, world.app.url, { headers }));
});

test('callers are counted each by themselves, over HTTP and on sockets', async (t) => {
  const service = { ...WITH_TOKENS, limits: { requestsPerMinute: 4 } };
  const world = await startWorld(t, { service });
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map((sub) => tokenFor({ sub, scope: 'imports:read' })),
  );
  assert.ok(ann !== undefined && bob !== undefined);
  const query = '{ importProviders { id } }';
  const askOnce = async (token: string): Promise<number> =>
    (await askAs(world.app.url, { token, query })).status;
  assert.deepEqual([await askOnce(ann), await askOnce(ann), await askOnce(bob)], [200, 200, 200]);
  // Opening a socket counts, too.
  const socket = await openSocket(t, world.app.url);
  socket.send({ type: 'connection_init', payload: bearer(ann) });
  await until(() => socket.messages.length > 0);
  for (const id of ['third', 'fourth']) {
    socket.send({ id, type: 'subscribe', payload: { query } });
    await until(() => socket.payloads(id).length > 0);
  }
  assert.equal(at(socket.payloads('third')[0], 'data.importProviders.length'), 4);
  assert.equal(at(socket.payloads('fourth')[0], '0.extensions.code'), 'RATE_LIMITED');
  const refused = await fetch(`${world.app.url}/graphql/stream?query={__typename}`, {
    headers: bearer(ann),
  });
  assert.equal(refused.status, 429);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal(await askOnce(bob), 200);
});

test('whoever tries tokens is counted, on sockets as over HTTP', async (t) => {
  const service = { ...WITH_TOKENS, limits: { requestsPerMinute: 3 } };
  const { app } = await startWorld(t, { service });
  const codes = [];
  for (let count = 0; count < 5; count += 1) {
    const socket = await openSocket(t, app.url);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer a.b.c' } });
    codes.push(await socket.closed);
  }
  assert.deepEqual(codes, [4401, 4401, 4401, 1013, 1013]);
  assert.equal((await fetch(app.url)).status, 429);
});

function deep(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

test('a socket whose client nests what it says deeper than a stack is closed, and nothing else', async (t) => {
  const log: string[] = [];
  const onLog = (line: string): void => void (/"level":(?:50|60)/.test(line) && log.push(line));
  const { app } = await startWorld(t, { onLog });
  for (const message of [
    `{"type":"connection_init","payload":{"headers":${deep(5_000)}}}`,
    `{"type":"ping","payload":{"deep":${deep(20_000)}}}`,
  ]) {
    const socket = await openSocket(t, app.url);
    socket.webSocket.send(message);
    assert.equal(await socket.closed, 4400);
  }
  assert.deepEqual(log, []);
});
