import { MessageType, stringifyMessage } from 'graphql-ws';
import { maskFailure } from '../graphql/errors.ts';
import type { MaskError } from '../graphql/errors.ts';
import type { Message } from '../graphql/live/message.ts';
import type { Sink, Subscription } from '../graphql/live/sink.ts';
import type { Join } from '../graphql/live/subscribe.ts';
import type { Connection } from './connection.ts';

export interface DeliveryOptions {
  readonly connection: Connection;
  /** What the client calls it. */
  readonly id: string;
  readonly maskError: MaskError;
}

/** One subscription on a socket: a sink that writes messages of the protocol. */
export class Delivery implements Sink<Message> {
  readonly #options: DeliveryOptions;
  /** A `next` message of the protocol up to its payload. */
  readonly #head: string;
  #subscription: Subscription | null = null;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#head = `{"id":${JSON.stringify(options.id)},"type":"${MessageType.Next}","payload":`;
  }

  begin(join: Join): void {
    this.#subscription = join(this);
  }

  take(messages: readonly Message[]): number {
    return this.#options.connection.write(messages, this.#head, this);
  }

  /** There is room for more. */
  drained(): void {
    this.#subscription?.drained();
  }

  end(last: Message): void {
    const { connection, id } = this.#options;
    connection.send(`${this.#head}${last.payload}}`);
    connection.send(stringifyMessage({ id, type: MessageType.Complete }));
    connection.letGo(id);
  }

  fail(error: unknown): void {
    const { connection, id, maskError } = this.#options;
    const payload = [maskFailure(error, maskError)];
    connection.send(stringifyMessage({ id, type: MessageType.Error, payload }));
    connection.letGo(id);
  }

  /** The client wants no more of it. */
  leave(): void {
    this.#subscription?.leave();
  }
}
