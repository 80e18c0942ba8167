import { z } from 'zod';
import { Instant, orNull, readableOrNull, Text, word } from '../wire-shapes.ts';

const PERCENT = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/;

/**
 * Typed as text and shown as a number by one and the same page: `100`, `"100"` and `"100%"` are all
 * read. What is no percentage is null.
 */
const Progress = readableOrNull(z.union([z.number(), z.string()])).transform((progress) => {
  const percent = typeof progress === 'string' ? PERCENT.exec(progress)?.[1] : progress;
  if (percent === null || percent === undefined) return null;
  const value = Number(percent);
  return value >= 0 && value <= 100 ? value : null;
});

const Status = word(['scheduled', 'started', 'finished']);
export type KnownStatus = z.output<typeof Status>['known'];

/** A line of the input that failed. What of it cannot be read is null; the line itself stays. */
export const ParsingError = z
  .object({
    line_number: readableOrNull(z.int()),
    row: readableOrNull(z.record(z.string(), z.unknown())),
    details: readableOrNull(z.string()),
  })
  .catch({ line_number: null, row: null, details: null });

/** What a line is read beside, which may not all be there yet: the table, and its error. */
export const Named = z
  .object({ data_table_key: Text, title: Text })
  .catch({ data_table_key: null, title: null });

/**
 * What of it cannot be read is missing; that there was an error stays. Its `parsing_error_details`
 * are read one by one, as `ParsingError`.
 */
const TableError = z.object({ title: Text, description: Text });

const Table = z.object({
  /** `api`, `csv` or `integration`; open, for nothing depends on it. */
  type: z.string(),
  status: Status,
  data_table_key: Text,
  progress: Progress,
  number_of_records: orNull(z.int().nonnegative()),
  error: TableError.nullish()
    .catch({ title: null, description: null })
    .transform((error) => error ?? null),
});
export type Table = z.output<typeof Table>;

/**
 * `GET /v1/imports/{import_id}`: https://docs.qobra.co, "Fetch import".
 *
 * The page requires `error` and leaves it out of its own example, and calls times and numbers null
 * that it types as text and integer: whatever of that kind is missing is null.
 */
export const ImportAnswer = z.object({
  data_import: z.object({
    id: z.string(),
    status: Status,
    progress: Progress,
    error: orNull(z.boolean()),
    created_at: Instant,
    launched_at: Instant,
    finished_at: Instant,
    data_tables_details: z
      .array(Table)
      .nullish()
      .transform((tables) => tables ?? []),
  }),
});
export type DataImport = z.output<typeof ImportAnswer>['data_import'];

/** The tables of that answer, each the very object that its lines were found in. */
export const RawTables = z.object({
  data_import: z.object({ data_tables_details: z.array(z.unknown()).nullish() }),
});

export type ParsingErrorInput = z.input<typeof ParsingError>;

/** The answer as the vendor sends it; `Lines` is how the lines of a table in error are held. */
export type ImportAnswerInput<Lines = readonly ParsingErrorInput[]> = {
  readonly data_import: Omit<z.input<typeof ImportAnswer>['data_import'], 'data_tables_details'> & {
    readonly data_tables_details?: readonly TableInput<Lines>[] | null;
  };
};
export type TableInput<Lines = readonly ParsingErrorInput[]> = Omit<
  z.input<typeof Table>,
  'error'
> & {
  readonly error?: TableErrorInput<Lines> | null;
};
export type TableErrorInput<Lines = readonly ParsingErrorInput[]> = z.input<typeof TableError> & {
  readonly parsing_error_details?: Lines;
};
