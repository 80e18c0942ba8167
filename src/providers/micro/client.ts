import { ProviderError } from '../../domain/provider-error.ts';
import { parseShape } from '../http.ts';
import type { Connection, RowSink } from '../provider.ts';
import { readRows } from '../read-rows.ts';
import { ResultReader } from './row-results.ts';
import type { ResultTally } from './row-results.ts';
import type { Settings } from './settings.ts';
import { ImportJob, parseRowResult } from './wire.ts';

/** Micro's API: one request per call, its failures as `ProviderError`s. */
export interface MicroClient {
  /** The results go into the sink as they arrive. */
  getImport(request: ImportRequest): Promise<ImportAnswer>;
}

export interface ImportRequest {
  readonly jobId: string;
  readonly sink: RowSink;
  readonly signal: AbortSignal;
}

/** A job without its results, and what those add up to. */
export interface ImportAnswer {
  readonly job: ImportJob;
  readonly tally: ResultTally;
}

export function createClient(
  { baseUrl, teamId, apiKey }: Settings,
  connection: Connection,
): MicroClient {
  return {
    async getImport({ jobId, sink, signal }) {
      if (isDotSegment(jobId)) {
        throw new ProviderError('not-found', `Micro has no import called "${jobId}"`);
      }
      const results = new ResultReader();
      const { answer, rest } = await readRows(
        {
          request: {
            method: 'GET',
            url: new URL(`${baseUrl}/v2/prism/${teamId}/imports/${encodeURIComponent(jobId)}`),
            headers: { 'x-api-key': apiKey, accept: 'application/json' },
            signal,
          },
          path: ['results'],
          read: (found) => found.map(({ value }) => results.read(parseRowResult(value))),
          sink,
        },
        connection,
      );
      return { job: parseShape(rest, ImportJob, answer.request), tally: results.tally };
    },
  };
}

/**
 * Micro publishes no format for its job ids, so any other text is asked for. These two survive
 * percent-encoding, and a URL resolves them to another path.
 */
function isDotSegment(jobId: string): boolean {
  return jobId === '.' || jobId === '..';
}
