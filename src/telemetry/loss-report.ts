import type { Logger } from 'pino';
import type { Sent } from './otlp-sender.ts';

/** Tells the log when spans begin not to be taken, and when they are again: once each. */
export class LossReport {
  readonly #logger: Logger;
  #isFailing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  sent({ reason }: Sent): void {
    const isFailing = reason !== null;
    if (isFailing && !this.#isFailing) {
      this.#logger.warn(
        { reason },
        'traces cannot be sent; they are lost until their collector answers',
      );
    }
    if (!isFailing && this.#isFailing) this.#logger.info('traces are sent again');
    this.#isFailing = isFailing;
  }
}
