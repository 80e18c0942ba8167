import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import { readEvents } from '../support/events.ts';
import { startLiveServer } from '../support/live-server.ts';
import type { LiveServer } from '../support/live-server.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import type { PlainSocket } from '../support/sockets.ts';
import { at, next, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!, $after: String, $isWhole: Boolean = false) {
  importChanged(id: $id, after: $after) {
    position skippedRevisions
    import { id revision job @include(if: $isWhole) { phase } }
  }
}`;

const SOCKETS = 5;
const EACH = 10;

function encode(server: LiveServer, { position }: Import): string {
  return `p${position?.toString(36)}.${server.ledger.storeId}`;
}

/** The results of an operation, exactly as they came. */
function resultsOf({ texts }: PlainSocket, id: string): readonly string[] {
  const head = `{"id":"${id}","type":"next","payload":`;
  return texts.filter((text) => text.startsWith(head)).map((text) => text.slice(head.length, -1));
}

async function openSockets(t: TestContext, server: LiveServer): Promise<readonly PlainSocket[]> {
  return Promise.all(Array.from({ length: SOCKETS }, () => openReadySocket(t, server.url)));
}

test('fifty subscribers on five sockets and one on a stream are sent the same, read once', async (t) => {
  const server = await startLiveServer(t);
  const positions = [];
  for (let step = 0; step < EACH; step += 1) {
    positions.push(encode(server, await server.change('a')));
  }
  const sockets = await openSockets(t, server);
  const ids = positions.map((_, index) => `own-${index}`);
  for (const socket of sockets) {
    for (const [index, after] of positions.entries()) {
      socket.send(subscribeMessage(`own-${index}`, ONE, { id: 'catalog:a', after }));
    }
  }
  const events = readEvents(t, { url: server.url, query: ONE, variables: { id: 'catalog:a' } });
  assert.equal(JSON.parse((await next(events)).data).data.importChanged.import.revision, EACH);
  // Whoever has seen everything is sent nothing yet.
  const caughtUp = SOCKETS * (EACH - 1);
  const count = (): number =>
    sockets.flatMap((socket) => ids.flatMap((id) => resultsOf(socket, id))).length;
  await until(() => count() === caughtUp);
  assert.equal(server.streams(), 1);

  const reads = server.reads();
  const changes = 5;
  const expected: string[] = [];
  for (let step = 1; step <= changes; step += 1) {
    await server.change('a');
    expected.push((await next(events)).data);
    await until(() => count() === caughtUp + SOCKETS * EACH * step);
  }
  assert.equal(server.reads(), reads + changes);
  assert.equal(new Set(expected).size, changes);
  for (const socket of sockets) {
    for (const id of ids) assert.deepEqual(resultsOf(socket, id).slice(-changes), expected);
  }
});

test('who asks for something else is sent something else, and read for apart', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  await server.change('b');
  const socket = await openReadySocket(t, server.url);
  const asked = [
    { id: 'catalog:a' },
    { id: 'catalog:a', isWhole: true },
    { id: 'catalog:b' },
    { id: 'catalog:a', isWhole: true, after: null },
    { id: 'catalog:a', unheardOf: 1 },
  ];
  for (const [index, variables] of asked.entries()) {
    socket.send(subscribeMessage(`${index}`, ONE, variables));
  }
  await until(() => asked.every((_, index) => socket.payloads(`${index}`).length === 1));
  assert.equal(server.streams(), 3);
  const imports = asked.map((_, index) =>
    at(socket.payloads(`${index}`)[0], 'data.importChanged.import'),
  );
  const plain = { id: 'catalog:a', revision: 1 };
  const whole = { ...plain, job: { phase: 'RUNNING' } };
  assert.deepEqual(imports, [plain, whole, { id: 'catalog:b', revision: 1 }, whole, plain]);

  const reads = server.reads();
  await server.change('a');
  await until(() => ['0', '1', '3', '4'].every((id) => socket.payloads(id).length === 2));
  assert.equal(server.reads(), reads + 2);
  assert.equal(socket.payloads('2').length, 1);
});

test('those who leave do not end what others are sent', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const sockets = await openSockets(t, server);
  for (const socket of sockets) {
    socket.send(subscribeMessage('own', ONE, { id: 'catalog:a' }));
  }
  await until(() => sockets.every((socket) => socket.payloads('own').length === 1));
  const [first, second, ...others] = sockets;
  first?.send({ id: 'own', type: 'complete' });
  second?.webSocket.terminate();
  await server.change('a');
  await until(() => others.every((socket) => socket.payloads('own').length === 2));
  await server.finish('a');
  await until(() => others.every((socket) => at(socket.messages.at(-1), 'type') === 'complete'));
  assert.equal(server.streams(), 0);
  assert.deepEqual(server.log, []);
});
