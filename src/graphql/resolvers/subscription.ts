import { importId } from '../../domain/import.ts';
import { decodeCursor } from '../cursor.ts';
import { graphError } from '../errors.ts';
import { filterOf } from '../filter.ts';
import { findImportOrNull, parseImportId } from '../find-import.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { streamImport, streamImports } from '../live.ts';
import type { EventModel } from '../models.ts';

const resolve = (event: EventModel): EventModel => event;

export const Subscription: SubscriptionResolvers = {
  importChanged: {
    subscribe: async (_, { id, after }, context) => {
      const ref = parseImportId(id);
      const seen = after ? decodeCursor('position', after) : null;
      const first = await findImportOrNull(ref, context);
      if (first === null) {
        throw graphError('IMPORT_NOT_FOUND', `the vendor knows no import ${importId(ref)}`);
      }
      return streamImport({ ref, first, after: seen }, context);
    },
    resolve,
  },
  importsChanged: {
    subscribe: (_, { filter, after }, context) => {
      const seen = after ? decodeCursor('position', after) : null;
      return streamImports(filterOf(filter, context), seen, context);
    },
    resolve,
  },
};
