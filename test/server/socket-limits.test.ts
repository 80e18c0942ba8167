import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';
import { streamUrl } from '../support/events.ts';
import { startLiveServer } from '../support/live-server.ts';
import {
  openConnection,
  openReadySocket,
  openSocket,
  PROTOCOL,
  subscribeMessage,
} from '../support/sockets.ts';
import { at, until } from '../support/world.ts';

const ONE = 'subscription ($id: ID!) { importChanged(id: $id) { import { revision } } }';
const MANY = 'subscription { importsChanged { import { revision } } }';

const A = { id: 'catalog:a' };

test('an operation too many is refused, and the others on its socket go on', async (t) => {
  const server = await startLiveServer(t, { maxOperations: 3 });
  await server.change('a');
  const socket = await openReadySocket(t, server.url);
  for (const id of ['1', '2', '3', '4']) socket.send(subscribeMessage(id, ONE, A));
  await until(() => ['1', '2', '3', '4'].every((id) => socket.payloads(id).length === 1));
  const [refusal] = socket.payloads('4');
  assert.equal(at(refusal, '0.extensions.code'), 'TOO_MANY_OPERATIONS');
  assert.match(String(at(refusal, '0.message')), /at most 3 .* complete some, or open another/);
  assert.equal(
    socket.messages.some((message) => at(message, 'type') === 'complete'),
    false,
  );

  await server.change('a');
  await until(() => ['1', '2', '3'].every((id) => socket.payloads(id).length === 2));
  assert.equal(socket.payloads('4').length, 1);

  socket.send({ id: '2', type: MessageType.Complete });
  socket.send(subscribeMessage('5', ONE, A));
  await until(() => socket.payloads('5').length === 1);
  assert.equal(at(socket.payloads('5')[0], 'data.importChanged.import.revision'), 2);
});

test('ten thousand subscriptions at once cost a client its socket, and others nothing', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const listeners = server.listeners();
  const other = await openReadySocket(t, server.url);
  other.send(subscribeMessage('1', MANY));
  await until(() => other.payloads('1').length === 1);
  for (const query of [ONE, MANY]) {
    const socket = await openReadySocket(t, server.url);
    for (let index = 0; index < 10_000; index += 1) {
      socket.send(subscribeMessage(`operation-${index}`, query, A));
    }
    assert.equal(await socket.closed, 1008, query);
  }
  assert.equal(server.streams(), 1);
  assert.equal(server.listeners(), listeners);
  await server.change('a');
  await until(() => other.payloads('1').length === 2);
  assert.deepEqual(server.log, []);
});

test('ten thousand operations that are over at once are answered one after the other', async (t) => {
  const server = await startLiveServer(t);
  for (const query of ['{ importProviders { id } }', 'subscription {']) {
    const socket = await openReadySocket(t, server.url);
    for (let index = 0; index < 10_000; index += 1) {
      socket.send(subscribeMessage(`operation-${index}`, query, A));
    }
    await until(() => socket.texts.at(-1)?.includes('operation-9999') === true);
    assert.equal(socket.webSocket.readyState, WebSocket.OPEN);
  }
});

test('an id that was completed can be taken again, also in one breath', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const socket = await openReadySocket(t, server.url);
  for (let times = 0; times < 20; times += 1) {
    socket.send(subscribeMessage('1', ONE, A));
    socket.send({ id: '1', type: MessageType.Complete });
  }
  socket.send(subscribeMessage('1', ONE, A));
  socket.send(subscribeMessage('last', '{ importProviders { id } }'));
  await until(() => socket.payloads('last').length > 0 && server.streams() === 1);
  await server.change('a');
  await until(() => at(socket.payloads('1').at(-1), 'data.importChanged.import.revision') === 2);
  const completed = socket.messages.filter((message) => at(message, 'type') === 'complete');
  assert.deepEqual(completed, [{ id: 'last', type: 'complete' }]);
});

