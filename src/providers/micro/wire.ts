import { z } from 'zod';
import { Instant, orNull, readableOrNull, Text, word } from '../wire-shapes.ts';

const Flag = readableOrNull(z.boolean());

const Count = orNull(z.int().nonnegative());

/** What went wrong with a row or with the job. The vendor publishes no list of codes. */
const Failure = z.object({ code: Text, message: Text });

/** An error that came, whatever its shape, is an error. */
const FailureIfAny = Failure.nullish()
  .catch({ code: null, message: null })
  .transform((failure) => failure ?? null);

/**
 * The outcome of one row. An item we cannot read stays in the list as one that says nothing, so
 * that it is counted as a row unaccounted for and neither lost nor taken for a success.
 */
const RowResult = z
  .object({
    id: Text,
    created: Flag,
    existing: Flag,
    updated: Flag,
    error: FailureIfAny,
    /** Zero-based place of the row in the request; only newer answers have it. */
    input_index: readableOrNull(z.int().nonnegative()),
  })
  .catch({
    id: null,
    created: null,
    existing: null,
    updated: null,
    error: null,
    input_index: null,
  });
export type RowResult = z.output<typeof RowResult>;

/** What nearly every result is; found out at a quarter of the price. */
const OrdinaryResult = z.object({
  id: z.string().min(1).nullable(),
  created: z.boolean(),
  existing: z.boolean(),
  updated: z.boolean(),
  error: z.object({ code: z.string().min(1), message: z.string().min(1) }).optional(),
  input_index: z.int().nonnegative(),
});

/** Reads one result of an import, whatever it is. */
export function parseRowResult(value: unknown): RowResult {
  const ordinary = OrdinaryResult.safeParse(value);
  if (!ordinary.success) return RowResult.parse(value);
  return { ...ordinary.data, error: ordinary.data.error ?? null };
}

const Status = word(['processing', 'complete', 'failed']);
export type KnownStatus = z.output<typeof Status>['known'];

/**
 * `GET /v2/prism/{teamId}/imports/{jobId}`, and the answer to
 * `POST /v2/prism/{teamId}/{objectType}/import`, which has the same shape.
 * https://docs.micro.so/api, "Get the status of an import job"; `updated` and `input_index` are of
 * https://github.com/micro-so/micro-sdk-ts, src/resources/prism/imports.ts
 *
 * Only `job_id`, `status` and `total` are required; `job_id` is null for a synchronous import.
 */
export const ImportJob = z.object({
  job_id: z.string().nullable(),
  status: Status,
  total: z.int().nonnegative(),
  processed: Count,
  succeeded: Count,
  failed: Count,
  /** The results themselves are read one by one, as `RowResult`. */
  results: orNull(z.array(z.unknown())),
  error: FailureIfAny,
  created_at: Instant,
  expires_at: Instant,
});
export type ImportJob = z.output<typeof ImportJob>;

export type RowResultInput = z.input<typeof RowResult>;

/** The job as the vendor sends it; `Results` is how its list of results is held. */
export type ImportJobInput<Results = readonly RowResultInput[]> = Omit<
  z.input<typeof ImportJob>,
  'results'
> & {
  readonly results?: Results;
  readonly updated_at?: string;
};
