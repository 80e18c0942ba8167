import type { Logger } from 'pino';
import type { Callback, CallbackMessage } from './callback-message.ts';
import type { Post } from './callback-post.ts';

export interface FarewellsOptions {
  readonly insist: Post;
  /** Routers at once that are told; of others a subscription ends in silence. */
  readonly most: number;
  readonly logger: Logger;
}

/**
 * Tells routers of subscriptions that were let go because they did not take what was posted: one that
 * comes back would otherwise have its client wait for ever.
 */
export class Farewells {
  readonly #options: FarewellsOptions;
  readonly #underWay = new Map<string, AbortController>();

  constructor(options: FarewellsOptions) {
    this.#options = options;
  }

  /** Goes on for a while by itself; nobody waits for it. */
  tell(callback: Callback, last: CallbackMessage): void {
    this.callOff(callback);
    const { insist, most, logger } = this.#options;
    const told = { subscription: callback.id };
    if (this.#underWay.size >= most) {
      logger.warn(told, 'a router is not told that its subscription was let go: too many are');
      return;
    }
    const key = keyOf(callback);
    const calling = new AbortController();
    this.#underWay.set(key, calling);
    void insist(callback, last, calling.signal).then(({ kind }) => {
      if (this.#underWay.get(key) === calling) this.#underWay.delete(key);
      if (kind === 'failed') {
        logger.warn(told, 'a router could not be told that its subscription was let go');
      }
    });
  }

  /** What it says of a subscription would be taken to be said of the next that is called the same. */
  callOff(callback: Callback): void {
    const key = keyOf(callback);
    this.#underWay.get(key)?.abort();
    this.#underWay.delete(key);
  }

  close(): void {
    for (const calling of this.#underWay.values()) calling.abort();
    this.#underWay.clear();
  }
}

/** Nobody but the router itself knows the verifier, and can have it told nothing. */
function keyOf({ url, id, verifier }: Callback): string {
  return JSON.stringify([url.href, id, verifier]);
}
