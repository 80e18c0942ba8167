import type { ImportChangeGapResolvers } from '../generated/resolver-types.ts';
import { encodePosition } from '../position.ts';

export const ImportChangeGap: ImportChangeGapResolvers = {
  prunedThrough: ({ prunedThrough }, _, { ledger }) => encodePosition(prunedThrough, ledger),
};
