import { z } from 'zod';

/**
 * Milliseconds since the epoch. A time that is absent, has no zone or cannot be read is null: it is
 * never a reason to refuse the answer around it.
 */
const Instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .nullish()
  .catch(null)
  .transform((at) => at ?? null);

const Text = z
  .string()
  .nullish()
  .catch(null)
  .transform((text) => (text === '' ? null : (text ?? null)));

const PERCENT = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/;

/**
 * Typed as text and shown as a number by one and the same page: `100`, `"100"` and `"100%"` are all
 * read. What is no percentage is null.
 */
const Progress = z
  .union([z.number(), z.string()])
  .nullish()
  .catch(null)
  .transform((progress) => {
    const percent = typeof progress === 'string' ? PERCENT.exec(progress)?.[1] : progress;
    if (percent === null || percent === undefined) return null;
    const value = Number(percent);
    return value >= 0 && value <= 100 ? value : null;
  });

const KnownStatus = z.enum(['scheduled', 'started', 'finished', 'unrecognized']);
export type KnownStatus = z.output<typeof KnownStatus>;

const Status = z.string().transform((word) => ({
  word,
  known: KnownStatus.catch('unrecognized').parse(word),
}));

/** A line of the input that failed. What of it cannot be read is null; the line itself stays. */
const ParsingError = z
  .object({
    line_number: z
      .int()
      .nullish()
      .catch(null)
      .transform((line) => line ?? null),
    row: z
      .record(z.string(), z.unknown())
      .nullish()
      .catch(null)
      .transform((row) => row ?? null),
    details: z
      .string()
      .nullish()
      .catch(null)
      .transform((details) => details ?? null),
  })
  .catch({ line_number: null, row: null, details: null });
export type ParsingError = z.output<typeof ParsingError>;

/** What of it cannot be read is missing; that there was an error stays. */
const TableError = z.object({
  title: Text,
  description: Text,
  parsing_error_details: z
    .array(ParsingError)
    .nullish()
    .catch([])
    .transform((details) => details ?? []),
});

const Table = z.object({
  /** `api`, `csv` or `integration`; open, for nothing depends on it. */
  type: z.string(),
  status: Status,
  data_table_key: Text,
  progress: Progress,
  number_of_records: z
    .int()
    .nonnegative()
    .nullish()
    .transform((count) => count ?? null),
  error: TableError.nullish()
    .catch({ title: null, description: null, parsing_error_details: [] })
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
    error: z
      .boolean()
      .nullish()
      .transform((error) => error ?? null),
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

/** The answer, a table of it and its error, as the vendor sends them. */
export type ImportAnswerInput = z.input<typeof ImportAnswer>;
export type TableInput = z.input<typeof Table>;
export type TableErrorInput = z.input<typeof TableError>;
