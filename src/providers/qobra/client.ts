import { ProviderError } from '../../domain/provider-error.ts';
import { parseShape } from '../http.ts';
import type { Connection, RowSink } from '../provider.ts';
import { readRows } from '../read-rows.ts';
import { FailedRowReader } from './failed-rows.ts';
import type { Settings } from './settings.ts';
import { ImportAnswer, RawTables } from './wire.ts';
import type { DataImport } from './wire.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/** Qobra's API: one request per call, its failures as `ProviderError`s. */
export interface QobraClient {
  /**
   * The wrong lines go into the sink as they arrive. An id that is no ObjectId is `not-found`
   * without a request.
   */
  getImport(request: ImportRequest): Promise<ImportFound>;
}

export interface ImportRequest {
  readonly importId: string;
  readonly sink: RowSink;
  readonly signal: AbortSignal;
}

/** An import without its wrong lines, and how many of them each of its tables names. */
export interface ImportFound {
  readonly dataImport: DataImport;
  readonly lineCounts: readonly number[];
}

export function createClient({ baseUrl, apiKey }: Settings, connection: Connection): QobraClient {
  return {
    async getImport({ importId, sink, signal }) {
      if (!OBJECT_ID.test(importId)) {
        throw new ProviderError(
          'not-found',
          `Qobra has no import "${importId}": its ids are 24 hexadecimal digits`,
        );
      }
      const lines = new FailedRowReader();
      const { answer, rest } = await readRows(
        {
          request: {
            method: 'GET',
            url: new URL(`${baseUrl}/v1/imports/${encodeURIComponent(importId)}`),
            headers: { 'X-API-Key': apiKey, accept: 'application/json' },
            signal,
          },
          path: ['data_import', 'data_tables_details', '*', 'error', 'parsing_error_details'],
          read: (found) => lines.read(found),
          sink,
        },
        connection,
      );
      const { data_import: dataImport } = parseShape(rest, ImportAnswer, answer.request);
      await sink.write(lines.end());
      return { dataImport, lineCounts: listTables(rest).map((table) => lines.countOf(table)) };
    },
  };
}

/** The tables of an answer whose shape is known, as they were read. */
function listTables(answer: unknown): readonly unknown[] {
  return RawTables.parse(answer).data_import.data_tables_details ?? [];
}
