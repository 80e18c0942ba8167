import type { ImportEventResolvers } from '../generated/resolver-types.ts';
import { encodePosition } from '../position.ts';

export const ImportEvent: ImportEventResolvers = {
  position: ({ position }, _, { ledger }) => encodePosition(position, ledger),
  end: ({ end, position }, _, { ledger }) =>
    end === null ? null : { reason: end, resumeAfter: encodePosition(position, ledger) },
};
