import type { Ledger } from '../ledger/ledger.ts';

/** What retention has deleted behind a reader's back; the position is not encoded yet. */
export interface GapModel {
  readonly prunedThrough: number;
}

export interface GapQuestion {
  readonly after: number | null;
  /** What it was told before. */
  readonly toldGap: number;
  /** The highest of the latest positions of what was deleted. */
  readonly pruned: number;
}

/** Whether a reader that goes on after a position may hold imports that are no longer there. */
export function findGap({ after, toldGap, pruned }: GapQuestion): GapModel | null {
  const mayHold = after !== null && after < pruned && toldGap < pruned;
  return mayHold ? { prunedThrough: pruned } : null;
}

/**
 * Reads, and answers what was deleted as far as it concerns the reader. What is deleted meanwhile
 * must not go unnoticed: whoever goes on may hold it, so it is looked for afterwards; whoever begins
 * holds nothing that was deleted before.
 */
export async function readWithPruned<T>(
  after: number | null,
  ledger: Pick<Ledger, 'getPrunedPosition'>,
  read: () => Promise<T>,
): Promise<{ readonly page: T; readonly pruned: number }> {
  const before = await ledger.getPrunedPosition();
  const page = await read();
  return { page, pruned: after === null ? before : await ledger.getPrunedPosition() };
}
