import type { RunningServer } from '../child.ts';
import { PROVIDER_ID } from './service.ts';

/** How an export goes. */
export interface Export {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Over what the service held before, in bytes. */
  readonly peakBytes: number;
}

const LINE_END = 10;

/** Takes all rows of an import away as a file. Throws unless every row is in it. */
export async function measureExport(
  service: RunningServer,
  { externalId, format, rows }: { externalId: string; format: 'ndjson' | 'csv'; rows: number },
): Promise<Export> {
  const idleBytes = service.rssBytes();
  const id = encodeURIComponent(`${PROVIDER_ID}:${externalId}`);
  const startedAt = performance.now();
  const answer = await fetch(new URL(`/imports/${id}/rows.${format}`, service.url));
  if (!answer.ok || answer.body === null) throw new Error(`the export answered ${answer.status}`);
  let [bytes, lines, peakBytes] = [0, 0, idleBytes];
  for await (const chunk of answer.body) {
    bytes += chunk.byteLength;
    for (const byte of chunk) if (byte === LINE_END) lines += 1;
    peakBytes = Math.max(peakBytes, service.rssBytes());
  }
  const expected = format === 'csv' ? rows + 1 : rows;
  if (lines !== expected) throw new Error(`the export has ${lines} lines, not ${expected}`);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    rowsPerSecond: rows / seconds,
    bytesPerSecond: bytes / seconds,
    peakBytes: peakBytes - idleBytes,
  };
}
