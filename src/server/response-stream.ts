import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Message } from '../graphql/live/message.ts';
import type { Join } from '../graphql/live/subscribe.ts';
import type { Sink, Subscription } from '../graphql/live/sink.ts';

/** How results are written into the body of an HTTP response. */
export interface StreamFormat {
  readonly headers: Readonly<Record<string, string>>;
  readonly opening: string;
  /** `position` is null for a result that nobody can resume from. */
  result(payload: string, position: string | null): string;
  /** Says that the server is there. */
  readonly heartbeat: string;
  readonly ending: string;
}

export interface ResponseStreamOptions {
  readonly response: ServerResponse;
  /** What others want said with every answer. */
  readonly headers: OutgoingHttpHeaders;
  readonly format: StreamFormat;
  readonly heartbeatEveryMs: number;
  /** Makes the result of a failure inside. */
  readonly failure: (error: unknown) => string;
  readonly onClose: () => void;
}

/** One subscription in the body of one HTTP response. */
export class ResponseStream implements Sink<Message> {
  readonly #options: ResponseStreamOptions;
  #subscription: Subscription | null = null;
  #goodbye: NodeJS.Timeout | undefined;

  constructor(options: ResponseStreamOptions) {
    this.#options = options;
    const { response, headers, format, heartbeatEveryMs, onClose } = options;
    response.writeHead(200, {
      ...headers,
      ...format.headers,
      'cache-control': 'no-store',
      // A connection that outlived its stream would keep a server that stops waiting for it.
      connection: 'close',
    });
    response.write(format.opening);
    const heart = setInterval(() => {
      if (!response.writableNeedDrain) response.write(format.heartbeat);
    }, heartbeatEveryMs);
    // A client that resets its connection is no failure of ours; `close` follows.
    response.on('error', () => response.destroy());
    response.once('close', () => {
      clearInterval(heart);
      clearTimeout(this.#goodbye);
      this.#subscription?.leave();
      onClose();
    });
  }

  /** Sends what a subscription brings, until it ends or the client leaves. */
  open(join: Join): void {
    if (this.#options.response.destroyed) return;
    this.#subscription = join(this);
  }

  /** Sends one result, and nothing more. */
  answer(payload: string): void {
    this.#finish(this.#options.format.result(payload, null));
  }

  take(messages: readonly Message[]): number {
    const { response, format } = this.#options;
    let taken = 0;
    for (const { payload, position } of messages) {
      if (response.writableNeedDrain) break;
      response.write(format.result(payload, position));
      taken += 1;
    }
    if (taken < messages.length) response.once('drain', () => this.#subscription?.drained());
    return taken;
  }

  end({ payload, position }: Message): void {
    this.#finish(this.#options.format.result(payload, position));
  }

  fail(error: unknown): void {
    this.answer(this.#options.failure(error));
  }

  #finish(last: string): void {
    const { response, format, heartbeatEveryMs } = this.#options;
    response.end(last + format.ending);
    // A client that reads nothing would hold its connection for ever.
    if (!response.closed) this.#goodbye = setTimeout(() => response.destroy(), heartbeatEveryMs);
  }
}
