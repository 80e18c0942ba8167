import { integer, text } from '../columns.ts';
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

/** Remembers that imports were deleted whose latest change was at this position or before. */
export function raisePrunedPosition(database: Database, position: number): void {
  database.run('/* raisePrunedPosition */ update positions set pruned = max(pruned, ?)', [
    position,
  ]);
}

export function getPrunedPosition(database: Database): number {
  const row = database.get('/* getPrunedPosition */ select pruned from positions', []);
  return integer(row ?? {}, 'pruned');
}

export function getStoreId(database: Database): string {
  const row = database.get('/* getStoreId */ select store_id from positions', []);
  return text(row ?? {}, 'store_id');
}
