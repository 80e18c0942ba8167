import type { Duplex } from 'node:stream';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { ANONYMOUS } from '../graphql/caller.ts';
import type { Caller } from '../graphql/caller.ts';
import type { GraphServices } from '../graphql/context.ts';
import type { Message } from '../graphql/live/message.ts';
import type { Join } from '../graphql/live/subscribe.ts';
import { Delivery } from './delivery.ts';
import type { MaskError } from '../graphql/errors.ts';

/** More than this waits for no client: one that asks on without reading is cut off. */
const MOST_UNSENT_BYTES = 4_194_304;

/** Clients make them up: a UUID has 36 characters. */
const LONGEST_ID = 128;

const CLOSING_BRACE = '}'.charCodeAt(0);
const AS_TEXT = { binary: false } as const;

/** A close frame has no room for more (RFC 6455, 5.5). */
const LONGEST_REASON_BYTES = 123;

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** What it runs on. */
  readonly stream: Duplex;
  /** What it was opened with. */
  readonly authorization: string | undefined;
  /** Where it comes from. */
  readonly address: string;
}

/** One client's socket. */
export class Connection {
  readonly authorization: string | undefined;
  readonly address: string;
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #deliveries = new Map<string, Delivery>();
  /** What waits until there is room. */
  readonly #waiting = new Set<Delivery>();
  #caller: Caller = ANONYMOUS;
  #cancelExpiry: (() => void) | null = null;
  #hasExpired = false;
  #isAlive = true;
  #excesses = 0;

  constructor({ webSocket, stream, authorization, address }: ConnectionOptions) {
    this.authorization = authorization;
    this.address = address;
    this.#webSocket = webSocket;
    this.#stream = stream;
  }

  /** Whose socket it is. */
  get caller(): Caller {
    return this.#caller;
  }

  /** Somebody has shown who they are. Their socket is closed when their rights end. */
  admit(caller: Caller, clock: GraphServices['clock']): void {
    this.#caller = caller;
    this.#expire(clock);
  }

  /** Sends a text, however much waits already. */
  send(text: string): void {
    if (this.isOpen) this.#webSocket.send(text);
  }

  /**
   * Sends results, each between a head and a brace, until the socket is full; answers how many. When
   * not all of them, whoever they are for is told as soon as there is room.
   */
  write(messages: readonly Message[], head: string, delivery: Delivery): number {
    const stream = this.#stream;
    let taken = 0;
    // What comes at once goes out at once.
    if (messages.length > 1) stream.cork();
    for (const message of messages) {
      if (stream.writableNeedDrain) break;
      // Whoever catches up alone would leave a buffer for each message; text leaves nothing.
      if (messages.length > 1) this.send(`${head}${message.payload}}`);
      else if (this.isOpen) this.#webSocket.send(enclose(head, message.bytes), AS_TEXT);
      taken += 1;
    }
    if (messages.length > 1) stream.uncork();
    if (taken < messages.length) this.#wait(delivery);
    return taken;
  }

  /** Closes the socket at once when its client asks for more than it reads. */
  checkUnsent(): boolean {
    if (this.#stream.writableLength <= MOST_UNSENT_BYTES) return true;
    this.#webSocket.terminate();
    return false;
  }

  /** Counts an operation that was too many; answers how many there were since one was not. */
  countExcess(): number {
    this.#excesses += 1;
    return this.#excesses;
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /**
   * Keeps an id for a subscription; null when it cannot have it. A client that takes the id of one
   * that runs is cut off, as the protocol says.
   */
  reserve(id: string, maskError: MaskError): Delivery | null {
    if (id.length > LONGEST_ID) {
      this.close(CloseCode.BadRequest, `an id has at most ${LONGEST_ID} characters`);
    }
    if (this.#deliveries.has(id)) {
      this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    }
    if (!this.isOpen) return null;
    this.#excesses = 0;
    const delivery = new Delivery({ connection: this, id, maskError });
    this.#deliveries.set(id, delivery);
    return delivery;
  }

  /** Has a subscription begin, unless it was completed meanwhile. */
  begin(id: string, delivery: Delivery, join: Join): void {
    if (this.#deliveries.get(id) === delivery) delivery.begin(join);
  }

  /** Forgets a subscription that is over. */
  letGo(id: string): Delivery | null {
    const delivery = this.#deliveries.get(id);
    if (delivery === undefined) return null;
    this.#deliveries.delete(id);
    this.#waiting.delete(delivery);
    this.#closeIfExpired();
    return delivery;
  }

  /** The client wants no more of a subscription. */
  complete(id: string): void {
    this.letGo(id)?.leave();
  }

  /** How many subscriptions run on it, or are about to. */
  get subscriptions(): number {
    return this.#deliveries.size;
  }

  close(code?: number, reason = ''): void {
    // The library quotes ids as long as their clients make them.
    const isShort = Buffer.byteLength(reason) <= LONGEST_REASON_BYTES;
    this.#webSocket.close(code, isShort ? reason : '');
    this.endAll();
  }

  /** A socket that closes, or was closed, has nothing run on it. */
  endAll(): void {
    this.#cancelExpiry?.();
    for (const id of this.#deliveries.keys()) this.complete(id);
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

  #expire(clock: GraphServices['clock']): void {
    const { expiresAt } = this.#caller;
    if (expiresAt === null || !this.isOpen) return;
    const leftMs = expiresAt - clock.now();
    if (leftMs > 0) {
      this.#cancelExpiry = clock.after(leftMs, () => this.#expire(clock));
      return;
    }
    this.#hasExpired = true;
    this.#closeIfExpired();
  }

  /** What runs on it is told first, each subscription by a last message of its own. */
  #closeIfExpired(): void {
    if (!this.#hasExpired || this.#deliveries.size > 0) return;
    this.#hasExpired = false;
    this.close(CloseCode.Forbidden, 'the token has expired; open a socket with a new one');
  }

  #wait(delivery: Delivery): void {
    if (this.#waiting.size === 0) {
      this.#stream.once('drain', () => {
        const waiting = [...this.#waiting];
        this.#waiting.clear();
        for (const one of waiting) one.drained();
      });
    }
    this.#waiting.add(delivery);
  }
}

/** The bytes were made once, for everybody; only what is before them is each subscriber's own. */
function enclose(head: string, bytes: Buffer): Buffer {
  const message = Buffer.allocUnsafe(Buffer.byteLength(head) + bytes.length + 1);
  const start = message.write(head);
  bytes.copy(message, start);
  message[message.length - 1] = CLOSING_BRACE;
  return message;
}
