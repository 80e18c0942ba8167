import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from './ledger.ts';

export interface OpenOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Addresses of stores with any number of processes. */
export const POSTGRES_URL = /^postgres(ql)?:\/\//;

/**
 * Opens the store at `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. Throws a `LedgerError` when it
 * cannot be used, and a `StoreUnavailableError` when it cannot be reached.
 */
export async function openLedger(url: string, options: OpenOptions): Promise<Ledger> {
  // Each is loaded only where it is used.
  if (POSTGRES_URL.test(url)) {
    const { openPostgresLedger } = await import('./postgres/postgres-ledger.ts');
    return openPostgresLedger(url, options);
  }
  const { openSqliteLedger } = await import('./sqlite/sqlite-ledger.ts');
  return openSqliteLedger(url.replace(/^sqlite:/, ''));
}
