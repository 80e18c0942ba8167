import { MessageType } from 'graphql-ws';
import type { Join } from '../graphql/live/subscribe.ts';
import type { Message } from '../graphql/live/message.ts';
import type { Sink, Subscription } from '../graphql/live/sink.ts';
import type { Connection } from './connection.ts';

type Done = IteratorReturnResult<undefined>;

const DONE: Done = { done: true, value: undefined };

/**
 * One subscription on a socket. `graphql-ws` iterates it to know when it ends; results go past it,
 * straight to the socket: what it would do for each of them is done once for all subscribers.
 */
export class Delivery implements Sink<Message>, AsyncIterableIterator<never, undefined> {
  readonly #connection: Connection;
  readonly #id: string;
  /** Null once it has been joined: it holds much that is of no more use. */
  #join: Join | null;
  /** A `next` message of the protocol up to its payload. */
  readonly #head: string;
  readonly #ended = Promise.withResolvers<Done>();
  #subscription: Subscription | null = null;

  constructor(connection: Connection, id: string, join: Join) {
    this.#connection = connection;
    this.#id = id;
    this.#join = join;
    this.#head = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
  }

  take(messages: readonly Message[]): number {
    return this.#connection.write(messages, this.#head, () => this.#subscription?.drained());
  }

  end(last: Message): void {
    this.#connection.send(`${this.#head}${last.payload}}`);
    this.#leave();
    this.#ended.resolve(DONE);
  }

  fail(error: unknown): void {
    this.#leave();
    this.#ended.reject(error);
  }

  next(): Promise<Done> {
    const join = this.#join;
    this.#join = null;
    if (join !== null && this.#connection.hold(this.#id, this)) this.#subscription = join(this);
    else this.#ended.resolve(DONE);
    return this.#ended.promise;
  }

  return(): Promise<Done> {
    this.#leave();
    this.#ended.resolve(DONE);
    return this.#ended.promise;
  }

  throw(error: unknown): Promise<Done> {
    this.#leave();
    this.#ended.reject(error);
    return this.#ended.promise;
  }

  #leave(): void {
    this.#connection.letGo(this.#id, this);
    this.#subscription?.leave();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
