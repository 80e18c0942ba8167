import type { ImportChangeResolvers } from '../generated/resolver-types.ts';
import { encodePosition } from '../position.ts';

export const ImportChange: ImportChangeResolvers = {
  position: ({ position }, _, { ledger }) => encodePosition(position, ledger),
};
