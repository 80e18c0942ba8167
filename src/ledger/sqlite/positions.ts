import { integer } from './database.ts';
import type { Database } from './database.ts';

/**
 * Takes the next number of the one order of changes. Only inside a transaction: SQLite runs one
 * writer at a time, so numbers become visible in the order in which they are taken.
 */
export function takePosition(database: Database): number {
  const row = database.get(
    '/* takePosition */ update positions set last = last + 1 returning last',
    [],
  );
  return integer(row ?? {}, 'last');
}

/** The position of the latest change. Tracking takes numbers too, so the counter may be beyond it. */
export function getLatestPosition(database: Database): number {
  const row = database.get('/* getLatestPosition */ select last from positions', []);
  return integer(row ?? {}, 'last');
}
