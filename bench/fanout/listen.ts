import { once } from 'node:events';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';

/** A bare `ws` server on a free port. */
export async function listen(): Promise<{
  readonly sockets: WebSocketServer;
  readonly url: string;
}> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols });
  await once(sockets, 'listening');
  const address = sockets.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return { sockets, url: `ws://127.0.0.1:${address.port}/graphql` };
}
