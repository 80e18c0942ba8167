import { lookEach } from '../look-each.ts';
import type { Connection, ProviderDataSource } from '../provider.ts';
import { createClient } from './client.ts';
import { observe } from './observe.ts';
import type { Settings } from './settings.ts';

export function createDataSource(settings: Settings, connection: Connection): ProviderDataSource {
  const client = createClient(settings, connection);
  return {
    largestBatch: 1,
    look: lookEach(async (target, signal) => {
      const { externalId: importId, rows: sink } = target;
      const { dataImport, lineCounts } = await client.getImport({ importId, sink, signal });
      return observe(dataImport, lineCounts, target);
    }),
  };
}
