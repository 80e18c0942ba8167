import type { EventModel } from '../models.ts';

/** Messages that were made of events: the same for all that are to be sent the same at once. */
export class Renderings<M> {
  readonly #render: (event: EventModel) => Promise<M>;
  readonly #made = new Map<string, Promise<M>>();

  constructor(render: (event: EventModel) => Promise<M>) {
    this.#render = render;
  }

  /** The messages of some events, in order. Rejects once none of them is being made any more. */
  async listOf(events: readonly EventModel[]): Promise<readonly M[]> {
    const made = events.map((event) => this.of(event));
    await Promise.allSettled(made);
    return Promise.all(made);
  }

  of(event: EventModel): Promise<M> {
    const { position, skippedRevisions, membership, toldGap, gap, end } = event;
    const key = [position, skippedRevisions, membership, toldGap, gap?.prunedThrough, end].join();
    let message = this.#made.get(key);
    if (message === undefined) {
      message = this.#render(event);
      this.#made.set(key, message);
    }
    return message;
  }

  clear(): void {
    this.#made.clear();
  }
}
