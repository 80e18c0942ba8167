import { setImmediate } from 'node:timers/promises';
import type { ImportRow } from '../domain/row.ts';
import { findStatusFailure } from './http.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { JsonRows } from './json-rows.ts';
import type { FoundRow } from './json-rows.ts';
import type { Outside, RowSink } from './provider.ts';

/** How a JSON answer with a list of rows in it is read. */
export interface RowsReading {
  readonly request: HttpRequest;
  /** Where the list of rows is: the keys on the way, `*` for any place of a list. */
  readonly path: readonly string[];
  /** Turns what was found into rows, in order; it may hold some back. */
  readonly read: (found: readonly FoundRow[]) => readonly ImportRow[];
  readonly sink: RowSink;
}

/** An answer without its rows, which are in the sink. */
export interface RowsRead {
  readonly answer: HttpAnswer;
  /** What the JSON says beside the rows. */
  readonly rest: unknown;
}

/**
 * Bytes of an answer that are read before others have their turn. Text that is all escapes takes
 * some 30 ms for so many.
 */
const SLICE = 8_192;

/**
 * Makes one request and passes the rows of its answer on as they arrive, as fast as the sink takes
 * them. Rejects with a `ProviderError` when the answer is a failure or breaks off; rows may then be
 * in the sink already.
 */
export async function readRows(
  { request, path, read, sink }: RowsReading,
  { http, now }: Outside,
): Promise<RowsRead> {
  const source = `${request.method} ${request.url.origin}${request.url.pathname}`;
  const json = new JsonRows({ path, source });
  const answer = await http({
    ...request,
    onChunk: async (chunk) => {
      let isRowFound = false;
      for (let start = 0; start < chunk.byteLength; start += SLICE) {
        const found = json.write(chunk.subarray(start, start + SLICE));
        if (found.length > 0) await sink.write(read(found));
        isRowFound ||= found.length > 0;
        await setImmediate();
      }
      return isRowFound;
    },
  });
  const failure = findStatusFailure(answer, now());
  if (failure !== null) throw failure;
  return { answer, rest: json.end() };
}
