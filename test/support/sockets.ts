import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { atEnd } from './at-end.ts';
import { at, until } from './world.ts';

export const PROTOCOL = 'graphql-transport-ws';

/** A WebSocket that speaks the protocol as a test has it speak. */
export interface PlainSocket {
  readonly webSocket: WebSocket;
  /** What came so far. */
  readonly messages: readonly unknown[];
  /** The same as it was written. */
  readonly texts: readonly string[];
  /** The code that it is closed with. */
  readonly closed: Promise<number>;
  send(message: unknown): void;
  /** Results and errors that came so far for an operation. */
  payloads(id: string): readonly unknown[];
}

/** Opens a WebSocket and says nothing. */
export async function openSocket(
  t: TestContext,
  url: string,
  options: ClientOptions = {},
): Promise<PlainSocket> {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, PROTOCOL, options);
  atEnd(t, () => webSocket.terminate());
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  webSocket.once('close', resolve);
  const messages: unknown[] = [];
  const texts: string[] = [];
  webSocket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') throw new TypeError('the protocol knows no binary messages');
    texts.push(data);
    messages.push(JSON.parse(data));
  });
  await once(webSocket, 'open');
  webSocket.on('error', () => undefined);
  return {
    webSocket,
    messages,
    texts,
    closed,
    send: (message) => webSocket.send(JSON.stringify(message)),
    payloads: (id) =>
      messages
        .filter((message) => at(message, 'id') === id)
        .map((message) => at(message, 'payload')),
  };
}

/** Opens a WebSocket that may subscribe. */
export async function openReadySocket(
  t: TestContext,
  url: string,
  options: ClientOptions = {},
): Promise<PlainSocket> {
  const socket = await openSocket(t, url, options);
  socket.send({ type: MessageType.ConnectionInit });
  await until(() => socket.messages.length === 1);
  return socket;
}

export function subscribeMessage(
  id: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): unknown {
  return { id, type: MessageType.Subscribe, payload: { query, variables } };
}

/** A TCP connection; what is written to it is up to the test. */
export async function openConnection(t: TestContext, url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const connection = connect(Number(port), hostname);
  atEnd(t, () => void connection.destroy());
  await once(connection, 'connect');
  connection.on('error', () => undefined);
  return connection;
}

/** A TCP connection that was made a WebSocket; its frames are up to the test. */
export async function openRawSocket(t: TestContext, url: string): Promise<Socket> {
  const connection = await openConnection(t, url);
  connection.write(upgradeRequest());
  await once(connection, 'data');
  return connection;
}

/** The head of a request to be a WebSocket. */
export function upgradeRequest(headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({
    host: 'x',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': PROTOCOL,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET /graphql HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A frame as a client sends it, with a mask that changes nothing; less than 64 kB. */
export function frame(opcode: number, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const isShort = body.length < 126;
  const head = Buffer.alloc(isShort ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (isShort ? body.length : 126);
  if (!isShort) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}
