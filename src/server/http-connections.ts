import type { Server, ServerResponse } from 'node:http';
import { Server as Listener } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** What a connection is used for. */
interface Use {
  readonly openedAt: number;
  /** Requests whose answers are not wholly written. */
  pending: number;
  /** The bytes that had come when it was last waiting for a request. */
  restedAt: number;
}

/** More than the queue holds (511), so that no flood of connections keeps a server from stopping. */
const MOST_TURNS = 600;

/** Of the first, the part that takes connections may be over already. */
const QUIET_TURNS = 3;

/** A connection that was just made has so long to bring its first request. */
const FIRST_REQUEST_MS = 500;

/**
 * The HTTP connections of a server, so that one that stops cuts off nothing that it was asked. Node's
 * `closeIdleConnections` would: to it, a connection is idle once an answer is handed over, however
 * much of it is still to be sent; and one that never said anything is not.
 */
export class HttpConnections {
  readonly #server: Server;
  readonly #open = new Map<Socket, Use>();
  #taken = 0;
  #isClosing = false;
  readonly #empty = Promise.withResolvers<void>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#taken += 1;
      this.#open.set(socket, { openedAt: performance.now(), pending: 0, restedAt: 0 });
      socket.once('close', () => this.#forget(socket));
    });
    // Before it is answered.
    server.prependListener('request', ({ socket }, response) => this.#answer(socket, response));
    // What becomes of a WebSocket is not told by HTTP.
    server.on('upgrade', ({ socket }) => this.#forget(socket));
  }

  /** Whether nothing else was asked over a connection meanwhile: what is being answered may be the last. */
  mayEnd(socket: Socket): boolean {
    return (this.#open.get(socket)?.pending ?? 1) <= 1;
  }

  /** Takes no more connections; those that have been made are taken. */
  async stopListening(): Promise<void> {
    // They wait in a queue, from which Node takes one in a turn; what is left in it would be reset.
    for (let turn = 0, quiet = 0; turn < MOST_TURNS && quiet < QUIET_TURNS; turn += 1) {
      const taken = this.#taken;
      await setImmediate();
      quiet = this.#taken === taken ? quiet + 1 : 0;
    }
    // Not that of HTTP, which closes what it takes for idle.
    Listener.prototype.close.call(this.#server);
    // What the last of them bring is read.
    await setImmediate();
  }

  /** Closes each connection once it has nothing to answer, and cuts off what is left in the end. */
  async close(cutOff: AbortSignal): Promise<void> {
    this.#isClosing = true;
    for (const [socket, use] of this.#open) this.#closeIfIdle(socket, use);
    if (this.#open.size === 0) return;
    const cutAll = (): void => {
      for (const socket of this.#open.keys()) cut(socket);
    };
    cutOff.addEventListener('abort', cutAll);
    if (cutOff.aborted) cutAll();
    await this.#empty.promise;
    cutOff.removeEventListener('abort', cutAll);
  }

  #answer(socket: Socket, response: ServerResponse): void {
    const use = this.#open.get(socket);
    if (use === undefined) return;
    use.pending += 1;
    response.once('close', () => {
      use.pending -= 1;
      use.restedAt = socket.bytesRead;
      if (this.#isClosing) this.#closeIfIdle(socket, use);
    });
  }

  #closeIfIdle(socket: Socket, use: Use): void {
    if (!this.#open.has(socket) || use.pending > 0 || socket.bytesRead > use.restedAt) return;
    const youngForMs = use.openedAt + FIRST_REQUEST_MS - performance.now();
    if (socket.bytesRead > 0 || youngForMs <= 0) socket.destroySoon();
    else setTimeout(() => this.#closeIfIdle(socket, use), youngForMs).unref();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    if (this.#isClosing && this.#open.size === 0) this.#empty.resolve();
  }
}

/** By a reset, so that an answer that is not whole never looks so. */
function cut(socket: Socket): void {
  const isUnsent = socket.writableLength > 0;
  const wasEnded = socket.writableEnded;
  if (isUnsent || !wasEnded) socket.resetAndDestroy();
  // A reset waits until what was written is taken; and what ends already cannot be reset any more.
  if (isUnsent || wasEnded) socket.destroy();
}
