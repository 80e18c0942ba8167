import type { Ledger } from '../ledger/ledger.ts';
import { graphError } from './errors.ts';

const POSITION = /^p([0-9a-z]+)(?:-([0-9a-z]+))?\.([0-9a-f]{8})$/;

/** The most of a caller's text that an error quotes. */
const QUOTED = 40;

/** Where a reader goes on. */
export interface Resumption {
  /** Everything up to here was sent; null for nothing. */
  readonly after: number | null;
  /** Deletions up to here are no news to it: it was told, or began after them. */
  readonly toldGap: number;
}

/**
 * Opaque to callers: they get it from us and hand it back. It names its store and, to a reader that
 * has yet to come past what was deleted, that it knows.
 */
export function encodePosition(
  position: number,
  { storeId }: Pick<Ledger, 'storeId'>,
  toldGap = 0,
): string {
  const told = toldGap > position ? `-${toldGap.toString(36)}` : '';
  return `p${position.toString(36)}${told}.${storeId}`;
}

/** Like `readResumption`, for those whom deletions do not concern. */
export async function readPosition(
  text: string | null | undefined,
  context: { readonly ledger: Pick<Ledger, 'storeId' | 'getLatestPosition'> },
): Promise<number | null> {
  return (await readResumption(text, context)).after;
}

/**
 * Reads a position that a caller resumes from. Throws an `INVALID_CURSOR` when it is
 * none, when it is of another store, and when it is beyond the latest change: nothing would ever
 * come after it.
 */
export async function readResumption(
  text: string | null | undefined,
  { ledger }: { readonly ledger: Pick<Ledger, 'storeId' | 'getLatestPosition'> },
): Promise<Resumption> {
  if (text === null || text === undefined) return { after: null, toldGap: 0 };
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
  const { position, toldGap } = parsed;
  // Whoever was told this position was sent nothing.
  return { after: position === 0 ? null : position, toldGap };
}

interface ParsedPosition {
  readonly position: number;
  readonly toldGap: number;
  readonly storeId: string;
}

function parsePosition(text: string): ParsedPosition | null {
  const [, digits = '', told = '0', storeId = ''] = POSITION.exec(text) ?? [];
  const position = numberOf(digits);
  const toldGap = numberOf(told);
  return position === null || toldGap === null ? null : { position, toldGap, storeId };
}

/** There is one way to write each. */
function numberOf(digits: string): number | null {
  const number = Number.parseInt(digits, 36);
  return Number.isSafeInteger(number) && number.toString(36) === digits ? number : null;
}

function refusal(text: string, fault: string): Error {
  return graphError('INVALID_CURSOR', `after: ${JSON.stringify(text.slice(0, QUOTED))} ${fault}`);
}
