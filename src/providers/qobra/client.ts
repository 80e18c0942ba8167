import { ProviderError } from '../../domain/provider-error.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { Settings } from './settings.ts';
import { ImportAnswer } from './wire.ts';
import type { DataImport } from './wire.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/** Qobra's API: one request per call, its failures as `ProviderError`s. */
export interface QobraClient {
  /** An id that is no ObjectId is `not-found` without a request. */
  getImport(importId: string, signal: AbortSignal): Promise<DataImport>;
}

export function createClient(
  { baseUrl, apiKey }: Settings,
  { http, now }: Connection,
): QobraClient {
  return {
    async getImport(importId, signal) {
      if (!OBJECT_ID.test(importId)) {
        throw new ProviderError(
          'not-found',
          `Qobra has no import "${importId}": its ids are 24 hexadecimal digits`,
        );
      }
      const answer = await http({
        method: 'GET',
        url: new URL(`${baseUrl}/v1/imports/${encodeURIComponent(importId)}`),
        headers: { 'X-API-Key': apiKey, accept: 'application/json' },
        signal,
      });
      const failure = findStatusFailure(answer, now());
      if (failure !== null) throw failure;
      return parseJson(answer, ImportAnswer).data_import;
    },
  };
}
