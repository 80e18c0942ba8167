import type { Ledger } from '../ledger/ledger.ts';

/** What retention has deleted behind a reader's back; the position is not encoded yet. */
export interface GapModel {
  readonly prunedThrough: number;
}

/**
 * Whether a reader that goes on after a position may hold imports that are no longer there. Ask
 * after reading what there is, so that nothing is deleted in between unnoticed.
 */
export async function findGap(
  after: number | null,
  { ledger }: { readonly ledger: Pick<Ledger, 'getPrunedPosition'> },
): Promise<GapModel | null> {
  if (after === null) return null;
  const prunedThrough = await ledger.getPrunedPosition();
  return after < prunedThrough ? { prunedThrough } : null;
}
