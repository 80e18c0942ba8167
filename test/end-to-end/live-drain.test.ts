import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { MessageType } from 'graphql-ws';
import { createFolder } from '../support/ledgers.ts';
import { startLiveServer } from '../support/live-server.ts';
import { startService, urlOf } from '../support/service.ts';
import { SLOW_READERS } from '../support/slow-readers.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { ask, at, next, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!) {
  importChanged(id: $id) { position end { reason resumeAfter } import { revision } }
}`;
const MANY = 'subscription { importsChanged { position end { reason resumeAfter } } }';

const EACH = 8;

test('a server that stops lets its subscribers go one after another, on every transport', async (t) => {
  const server = await startLiveServer(t, { drainForMs: 1_000 });
  await server.change('a');
  const open = await openReadySocket(t, server.url);
  const streams = TRANSPORTS.flatMap(({ follow }) =>
    Array.from({ length: EACH }, () =>
      follow(t, { url: server.url, query: ONE, variables: { id: 'catalog:a' } }),
    ),
  );
  const positions = await Promise.all(
    streams.map(async (stream) => at((await next(stream)).data, 'importChanged.position')),
  );
  const endings = streams.map(async (stream, index) => {
    const { data, errors } = await next(stream);
    const endedAt = performance.now();
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'importChanged.import'), null);
    assert.equal(at(data, 'importChanged.end.reason'), 'DRAINING');
    assert.equal(at(data, 'importChanged.end.resumeAfter'), positions[index]);
    assert.equal((await stream.next()).done, true);
    return endedAt;
  });
  const startedAt = performance.now();
  const stopped = server.stop();
  const first = await Promise.race(endings);

  // Whoever comes now is let in, and told at once to go elsewhere.
  for (const { name, follow } of TRANSPORTS) {
    const stream = follow(t, { url: server.url, query: MANY });
    const { data } = await next(stream);
    assert.equal(at(data, 'importsChanged.end.reason'), 'DRAINING', name);
    assert.equal((await stream.next()).done, true);
  }
  open.send(subscribeMessage('late', MANY));
  await until(() => open.payloads('late').length > 0);
  assert.equal(at(open.payloads('late')[0], 'data.importsChanged.end.reason'), 'DRAINING');
  const ready = await fetch(`${server.url}/health/ready`);
  assert.equal(ready.status, 503);

  const times = await Promise.all(endings);
  const last = Math.max(...times);
  assert.ok(last - first > 500, `all were let go within ${last - first} ms`);
  const steps = new Set(times.map((time) => Math.floor((time - startedAt) / 100)));
  assert.ok(steps.size > 3, `they were let go in ${steps.size} steps`);
  await stopped;
  assert.equal(server.streams(), 0);
  assert.equal(server.listeners(), 0);
  await assert.rejects(fetch(server.url));
  assert.deepEqual(server.log, []);
});

test('a server that stops tells each operation of a socket, then closes the socket', async (t) => {
  const server = await startLiveServer(t, { drainForMs: 200 });
  await server.change('a');
  const socket = await openReadySocket(t, server.url);
  const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
  for (const id of ids) {
    const query = Number(id) % 2 === 0 ? ONE : MANY;
    const payload = { query, variables: { id: 'catalog:a' } };
    socket.send({ id, type: MessageType.Subscribe, payload });
  }
  await until(() => ids.every((id) => socket.payloads(id).length === 1));
  await server.stop();
  assert.equal(await socket.closed, 1001);
  for (const id of ids) {
    const own = socket.messages.filter((message) => at(message, 'id') === id);
    assert.deepEqual(
      own.map((message) => at(message, 'type')),
      ['next', 'next', 'complete'],
    );
    const field = Number(id) % 2 === 0 ? 'importChanged' : 'importsChanged';
    assert.equal(at(own[1], `payload.data.${field}.end.reason`), 'DRAINING');
  }
});

const LONG = 'x'.repeat(8_000);
const COPIES = Array.from({ length: 40 }, (_, index) => `copy${index}: message`).join(' ');
const LARGE = `subscription ($id: ID!) {
  importChanged(id: $id) { end { reason } import { job { ${COPIES} } } }
}`;

test('a server stops although subscribers on every transport read nothing', async (t) => {
  const server = await startLiveServer(t, { pingEveryMs: 1_000 });
  await server.change('a');
  const readers = await Promise.all(
    SLOW_READERS.map(({ open }) =>
      open(t, { url: server.url, query: LARGE, variables: { id: 'catalog:a' } }),
    ),
  );
  await until(() => readers.every(({ results }) => results.length === 1));
  for (const reader of readers) reader.pause();
  const quick = await openReadySocket(t, server.url);
  quick.send({ id: '1', type: MessageType.Subscribe, payload: { query: MANY } });
  for (let step = 1; step <= 200; step += 1) {
    await until(() => quick.payloads('1').length === step);
    await server.change('a', LONG);
  }
  await server.stop();
  for (const reader of readers) reader.resume();
  await until(() => readers.every(({ isGone }) => isGone()));
  assert.equal(server.streams(), 0);
  assert.deepEqual(server.log, []);
});

/** A vendor that nobody can reach, whose answers can be handed in. */
const CONFIG = `
providers:
  - { id: crm, kind: micro, baseUrl: "http://127.0.0.1:9", teamId: t, apiKey: k }
store: { url: "sqlite::memory:" }
live: { drainFor: 300ms }
`;

const RECORD = `mutation ($response: JSON!) {
  recordImport(input: { providerId: "crm", externalId: "a", response: $response }) {
    userErrors { message }
  }
}`;

test('a service that is told to stop ends by itself, whoever is subscribed', async (t) => {
  const folder = await createFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), CONFIG);
  const service = startService(t, folder);
  const url = await urlOf(service);
  const counts = { total: 10, processed: 1, succeeded: 1, failed: 0 };
  const response = { job_id: null, status: 'processing', ...counts };
  const { data } = await ask(url, RECORD, { response });
  assert.deepEqual(at(data, 'recordImport.userErrors'), []);
  const streams = TRANSPORTS.map(({ follow }) => follow(t, { url, query: MANY }));
  for (const stream of streams) await next(stream);
  service.process.kill('SIGTERM');
  const exit = once(service.process, 'exit');
  for (const stream of streams) {
    assert.equal(at((await next(stream)).data, 'importsChanged.end.reason'), 'DRAINING');
    assert.equal((await stream.next()).done, true);
  }
  assert.deepEqual(await exit, [0, null], service.errors());
});
