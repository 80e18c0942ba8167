import { ProviderError } from '../../domain/provider-error.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { Settings } from './settings.ts';
import { ImportJob } from './wire.ts';

/** Micro's API: one request per call, its failures as `ProviderError`s. */
export interface MicroClient {
  getImport(jobId: string, signal: AbortSignal): Promise<ImportJob>;
}

export function createClient(
  { baseUrl, teamId, apiKey }: Settings,
  { http, now }: Connection,
): MicroClient {
  return {
    async getImport(jobId, signal) {
      if (isDotSegment(jobId)) {
        throw new ProviderError('not-found', `Micro has no import called "${jobId}"`);
      }
      const answer = await http({
        method: 'GET',
        url: new URL(`${baseUrl}/v2/prism/${teamId}/imports/${encodeURIComponent(jobId)}`),
        headers: { 'x-api-key': apiKey, accept: 'application/json' },
        signal,
      });
      const failure = findStatusFailure(answer, now());
      if (failure !== null) throw failure;
      return parseJson(answer, ImportJob);
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
