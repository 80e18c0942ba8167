import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Payload } from './modes.ts';

const PROTOCOL = 'graphql-transport-ws';

/** Opens a socket that may subscribe; messages come as they are. One that is closed is a failure. */
export async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, PROTOCOL, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  socket.on('close', (code) => {
    throw new Error(`a subscriber was cut off with ${code}`);
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  const [data] = await once(socket, 'message');
  if (!String(data).startsWith('{"type":"connection_ack"')) throw new Error(String(data));
  return socket;
}

/** Subscribes, and answers the operation's id: as long as any client's. */
export function subscribe(socket: WebSocket, payload: Payload): string {
  const id = randomUUID();
  socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
  return id;
}

export function complete(socket: WebSocket, id: string): void {
  socket.send(JSON.stringify({ id, type: 'complete' }));
}

const NEXT = /^\{"id":"([^"]+)","type":"next"/;

/** The id of the operation that a message is a result of. Throws for any other message. */
export function idOfNext(text: string): string {
  const [, id] = NEXT.exec(text) ?? [];
  if (id === undefined) throw new Error(`not a result: ${text.slice(0, 1_000)}`);
  return id;
}
