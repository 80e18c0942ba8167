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
  results: orNull(z.array(RowResult)),
  error: FailureIfAny,
  created_at: Instant,
  expires_at: Instant,
});
export type ImportJob = z.output<typeof ImportJob>;

/** The job as the vendor sends it. */
export type ImportJobInput = z.input<typeof ImportJob> & {
  readonly updated_at?: string;
};
export type RowResultInput = z.input<typeof RowResult>;
