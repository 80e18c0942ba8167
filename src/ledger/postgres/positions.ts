import { integer, text } from '../columns.ts';
import type { Session } from './database.ts';

/**
 * Takes the next number of the one order of changes. Only inside a transaction, as late as may be: its
 * row is held until the transaction ends, so numbers become visible in the order in which they are
 * taken. A sequence gives numbers to several at once, and the later one may be visible first.
 */
export async function takePosition(session: Session): Promise<number> {
  const row = await session.get(
    '/* takePosition */ update positions set last = last + 1 returning last',
    [],
  );
  return integer(row ?? {}, 'last');
}

/** The position of the latest change. Tracking takes numbers too, so the counter may be beyond it. */
export async function getLatestPosition(session: Session): Promise<number> {
  const row = await session.get('/* getLatestPosition */ select last from positions', []);
  return integer(row ?? {}, 'last');
}

/** Remembers that imports were deleted whose latest change was at this position or before. */
export async function raisePrunedPosition(session: Session, position: number): Promise<void> {
  await session.run('/* raisePrunedPosition */ update positions set pruned = greatest(pruned, ?)', [
    position,
  ]);
}

export async function getPrunedPosition(session: Session): Promise<number> {
  const row = await session.get('/* getPrunedPosition */ select pruned from positions', []);
  return integer(row ?? {}, 'pruned');
}

export async function getStoreId(session: Session): Promise<string> {
  const row = await session.get('/* getStoreId */ select store_id from positions', []);
  return text(row ?? {}, 'store_id');
}
