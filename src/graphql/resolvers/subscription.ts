import { importId } from '../../domain/import.ts';
import { graphError } from '../errors.ts';
import { checkNamesSomething, filterOf } from '../filter.ts';
import { findImportOrNull, parseImportId } from '../find-import.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { ImportTopic } from '../live/import-topic.ts';
import { ImportsTopic } from '../live/imports-topic.ts';
import { LiveStream } from '../live/live-stream.ts';
import type { EventModel } from '../models.ts';
import { readResumption } from '../position.ts';

const resolve = (event: EventModel): EventModel => event;

export const Subscription: SubscriptionResolvers = {
  importChanged: {
    subscribe: async (_, { id, after }, context) => {
      const ref = parseImportId(id);
      const from = await readResumption(after, context);
      const found = await findImportOrNull(ref, context);
      if (found === null) {
        throw graphError('IMPORT_NOT_FOUND', `the vendor knows no import ${importId(ref)}`);
      }
      const topic = new ImportTopic(found, context);
      return new LiveStream({ topic, from, hub: context.hub });
    },
    resolve,
  },
  importsChanged: {
    subscribe: async (_, { filter, after }, context) => {
      const from = await readResumption(after, context);
      checkNamesSomething(filter);
      const topic = new ImportsTopic(filterOf(filter, context), context);
      return new LiveStream({ topic, from, hub: context.hub });
    },
    resolve,
  },
};
