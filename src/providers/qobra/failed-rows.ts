import type { RowError } from '../../domain/row.ts';
import type { ParsingError, Table } from './wire.ts';

/** The lines that the tables in error name, in the vendor's order, unreadable ones included. */
export function listFailedRows(tables: readonly Table[]): readonly RowError[] {
  return tables.flatMap((table) =>
    (table.error?.parsing_error_details ?? []).map((line) => readLine(line, table)),
  );
}

function readLine(
  { line_number: number, row, details }: ParsingError,
  { data_table_key: resource, error }: Table,
): RowError {
  return {
    number,
    numberBasis: number === null ? 'UNSTATED' : 'LINE',
    resource,
    recordId: null,
    code: error?.title ?? null,
    ...readDetails(details ?? ''),
    values: row,
  };
}

/**
 * `details` is the text of a Python error, with or without its stack: the line that says what went
 * wrong is the last one of a traceback and else the first one.
 */
function readDetails(details: string): Pick<RowError, 'message' | 'detail'> {
  const lines = details.split('\n').filter((line) => line.trim() !== '');
  const isTraceback = lines[0]?.startsWith('Traceback (most recent call last)') ?? false;
  const line = isTraceback ? lines.at(-1) : lines[0];
  return {
    message: line?.trim() ?? 'Qobra names this line without saying what is wrong with it.',
    detail: lines.length > 1 ? details : null,
  };
}
