import { importId } from '../domain/import.ts';
import type { Import } from '../domain/import.ts';
import { isFailed } from '../domain/row.ts';
import type { KeptRow, KeptRowError, RowOutcome } from '../domain/row.ts';
import type { HeldRows, RowPage } from '../ledger/row-ledger.ts';
import { connectionOf } from './connection.ts';
import type { Connection } from './connection.ts';
import type { GraphContext } from './context.ts';
import { checkPageSize, decodeCursor, encodeCursor } from './cursor.ts';
import { countOf } from './row-summary.ts';

export interface RowPageQuery {
  /** Null for every outcome. */
  readonly outcomes: readonly RowOutcome[] | null;
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
}

export interface FoundRows {
  /** Null when nothing was ever captured. */
  readonly held: HeldRows | null;
  readonly page: RowPage;
}

const PAGE = 50;
const NO_ROWS: RowPage = { items: [], hasMore: false };

/**
 * A page of an import's rows, and what is held of them. Where no such row is held, none is asked
 * for: most imports of a list have no failed ones.
 */
export async function findRows(
  { ref }: Pick<Import, 'ref'>,
  { outcomes, ...query }: RowPageQuery,
  { ledger, loaders }: GraphContext,
): Promise<FoundRows> {
  const first = checkPageSize(query.first ?? PAGE);
  const after = typeof query.after === 'string' ? decodeCursor('row', query.after) : -1;
  const id = importId(ref);
  const held = await loaders.heldRowsByImportId.load(id);
  if (held === null || held.isPruned || countOf(held.kept, outcomes) === 0) {
    return { held, page: NO_ROWS };
  }
  return { held, page: await ledger.listRows({ importId: id, outcomes, first, after }) };
}

export interface PageOf<Row> {
  readonly items: readonly { readonly ordinal: number; readonly row: Row }[];
  readonly hasMore: boolean;
}

export function rowConnectionOf<Row>(
  { items, hasMore }: PageOf<Row>,
  after: string | null | undefined,
): Connection<Row> {
  const edges = items.map(({ ordinal, row }) => ({
    cursor: encodeCursor('row', ordinal),
    node: row,
  }));
  return connectionOf({ edges, hasMore, isContinued: typeof after === 'string' });
}

/** Throws when a row that was asked for as failed has no failure. */
export function failedRow(row: KeptRow): KeptRowError {
  if (isFailed(row)) return row;
  throw new Error(`row ${row.id} failed, and nothing says why`);
}
