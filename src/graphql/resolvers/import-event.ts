import { encodeCursor } from '../cursor.ts';
import type { ImportEventResolvers } from '../generated/resolver-types.ts';

export const ImportEvent: ImportEventResolvers = {
  position: ({ position }) => encodeCursor('position', position),
  end: ({ end, position }) =>
    end === null ? null : { reason: end, resumeAfter: encodeCursor('position', position) },
};
