import type { EventModel } from '../../src/graphql/models.ts';

type Result = IteratorResult<EventModel>;

/** What one subscriber of the stock server has yet to be sent. */
export class EventQueue implements AsyncIterableIterator<EventModel> {
  /** The import that it is about; null for all. */
  readonly about: string | null;
  readonly #onClose: () => void;
  readonly #events: EventModel[] = [];
  #waiting: ((result: Result) => void) | null = null;

  constructor(about: string | null, onClose: () => void) {
    this.about = about;
    this.#onClose = onClose;
  }

  push(event: EventModel): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#events.push(event);
    else waiting({ done: false, value: event });
  }

  next(): Promise<Result> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<Result> {
    this.#onClose();
    this.#waiting?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