test('an id that is used again while its operation runs costs a client its socket', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const longId = 'x'.repeat(10_000);
  for (const [id, code] of [
    ['1', 4409],
    [longId, 4400],
  ] as const) {
    const socket = await openReadySocket(t, server.url);
    for (let times = 0; times < 2; times += 1) socket.send(subscribeMessage(id, ONE, A));
    assert.equal(await socket.closed, code);
    await until(() => server.streams() === 0);
  }
  assert.deepEqual(server.log, []);
});

test('an operation that is completed at once runs no longer', async (t) => {
  const server = await startLiveServer(t, { maxOperations: 2 });
  await server.change('a');
  const socket = await openReadySocket(t, server.url);
  for (let index = 0; index < 500; index += 1) {
    socket.send(subscribeMessage(`${index}`, ONE, A));
    socket.send({ id: `${index}`, type: MessageType.Complete });
  }
  socket.send(subscribeMessage('last', ONE, A));
  await until(() => socket.payloads('last').length === 1);
  assert.equal(at(socket.payloads('last')[0], 'data.importChanged.import.revision'), 1);
  socket.send({ id: 'last', type: MessageType.Complete });
  await until(() => server.streams() === 0);
  assert.equal(socket.webSocket.readyState, WebSocket.OPEN);
});

test('a socket or stream too many of one client is refused, until one is free again', async (t) => {
  const server = await startLiveServer(t, { maxConnections: 3 });
  await server.change('a');
  const stream = (): Promise<Response> => fetch(streamUrl({ url: server.url, query: MANY }));
  const inParts = (): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'multipart/mixed;subscriptionSpec=1.0',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: MANY }),
    });
  const refused = async (): Promise<void> => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, PROTOCOL);
    const [error] = await once(socket, 'error');
    assert.match(String(error), /429/);
    for (const open of [stream, inParts]) {
      const response = await open();
      assert.equal(response.status, 429);
      assert.match(String(at(await response.json(), 'errors.0.message')), /at most 3 .*close some/);
    }
  };

  const socket = await openReadySocket(t, server.url);
  const streams = [await stream(), await inParts()];
  await refused();
  socket.webSocket.close();
  await socket.closed;
  const free = async (): Promise<void> => {
    await until(async () => {
      const response = await stream();
      if (response.status === 200) streams.push(response);
      else await response.body?.cancel();
      return response.status === 200;
    });
    await refused();
  };
  await free();
  for (const response of streams.splice(0)) {
    await response.body?.cancel();
    await free();
  }
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  assert.equal(answer.status, 200);
});

test('streams that a client asks for on one connection are given back with it', async (t) => {
  const server = await startLiveServer(t, { maxConnections: 4 });
  await server.change('a');
  const { pathname, search } = new URL(streamUrl({ url: server.url, query: MANY }));
  for (let round = 0; round < 10; round += 1) {
    const connection = await openConnection(t, server.url);
    connection.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(3));
    await until(() => server.streams() === 1);
    connection.resetAndDestroy();
    await until(() => server.streams() === 0);
  }
  await openSocket(t, server.url);
});

test('a socket that is refused, or is no WebSocket, holds nothing', async (t) => {
  const server = await startLiveServer(t, { maxConnections: 1 });
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  for (let round = 0; round < 3; round += 1) {
    const foreign = new WebSocket(url, PROTOCOL, { origin: 'https://evil.example' });
    assert.match(String((await once(foreign, 'error'))[0]), /403/);
    const lost = new WebSocket(`${url}/nowhere`, PROTOCOL);
    assert.match(String((await once(lost, 'error'))[0]), /404/);
    const connection = await openConnection(t, server.url);
    connection.write(
      'GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n',
    );
    assert.match(String((await once(connection, 'data'))[0]), /^HTTP\/1\.1 400/);
    await once(connection, 'close');
  }
  await openReadySocket(t, server.url);
});
