import { parseShape } from '../http.ts';
import { lookEach } from '../look-each.ts';
import type { Connection, ProviderDataSource } from '../provider.ts';
import { createClient } from './client.ts';
import { observe } from './observe.ts';
import type { Settings } from './settings.ts';
import { ResultReader } from './row-results.ts';
import { ImportJob, parseRowResult } from './wire.ts';

export function createDataSource(settings: Settings, connection: Connection): ProviderDataSource {
  const client = createClient(settings, connection);
  return {
    largestBatch: 1,
    look: lookEach(async (target, signal) => {
      const { externalId: jobId, rows: sink } = target;
      const { job, tally } = await client.getImport({ jobId, sink, signal });
      return observe(job, tally, target);
    }),
    readResponse: async (response, target) => {
      const job = parseShape(response, ImportJob, 'the response handed in');
      const results = new ResultReader();
      const rows = (job.results ?? []).map((result) => results.read(parseRowResult(result)));
      const observation = observe(job, results.tally, target);
      await target.rows.write(rows);
      return observation;
    },
  };
}
