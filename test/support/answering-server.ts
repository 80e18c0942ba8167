import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/**
 * A server that lets everybody in and answers each question with one row; gone when the test ends.
 * Answers its URL. It speaks what PostgreSQL has spoken since version 7.4.
 */
export async function startAnswering(
  t: TestContext,
  row: Readonly<Record<string, string>>,
): Promise<string> {
  return startServer(t, (socket) => {
    socket.write(WELCOME);
    socket.on('data', (asked: Buffer) => {
      if (asked.toString('latin1', 0, 1) === 'Q') socket.write(answer(row));
      else socket.end();
    });
  });
}

/** A server that lets everybody in and says with the same breath that it ends. */
export async function startLeaving(t: TestContext): Promise<string> {
  const farewell = message('E', text('SFATAL'), text('C57P01'), text('Mit ends'), Buffer.alloc(1));
  return startServer(t, (socket) => void socket.end(Buffer.concat([WELCOME, farewell])));
}

async function startServer(t: TestContext, greet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    // The first message has no type: it says who comes.
    socket.once('data', () => greet(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return `postgres://user:password@127.0.0.1:${address.port}/imports`;
}

const READY = message('Z', Buffer.from('I'));

/** It asks for no password. */
const WELCOME = Buffer.concat([message('R', int32(0)), READY]);

const TEXT_OID = 25;

function answer(row: Readonly<Record<string, string>>): Buffer {
  const columns = Object.entries(row);
  const described = columns.map(([name]) =>
    Buffer.concat([
      text(name),
      int32(0),
      int16(0),
      int32(TEXT_OID),
      int16(-1),
      int32(-1),
      int16(0),
    ]),
  );
  const values = columns.map(([, value]) =>
    Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  return Buffer.concat([
    message('T', int16(columns.length), ...described),
    message('D', int16(columns.length), ...values),
    message('C', text('SELECT 1')),
    READY,
  ]);
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
