import type { EventModel } from '../models.ts';
import type { Resumption } from '../position.ts';
import type { Hub } from './hub.ts';
import type { Sink, Subscription } from './sink.ts';
import type { Topic } from './topic.ts';

/**
 * What a subscription field resolves to. The transports of this server share it among subscribers;
 * whoever iterates it instead, as `graphql`'s own `subscribe` does, reads it alone.
 */
export class LiveStream implements AsyncIterable<EventModel> {
  readonly topic: Topic;
  /** Where its reader goes on. */
  readonly from: Resumption;
  readonly hub: Hub;

  constructor({ topic, from, hub }: Pick<LiveStream, 'topic' | 'from' | 'hub'>) {
    this.topic = topic;
    this.from = from;
    this.hub = hub;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<EventModel> {
    return new EventIterator((sink) =>
      this.hub.follow(this.topic, { sink, ...this.from, expiresAt: null }),
    );
  }
}

type Result = IteratorResult<EventModel>;

/** A sink that takes one event at a time, for a reader that pulls. */
class EventIterator implements Sink<EventModel>, AsyncIterableIterator<EventModel> {
  readonly #join: (sink: Sink<EventModel>) => Subscription;
  #subscription: Subscription | null = null;
  #held: EventModel[] = [];
  #failure: { readonly error: unknown } | null = null;
  #hasEnded = false;
  #waiting: PromiseWithResolvers<Result> | null = null;

  /** Nothing is joined before the first `next()`. */
  constructor(join: (sink: Sink<EventModel>) => Subscription) {
    this.#join = join;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<EventModel> {
    return this;
  }

  take([event]: readonly EventModel[]): number {
    if (event === undefined || this.#held.length > 0) return 0;
    this.#held.push(event);
    this.#serve();
    return 1;
  }

  end(last: EventModel): void {
    this.#held.push(last);
    this.#hasEnded = true;
    this.#serve();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#hasEnded = true;
    this.#serve();
  }

  next(): Promise<Result> {
    const waiting = Promise.withResolvers<Result>();
    this.#waiting = waiting;
    if (!this.#hasEnded) this.#subscription ??= this.#join(this);
    this.#serve();
    if (this.#held.length === 0) this.#subscription?.drained();
    return waiting.promise;
  }

  async return(): Promise<Result> {
    this.#hasEnded = true;
    this.#held = [];
    this.#subscription?.leave();
    this.#serve();
    return { done: true, value: undefined };
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const event = this.#held.shift();
    if (event === undefined && !this.#hasEnded) return;
    this.#waiting = null;
    const failure = this.#failure;
    if (event !== undefined) waiting.resolve({ done: false, value: event });
    else if (failure === null) waiting.resolve({ done: true, value: undefined });
    else {
      this.#failure = null;
      waiting.reject(failure.error);
    }
  }
}
