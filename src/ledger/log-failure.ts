import type { Logger } from 'pino';
import { StoreUnavailableError } from './ledger.ts';

export interface FailureLog {
  readonly logger: Logger;
  /** Whom it was about, if anybody in particular. */
  readonly provider?: { readonly id: string };
}

/**
 * Logs what failed in the background, with its stack. Of a store that cannot be reached everybody
 * would tell the same at each try: the store itself tells it once.
 */
export function logFailure(
  { logger, provider }: FailureLog,
  error: unknown,
  message: string,
): void {
  const providerId = provider?.id;
  if (error instanceof StoreUnavailableError) {
    logger.debug({ providerId, reason: error.message }, message);
  } else {
    logger.error({ providerId, err: error }, message);
  }
}
