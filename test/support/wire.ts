import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/** The way to a server, which a test can stop: what is sent is neither taken on nor refused. */
export interface Wire {
  /** The server's address, by this way. */
  readonly url: string;
  hang(): void;
  /** Goes on, with what was sent meanwhile. */
  flow(): void;
}

/** A way to the server at an address, gone when the test ends. */
export async function startWire(t: TestContext, url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const ends = new Set<Socket>();
  let isFlowing = true;
  const add = (socket: Socket, other: Socket): void => {
    ends.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      ends.delete(socket);
      other.destroy();
    });
    socket.on('data', (bytes) => void other.write(bytes));
    if (!isFlowing) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    add(near, far);
    add(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of ends) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return {
    url: Object.assign(new URL(url), {
      hostname: '127.0.0.1',
      port: address.port,
    }).href,
    hang: () => {
      isFlowing = false;
      for (const socket of ends) socket.pause();
    },
    flow: () => {
      isFlowing = true;
      for (const socket of ends) socket.resume();
    },
  };
}
