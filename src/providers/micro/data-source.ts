import { setImmediate } from 'node:timers/promises';
import { parseShape } from '../http.ts';
import { lookEach } from '../look-each.ts';
import type { Connection, ProviderDataSource } from '../provider.ts';
import { createClient } from './client.ts';
import { checkTarget, observe } from './observe.ts';
import type { Settings } from './settings.ts';
import { ResultReader } from './row-results.ts';
import { ImportJob, parseRowResult } from './wire.ts';

/** So many results of a response that is handed in are read before others have their turn. */
const RESULTS_A_TURN = 1_000;

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
      checkTarget(job, target);
      const results = new ResultReader();
      const listed = job.results ?? [];
      for (let start = 0; start < listed.length; start += RESULTS_A_TURN) {
        const some = listed.slice(start, start + RESULTS_A_TURN);
        await target.rows.write(some.map((result) => results.read(parseRowResult(result))));
        await setImmediate();
      }
      return observe(job, results.tally, target);
    },
  };
}
