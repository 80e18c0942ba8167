import type { Logger } from 'pino';
import type { StoreUnavailableError } from '../ledger.ts';

/**
 * Tells operators once that the store cannot be reached any more, and once that it can be again.
 * Whoever opens the store tells that it never could.
 */
export class OutageLog {
  readonly #logger: Logger;
  #state: 'unknown' | 'up' | 'away' = 'unknown';
  #outages = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Asks the store from now on; answers what to call when it has answered. */
  begin(): () => void {
    const outages = this.#outages;
    return () => {
      // Whoever asked before the others failed knows no better than they.
      if (this.#state === 'up' || outages !== this.#outages) return;
      if (this.#state === 'away') this.#logger.info('the store can be reached again');
      this.#state = 'up';
    };
  }

  failed({ message }: StoreUnavailableError): void {
    this.#outages += 1;
    if (this.#state !== 'up') return;
    this.#state = 'away';
    this.#logger.warn({ reason: message }, 'the store is away; it is asked until it answers');
  }
}
