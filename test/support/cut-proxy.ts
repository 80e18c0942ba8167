import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/** Stands between a client and the server, and can cut what runs through it. */
export interface CutProxy {
  /** `http://host:port` */
  readonly url: string;
  /** How many connections were made through it so far. */
  readonly connections: () => number;
  /** Breaks connections off, all of them or those chosen; later ones are let through. */
  cut(isChosen?: () => boolean): void;
}

/** Starts a proxy, gone when the test ends, to a server that may be down at times. */
export async function startCutProxy(t: TestContext, target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let connections = 0;
  const cut = (isChosen = (): boolean => true): void => {
    for (const near of [...open].filter(isChosen)) {
      // Node keeps the handle of a socket that is reset while it is being ended.
      if (near.writableEnded) near.destroy();
      else near.resetAndDestroy();
    }
  };
  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    open.add(near);
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    near.pipe(far).pipe(near);
    near.once('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.once('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections, cut };
}
