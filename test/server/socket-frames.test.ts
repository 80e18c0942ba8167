import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startLiveServer } from '../support/live-server.ts';
import {
  frame,
  openRawSocket,
  openReadySocket,
  openSocket,
  subscribeMessage,
} from '../support/sockets.ts';
import { at, until } from '../support/world.ts';

const ONE = 'subscription ($id: ID!) { importChanged(id: $id) { import { revision } } }';

const INIT = { type: MessageType.ConnectionInit };

test('a client that breaks the protocol is closed with the code that says how', async (t) => {
  const server = await startLiveServer(t, { maxMessageBytes: 2_000 });
  await server.change('a');
  const subscribe = subscribeMessage('1', ONE, { id: 'catalog:a' });
  const cases: Readonly<Record<string, readonly [number, readonly string[]]>> = {
    'subscribes before it says who it is': [4401, [JSON.stringify(subscribe)]],
    'says who it is twice': [4429, [JSON.stringify(INIT), JSON.stringify(INIT)]],
    'sends no JSON': [4400, ['{"type":']],
    'sends JSON that is no message': [4400, ['[]']],
    'sends a message of no known type': [4400, ['{"type":"start","id":"1"}']],
    'sends a message without an id': [4400, ['{"type":"subscribe","payload":{"query":"{ a }"}}']],
    'sends a query that is no text': [
      4400,
      ['{"type":"subscribe","id":"1","payload":{"query":1}}'],
    ],
    'sends variables that are no object': [
      4400,
      ['{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":"b"}}'],
    ],
    'sends too large a message': [1009, [JSON.stringify({ ...INIT, payload: 'x'.repeat(2_000) })]],
  };
  for (const [name, [code, texts]] of Object.entries(cases)) {
    const socket = await openSocket(t, server.url);
    for (const text of texts) socket.webSocket.send(text);
    assert.equal(await socket.closed, code, name);
  }
  const stranger = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`);
  const [code] = await once(stranger, 'close');
  assert.equal(code, 4406, 'speaks another protocol');
  assert.equal(server.streams(), 0);
  assert.deepEqual(server.log, []);
});

/** A close frame of the server with a code. */
function closing(code: number): Buffer {
  return Buffer.from([code >> 8, code & 0xff]);
}

test('bytes that are no frames close the socket they came on, and no other', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const other = await openReadySocket(t, server.url);
  other.send(subscribeMessage('1', ONE, { id: 'catalog:a' }));
  await until(() => other.payloads('1').length === 1);
  const text = JSON.stringify(INIT);
  const unmasked = Buffer.from([0x81, text.length, ...Buffer.from(text)]);
  const cases: Readonly<Record<string, readonly [number, Buffer]>> = {
    garbage: [1002, Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    'a frame of a reserved kind': [1002, frame(3, 'x')],
    'a control frame of a reserved kind': [1002, frame(0xf, 'x')],
    'a frame without a mask': [1002, unmasked],
    'a continuation of nothing': [1002, frame(0, 'x')],
    'a ping that is too long': [1002, frame(9, 'x'.repeat(126))],
    'text that is no UTF-8': [1007, frame(1, Buffer.from([0xff, 0xfe]))],
    'a close frame with half a code': [1002, frame(8, 'x')],
    'a frame of nine quintillion bytes': [
      1009,
      Buffer.from([0x81, 0xff, 0x7f, ...Array.from({ length: 11 }, () => 0xff)]),
    ],
  };
  for (const [name, [code, bytes]] of Object.entries(cases)) {
    const connection = await openRawSocket(t, server.url);
    const received: Buffer[] = [];
    connection.on('data', (chunk: Buffer) => received.push(chunk));
    connection.write(bytes);
    await once(connection, 'end');
    const last = Buffer.concat(received);
    assert.equal(last[0], 0x88, name);
    assert.deepEqual(last.subarray(2, 4), closing(code), name);
    connection.end();
  }
  await server.change('a');
  await until(() => other.payloads('1').length === 2);
  assert.deepEqual(server.log, []);
});

test('a socket that does not say who it is, is closed after a while', async (t) => {
  const server = await startLiveServer(t, { initWithinMs: 300 });
  const silent = await openSocket(t, server.url);
  const pings = await openSocket(t, server.url);
  pings.send({ type: MessageType.Ping });
  const ready = await openReadySocket(t, server.url);
  assert.equal(await silent.closed, 4408);
  assert.equal(await pings.closed, 4408);
  ready.send({ type: MessageType.Ping });
  await until(() => ready.messages.length === 2);
});

test('a ping is answered, as a message and as a frame, with what it carries', async (t) => {
  const server = await startLiveServer(t);
  const socket = await openReadySocket(t, server.url);
  socket.send({ type: MessageType.Ping, payload: { sent: 1 } });
  socket.send({ type: MessageType.Ping });
  await until(() => socket.messages.length === 3);
  assert.deepEqual(socket.messages.slice(1), [
    { type: MessageType.Pong, payload: { sent: 1 } },
    { type: MessageType.Pong },
  ]);
  const ponged = once(socket.webSocket, 'pong');
  socket.webSocket.ping('sent');
  assert.equal(String((await ponged)[0]), 'sent');
  // One that nobody asked for does no harm.
  socket.webSocket.pong();
  socket.send({ type: MessageType.Pong });
  socket.send({ type: MessageType.Ping });
  await until(() => socket.messages.length === 4);
});

test('a client that answers no ping is cut off, and one that does stays', async (t) => {
  const server = await startLiveServer(t, { pingEveryMs: 300 });
  await server.change('a');
  const dead = await openReadySocket(t, server.url, { autoPong: false });
  dead.send(subscribeMessage('1', ONE, { id: 'catalog:a' }));
  const alive = await openReadySocket(t, server.url);
  let pings = 0;
  alive.webSocket.on('ping', () => {
    pings += 1;
  });
  await until(() => server.streams() === 1);
  assert.equal(await dead.closed, 1006);
  await until(() => server.streams() === 0);
  const before = pings;
  await until(() => pings > before + 1);
  assert.equal(alive.webSocket.readyState, WebSocket.OPEN);
});

interface Flood {
  readonly url: string;
  readonly bytes: Buffer;
}

/** Writes the same again and again and reads nothing, until it is cut off; answers how much. */
async function flood(t: TestContext, { url, bytes }: Flood): Promise<number> {
  const connection = await openRawSocket(t, url);
  connection.pause();
  connection.write(frame(1, JSON.stringify(INIT)));
  const { promise, resolve } = Promise.withResolvers<number>();
  let written = 0;
  const pour = (): void => {
    do written += bytes.length;
    while (connection.write(bytes));
  };
  connection.on('drain', pour).once('close', () => resolve(written));
  pour();
  return promise;
}

test('a client that asks on and reads nothing is cut off before it costs memory', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const payload = { text: 'x'.repeat(60_000) };
  const echo = frame(1, JSON.stringify({ type: MessageType.Ping, payload }));
  const before = process.memoryUsage().rss;
  const echoed = await flood(t, { url: server.url, bytes: echo });
  const pinged = await flood(t, {
    url: server.url,
    bytes: Buffer.concat(Array.from({ length: 500 }, () => frame(9, 'x'.repeat(125)))),
  });
  const grownBy = process.memoryUsage().rss - before;
  assert.ok(grownBy < 200_000_000, `${grownBy} bytes more`);
  for (const written of [echoed, pinged]) {
    assert.ok(written < 100_000_000, `${written} bytes were taken`);
  }
  const socket = await openReadySocket(t, server.url);
  socket.send(subscribeMessage('1', ONE, { id: 'catalog:a' }));
  await until(() => socket.payloads('1').length === 1);
  assert.equal(at(socket.payloads('1')[0], 'data.importChanged.import.revision'), 1);
  assert.deepEqual(server.log, []);
});

test('a client that breaks the protocol while the server stops does not keep it from stopping', async (t) => {
  const server = await startLiveServer(t);
  const socket = await openRawSocket(t, server.url);
  // Whatever it is sent, it answers with what is no frame.
  socket.on('data', () => socket.write(Buffer.alloc(20, 0xff)));
  await server.stop();
  await assert.rejects(fetch(`${server.url}/health/live`), TypeError);
});
