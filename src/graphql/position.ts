import type { Ledger } from '../ledger/ledger.ts';
import { graphError } from './errors.ts';

const POSITION = /^p([0-9a-z]+)\.([0-9a-f]{8})$/;

/** The most of a caller's text that an error quotes. */
const QUOTED = 40;

/** Opaque to callers: they get it from us and hand it back. It names its store. */
export function encodePosition(position: number, { storeId }: Pick<Ledger, 'storeId'>): string {
  return `p${position.toString(36)}.${storeId}`;
}

/**
 * Reads a position that a caller resumes from; null for none. Throws an `INVALID_CURSOR` when it is
 * none, when it is of another store, and when it is beyond the latest change: nothing would ever
 * come after it.
 */
export async function readPosition(
  text: string | null | undefined,
  { ledger }: { readonly ledger: Pick<Ledger, 'storeId' | 'getLatestPosition'> },
): Promise<number | null> {
  if (text === null || text === undefined) return null;
  const parsed = parsePosition(text);
  if (parsed === null) {
    throw refusal(
      text,
      'is not a position; pass one that an import, a change or an event gave you, or leave it out',
    );
  }
  if (parsed.storeId !== ledger.storeId) {
    throw refusal(
      text,
      'is a position of another store, and says nothing about this one; leave it out and read from the beginning',
    );
  }
  if (parsed.position > (await ledger.getLatestPosition())) {
    throw refusal(
      text,
      'is beyond the latest change: the store was put back to an earlier state; leave it out and read from the beginning',
    );
  }
  return parsed.position;
}

interface ParsedPosition {
  readonly position: number;
  readonly storeId: string;
}

function parsePosition(text: string): ParsedPosition | null {
  const [, digits = '', storeId = ''] = POSITION.exec(text) ?? [];
  const position = Number.parseInt(digits, 36);
  // There is one way to write each.
  const isExact = Number.isSafeInteger(position) && position.toString(36) === digits;
  return isExact ? { position, storeId } : null;
}

function refusal(text: string, fault: string): Error {
  return graphError('INVALID_CURSOR', `after: ${JSON.stringify(text.slice(0, QUOTED))} ${fault}`);
}
