import { parseShape } from '../http.ts';
import { lookEach } from '../look-each.ts';
import type { Connection, ProviderDataSource } from '../provider.ts';
import { createClient } from './client.ts';
import { observe } from './observe.ts';
import type { Settings } from './settings.ts';
import { ImportJob } from './wire.ts';

export function createDataSource(settings: Settings, connection: Connection): ProviderDataSource {
  const client = createClient(settings, connection);
  return {
    largestBatch: 1,
    look: lookEach(async (target, signal) =>
      observe(await client.getImport(target.externalId, signal), target),
    ),
    readResponse: (response, target) =>
      observe(parseShape(response, ImportJob, 'the response handed in'), target),
  };
}
