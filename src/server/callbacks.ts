import type { Logger } from 'pino';
import type { MaskError } from '../graphql/errors.ts';
import type { Join } from '../graphql/live/subscribe.ts';
import type { Posting } from './callback-attempt.ts';
import { Farewells } from './callback-farewells.ts';
import type { Callback } from './callback-message.ts';
import { createPosts } from './callback-post.ts';
import type { Post, PostOptions } from './callback-post.ts';
import { CallbackStream } from './callback-stream.ts';
import type { LiveLimits } from './live-limits.ts';

/** Sees what becomes of what is posted, to count it. */
export interface CallbacksObserver {
  /** A message is over, however often it was tried. */
  posted(result: Posting['kind']): void;
  /** A router did not take what it had subscribed to, and is posted no more of it. */
  letGo(): void;
}

export interface CallbacksOptions extends PostOptions {
  readonly limits: Pick<LiveLimits, 'maxCallbacks'>;
  readonly maskError: MaskError;
  readonly logger: Logger;
  readonly observer?: CallbacksObserver;
}

const UNOBSERVED: CallbacksObserver = { posted: () => undefined, letGo: () => undefined };

/** How long routers have to take the last messages when the server stops. */
const FAREWELL_MS = 2_000;

/** The subscriptions whose results are posted. */
export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #observer: CallbacksObserver;
  readonly #post: Post;
  readonly #farewells: Farewells;
  readonly #open = new Set<CallbackStream>();
  /** Those that have begun, by what the router calls them. */
  readonly #begun = new Map<string, CallbackStream>();
  #isClosing = false;
  #onEmpty: (() => void) | null = null;

  constructor(options: CallbacksOptions) {
    const { limits, logger, observer = UNOBSERVED } = options;
    const { post, insist } = createPosts(options);
    this.#options = options;
    this.#observer = observer;
    this.#post = observed(post, observer);
    this.#farewells = new Farewells({
      insist: observed(insist, observer),
      most: limits.maxCallbacks,
      logger,
    });
  }

  /** Keeps a place for a subscription until it is closed; null when there are as many as may be. */
  open(callback: Callback): CallbackStream | null {
    const { limits, clock, maskError, logger } = this.#options;
    this.#farewells.callOff(callback);
    if (this.#isClosing || this.#open.size >= limits.maxCallbacks) return null;
    const name = nameOf(callback);
    const stream = new CallbackStream({
      callback,
      post: this.#post,
      clock,
      maskError,
      logger,
      onClose: () => {
        this.#open.delete(stream);
        if (this.#begun.get(name) === stream) this.#begun.delete(name);
        if (this.#open.size === 0) this.#onEmpty?.();
      },
      onLetGo: (last) => {
        this.#observer.letGo();
        this.#farewells.tell(callback, last);
      },
    });
    this.#open.add(stream);
    return stream;
  }

  /**
   * Begins a subscription that the router has confirmed. Apollo Router calls every one that asks the
   * same by the same id: it has ended whatever it called so before, and would take its results for
   * those of the new one.
   */
  begin(callback: Callback, stream: CallbackStream, join: Join): void {
    const name = nameOf(callback);
    this.#begun.get(name)?.close();
    this.#begun.set(name, stream);
    stream.begin(join);
  }

  /** Gives those that were told to end a moment to be over, unless it is aborted, then ends all. */
  async close(cutOff: AbortSignal): Promise<void> {
    this.#isClosing = true;
    if (this.#open.size > 0 && !cutOff.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, FAREWELL_MS);
      const cut = (): void => resolve();
      cutOff.addEventListener('abort', cut);
      this.#onEmpty = resolve;
      await promise;
      clearTimeout(timer);
      cutOff.removeEventListener('abort', cut);
    }
    if (this.#open.size > 0) {
      const { logger } = this.#options;
      logger.warn({ subscriptions: this.#open.size }, 'routers did not take the last of theirs');
      for (const stream of this.#open) stream.close();
    }
    this.#farewells.close();
  }
}

function observed(post: Post, observer: CallbacksObserver): Post {
  return async (...posted) => {
    const posting = await post(...posted);
    observer.posted(posting.kind);
    return posting;
  };
}

function nameOf({ url, id }: Callback): string {
  return `${url.href} ${id}`;
}
