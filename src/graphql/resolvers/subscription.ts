import { importId } from '../../domain/import.ts';
import { graphError } from '../errors.ts';
import { filterOf } from '../filter.ts';
import { findImportOrNull, parseImportId } from '../find-import.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { streamImport, streamImports } from '../live.ts';
import type { EventModel } from '../models.ts';
import { readPosition } from '../position.ts';

const resolve = (event: EventModel): EventModel => event;

export const Subscription: SubscriptionResolvers = {
  importChanged: {
    subscribe: async (_, { id, after }, context) => {
      const ref = parseImportId(id);
      const seen = await readPosition(after, context);
      const first = await findImportOrNull(ref, context);
      if (first === null) {
        throw graphError('IMPORT_NOT_FOUND', `the vendor knows no import ${importId(ref)}`);
      }
      return streamImport({ ref, first, after: seen }, context);
    },
    resolve,
  },
  importsChanged: {
    subscribe: async (_, { filter, after }, context) => {
      const seen = await readPosition(after, context);
      return streamImports(filterOf(filter, context), seen, context);
    },
    resolve,
  },
};
