import { StoreUnavailableError } from '../ledger.ts';

/**
 * How SQLSTATEs begin of connection exceptions, of too few resources, of a server that stops or starts,
 * and of one that only reads, as one does that another has taken the place of. A statement that took too
 * long (57014) says nothing of the store.
 */
const UNAVAILABLE = ['08', '53', '57P', '25006'];

/** Nobody listens, or the way there is cut. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** `pg` says these without a code. */
const TOLD =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|terminating connection)/;

/** What an error of the client says of the store, if it is that it cannot be reached just now. */
export function unavailable(error: unknown): StoreUnavailableError | null {
  if (error instanceof StoreUnavailableError) return error;
  if (!(error instanceof Error)) return null;
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.some(isOutage) ? away(error) : null;
}

export function away(cause: Error): StoreUnavailableError {
  return new StoreUnavailableError(
    `the store cannot be reached (${cause.message || 'no connection'}); check that PostgreSQL runs at STORE_URL`,
    { cause },
  );
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NETWORK.has(code) || TOLD.test(error.message)) return true;
  return code.length === 5 && UNAVAILABLE.some((prefix) => code.startsWith(prefix));
}
