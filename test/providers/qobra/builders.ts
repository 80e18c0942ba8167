import { observe } from '../../../src/providers/qobra/observe.ts';
import { ImportAnswer } from '../../../src/providers/qobra/wire.ts';
import type { TableErrorInput, TableInput } from '../../../src/providers/qobra/wire.ts';

export const ID = '647a13fe875af4b4eb7133c2';
export const TARGET = { externalId: ID, continueOnError: null, mayNotExistYet: false };

/** A table that is done, changed as told. */
export function table(changes: Partial<TableInput> = {}): TableInput {
  const done = { type: 'api', status: 'finished', data_table_key: 'companies', progress: 100 };
  return { ...done, number_of_records: 5, error: null, ...changes };
}

/** The error of a table, with one line named wrong. */
export const PARSING_ERROR: TableErrorInput = {
  title: 'ParsingError',
  description: "Can't parse 'A' as float",
  parsing_error_details: [
    { line_number: 4, row: { amount: 'A' }, details: "ValueError: no float: 'A'" },
  ],
};

/** The error of a table, without a line. */
export const WHOLE_ERROR: TableErrorInput = { title: 'Timeout', description: 'It took too long' };

/** Reads an import with the given tables, finished and without an error unless told otherwise. */
export function read(tables: readonly unknown[], changes: Readonly<Record<string, unknown>> = {}) {
  const finished = { id: ID, status: 'finished', progress: 100, error: false };
  const whole = { ...finished, data_tables_details: tables, ...changes };
  return observe(ImportAnswer.parse({ data_import: whole }).data_import, TARGET);
}
