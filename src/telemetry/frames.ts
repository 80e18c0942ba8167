import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';

/** On whose behalf something is done. */
export interface Frame {
  /** Null where no request is being answered. */
  readonly requestId: string | null;
  /** Null where nothing is traced, not even by whoever asked. */
  readonly traceId: string | null;
  /** What is traced right now: the parent of what is done below; null where nothing is. */
  readonly span: Span | null;
}

const NOBODY: Frame = { requestId: null, traceId: null, span: null };

/** Knows on whose behalf something is done, however many callbacks and promises lie between. */
export class Frames {
  readonly #storage = new AsyncLocalStorage<Frame>();

  get current(): Frame {
    return this.#storage.getStore() ?? NOBODY;
  }

  run<T>(frame: Frame, work: () => T): T {
    return this.#storage.run(frame, work);
  }

  /** Runs work on behalf of nobody who may have started it. */
  apart<T>(work: () => T): T {
    return this.#storage.run(NOBODY, work);
  }
}
