import type { Logger } from 'pino';
import type { GraphServices } from '../graphql/context.ts';
import { maskFailure } from '../graphql/errors.ts';
import type { MaskError } from '../graphql/errors.ts';
import type { Message } from '../graphql/live/message.ts';
import type { Sink, Subscription } from '../graphql/live/sink.ts';
import type { Join } from '../graphql/live/subscribe.ts';
import { failure } from '../graphql/operations.ts';
import type { Posting } from './callback-attempt.ts';
import type { Callback, CallbackMessage } from './callback-message.ts';
import type { Post } from './callback-post.ts';

export interface CallbackStreamOptions {
  readonly callback: Callback;
  readonly post: Post;
  readonly clock: GraphServices['clock'];
  readonly maskError: MaskError;
  readonly logger: Logger;
  readonly onClose: () => void;
  /** The router still has it, and is to take this for its last message. */
  readonly onLetGo: (last: CallbackMessage) => void;
}

/**
 * A router ends a subscription of which it hears nothing for the whole interval: the rest of it is
 * for the way there, and for trying again.
 */
const BEAT_AFTER = 0.6;

const NOT_TAKEN =
  'some results could not be delivered; subscribe again, with the last position that came as after, to be sent what was missed';

/**
 * One subscription whose results are posted to a router. One result is under way at a time: the next
 * is the newest there is once the router has taken it. Beside it there is one heartbeat at most, as
 * a router wants to hear them however long it takes over a result.
 */
export class CallbackStream implements Sink<Message> {
  readonly #options: CallbackStreamOptions;
  readonly #closing = new AbortController();
  #subscription: Subscription | null = null;
  #underWay: Promise<void> | null = null;
  #cancelHeartbeat: (() => void) | null = null;

  constructor(options: CallbackStreamOptions) {
    this.#options = options;
  }

  /** Asks the router whether the subscription is one of its own. */
  check(): Promise<Posting> {
    return this.#post({ action: 'check' });
  }

  /** Posts what a subscription brings, until it ends or the router wants no more of it. */
  begin(join: Join): void {
    if (this.#closing.signal.aborted) return;
    this.#subscription = join(this);
    this.#awaitHeartbeat(this.#options.clock.now());
  }

  take([first]: readonly Message[]): number {
    if (first === undefined || this.#underWay !== null) return 0;
    this.#underWay = this.#deliver({ action: 'next', payload: first.payload }).then((isTaken) => {
      this.#underWay = null;
      if (isTaken) this.#subscription?.drained();
    });
    return 1;
  }

  end({ payload }: Message): void {
    void this.#finish([
      { action: 'next', payload },
      { action: 'complete', errors: null },
    ]);
  }

  fail(error: unknown): void {
    const errors = JSON.stringify([maskFailure(error, this.#options.maskError)]);
    void this.#finish([{ action: 'complete', errors }]);
  }

  /** Nothing more is posted, and nothing of it stays behind. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#cancelHeartbeat?.();
    this.#subscription?.leave();
    this.#options.onClose();
  }

  async #finish(farewell: readonly CallbackMessage[]): Promise<void> {
    await this.#underWay;
    for (const message of farewell) if (!(await this.#deliver(message))) return;
    this.close();
  }

  /** Answers whether the router has taken it; when it has not, the subscription is over. */
  async #deliver(message: CallbackMessage): Promise<boolean> {
    const posting = await this.#post(message);
    if (posting.kind === 'taken') return true;
    if (posting.kind !== 'canceled') this.#giveUp(message, posting);
    return false;
  }

  #giveUp(
    message: CallbackMessage,
    posting: Exclude<Posting, { readonly kind: 'taken' | 'canceled' }>,
  ): void {
    // A heartbeat and a result may fail together.
    if (this.#closing.signal.aborted) return;
    this.close();
    const { callback, logger, onLetGo } = this.#options;
    const reason = posting.kind === 'failed' ? posting.reason : `answered ${posting.status}`;
    const told = { subscription: callback.id, reason };
    // Where a router has let go of it, this is how it says so.
    if (posting.kind === 'refused' && posting.status === 404) {
      logger.debug(told, 'a router has ended its subscription');
      return;
    }
    logger.warn(told, 'a router did not take what it had subscribed to; it was let go');
    onLetGo(message.action === 'complete' ? message : failedEnd());
  }

  #awaitHeartbeat(since: number): void {
    const { callback, clock } = this.#options;
    if (callback.heartbeatIntervalMs === 0) return;
    const at = since + callback.heartbeatIntervalMs * BEAT_AFTER;
    this.#cancelHeartbeat = clock.after(Math.max(0, at - clock.now()), () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const since = this.#options.clock.now();
    const isTaken = await this.#deliver({ action: 'check' });
    if (isTaken && !this.#closing.signal.aborted) this.#awaitHeartbeat(since);
  }

  #post(message: CallbackMessage): Promise<Posting> {
    const { callback, post } = this.#options;
    return post(callback, message, this.#closing.signal);
  }
}

function failedEnd(): CallbackMessage {
  return { action: 'complete', errors: JSON.stringify([failure('CALLBACK_FAILED', NOT_TAKEN)]) };
}
