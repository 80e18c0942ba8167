import type { Duplex } from 'node:stream';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Message } from '../graphql/live/message.ts';

/** More than this waits for no client: one that asks on without reading is cut off. */
const MOST_UNSENT_BYTES = 4_194_304;

/** A close frame has no room for more (RFC 6455, 5.5). */
const LONGEST_REASON_BYTES = 123;

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** What it runs on. */
  readonly stream: Duplex;
}

/** What runs on a socket, and ends with it. */
export interface Held {
  return(): unknown;
}

/** One client's socket. */
export class Connection {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #held = new Map<string, Held>();
  #waiting: Set<() => void> | null = null;
  #isAlive = true;
  #excesses = 0;

  constructor({ webSocket, stream }: ConnectionOptions) {
    this.#webSocket = webSocket;
    this.#stream = stream;
  }

  /** Sends a text, however much waits already. */
  send(text: string): void {
    if (this.isOpen) this.#webSocket.send(text);
  }

  /**
   * Sends results, each behind a head, until the socket is full; answers how many. When not all of
   * them, `onDrained` is called as soon as there is room.
   */
  write(messages: readonly Message[], head: string, onDrained: () => void): number {
    const stream = this.#stream;
    let taken = 0;
    // What comes at once goes out at once.
    if (messages.length > 1) stream.cork();
    for (const { payload } of messages) {
      if (stream.writableNeedDrain) break;
      this.send(`${head}${payload}}`);
      taken += 1;
    }
    if (messages.length > 1) stream.uncork();
    if (taken < messages.length) this.#wait(onDrained);
    return taken;
  }

  /** Closes the socket at once when its client asks for more than it reads. */
  checkUnsent(): boolean {
    if (this.#stream.writableLength <= MOST_UNSENT_BYTES) return true;
    this.#webSocket.terminate();
    return false;
  }

  /** Counts an operation that was too many; answers how many there were. */
  countExcess(): number {
    this.#excesses += 1;
    return this.#excesses;
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /**
   * Has a subscription end with its socket; answers false when it cannot begin. The library loses
   * sight of one whose id a client uses again before it has begun, so such a client is cut off.
   */
  hold(id: string, held: Held): boolean {
    if (this.#held.has(id)) {
      this.close(CloseCode.SubscriberAlreadyExists, 'Subscriber already exists');
    }
    if (!this.isOpen) return false;
    this.#held.set(id, held);
    return true;
  }

  letGo(id: string, held: Held): void {
    if (this.#held.get(id) === held) this.#held.delete(id);
  }

  /** How many subscriptions run on it. */
  get held(): number {
    return this.#held.size;
  }

  close(code?: number, reason = ''): void {
    // The library quotes ids as long as their clients make them.
    const isShort = Buffer.byteLength(reason) <= LONGEST_REASON_BYTES;
    this.#webSocket.close(code, isShort ? reason : '');
    this.endAll();
  }

  /** A socket that closes, or was closed, has nothing run on it. */
  endAll(): void {
    for (const held of this.#held.values()) held.return();
  }

  /** The client has answered. */
  heard(): void {
    this.#isAlive = true;
  }

  /** Asks the client whether it is there; cuts it off when it did not answer the last time. */
  probe(): void {
    if (!this.#isAlive) return this.#webSocket.terminate();
    this.#isAlive = false;
    if (this.isOpen) this.#webSocket.ping();
  }

  #wait(onDrained: () => void): void {
    if (this.#waiting === null) {
      const waiting = new Set<() => void>();
      this.#waiting = waiting;
      this.#stream.once('drain', () => {
        this.#waiting = null;
        for (const call of waiting) call();
      });
    }
    this.#waiting.add(onDrained);
  }
}
