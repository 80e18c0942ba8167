import type { Ledger } from '../ledger/ledger.ts';
import { decodeCursor } from './cursor.ts';
import { graphError } from './errors.ts';

/**
 * Reads a position that a caller resumes from; null for none. Throws an `INVALID_CURSOR` when it
 * is beyond the latest: it is from another store, and nothing would ever come after it.
 */
export async function readPosition(
  text: string | null | undefined,
  { ledger }: { readonly ledger: Ledger },
): Promise<number | null> {
  if (text === null || text === undefined) return null;
  const position = decodeCursor('position', text);
  if (position <= (await ledger.getLatestPosition())) return position;
  throw graphError(
    'INVALID_CURSOR',
    `after: ${JSON.stringify(text)} is beyond the latest change, so it is from another store; start without it`,
  );
}
