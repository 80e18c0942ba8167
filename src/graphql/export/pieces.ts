import { setImmediate } from 'node:timers/promises';
import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import type { KeptRow, RowOutcome } from '../../domain/row.ts';
import { hasExpired } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { GraphLedger, GraphServices } from '../context.ts';
import { visibleRow } from '../privacy.ts';

export interface PiecesOptions {
  readonly ledger: Pick<GraphLedger, 'findImports' | 'listRows'>;
  readonly clock: GraphServices['clock'];
  /** As it stood when the file was asked for. */
  readonly import: Import;
  /** Null for every outcome. */
  readonly outcomes: readonly RowOutcome[] | null;
  /** How many such rows were held then. */
  readonly expected: number;
  readonly caller: Caller;
  readonly header: string;
  readonly lines: (rows: readonly KeptRow[]) => string;
}

/** The rights to them ended while they were read. */
export class RightsEndedError extends Error {
  override readonly name = 'RightsEndedError';
}

/** The rows changed while they were read: others took their place, or they were deleted. */
export class RowsChangedError extends Error {
  override readonly name = 'RowsChangedError';
}

const MOST_ROWS = 250;
const FIRST_ROWS = 100;

/** Pages become so long that a piece has about so many characters, however large rows are. */
const PIECE = 262_144;

/**
 * Reads rows page by page, as far as somebody takes the pieces, and lets others have their turn in
 * between. Throws a `RowsChangedError` at the end when the pieces make no whole, and a
 * `RightsEndedError` as soon as their reader may read no more.
 */
export async function* readPieces({
  ledger,
  clock,
  import: known,
  outcomes,
  expected,
  caller,
  header,
  lines,
}: PiecesOptions): AsyncGenerator<string, void> {
  const id = importId(known.ref);
  let head = header;
  let first = FIRST_ROWS;
  let after = -1;
  let count = 0;
  for (;;) {
    if (hasExpired(caller, clock.now())) {
      throw new RightsEndedError(`the token of whoever reads the rows of ${id} has expired`);
    }
    const { items, hasMore } = await ledger.listRows({ importId: id, outcomes, first, after });
    const piece = head + lines(items.map(({ row }) => visibleRow(row, caller)));
    head = '';
    count += items.length;
    if (piece !== '') yield piece;
    const last = items.at(-1);
    if (last === undefined || !hasMore) break;
    after = last.ordinal;
    first = Math.min(MOST_ROWS, Math.max(1, Math.floor((items.length * PIECE) / piece.length)));
    // A socket that takes everything at once would keep everybody else waiting to the end.
    await setImmediate();
  }
  const now = (await ledger.findImports([id])).get(id);
  if (count !== expected || now?.position !== known.position) {
    throw new RowsChangedError(`the rows of ${id} changed while they were read`);
  }
}
