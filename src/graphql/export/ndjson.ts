import type { KeptRow } from '../../domain/row.ts';

/**
 * Rows as newline-delimited JSON, one object a line. What is not known is null; `numbers` is there
 * only where the vendor gives several; what a row failed of is null where it did not fail.
 */
export function ndjsonLines(rows: readonly KeptRow[]): string {
  let lines = '';
  for (const row of rows) lines += `${JSON.stringify(recordOf(row))}\n`;
  return lines;
}

function recordOf(row: KeptRow): Readonly<Record<string, unknown>> {
  const { number, furtherNumbers, numberBasis, outcome, resource, recordId, failure } = row;
  return {
    number,
    ...(furtherNumbers.length > 0 && { numbers: [number, ...furtherNumbers] }),
    numberBasis,
    outcome,
    resource,
    recordId,
    code: failure?.code ?? null,
    message: failure?.message ?? null,
    detail: failure?.detail ?? null,
    values: failure?.values ?? null,
    valuesForm: failure?.valuesForm ?? null,
  };
}
