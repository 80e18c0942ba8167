import { z } from 'zod';
import { headerSecret } from '../header-secret.ts';
import { Instant, readableOrNull, Text, word } from '../wire-shapes.ts';

const JOB_STATES = [
  'WAITING',
  'RUNNING',
  'CANCELING',
  'COMPLETED',
  'CANCELED',
  'ERROR',
  'FAILED',
  'DELETED',
] as const;

const JOB_RESULTS = ['NOT_SET', 'SUCCESS', 'COMPLETED_WITH_ERROR', 'FAILURE', 'ABORTED'] as const;

const IMPORT_JOB_STATES = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'ABORTED'] as const;

/** Below this an epoch counts seconds, from it on milliseconds (which it passed in March 1973). */
const SMALLEST_EPOCH_MS = 1e11;
const LARGEST_INSTANT = 8.64e15;

/**
 * Milliseconds since the epoch, or null when the vendor sends none that can be read. 2.0 sends
 * int64, and its schema's own example has milliseconds in `createdOn` and ten digits in
 * `startDate` and `endDate`; jobs v1 sends RFC 3339.
 */
const Time = z.union([z.number(), z.string()]).nullish().transform(readInstant);

function readInstant(sent: number | string | null | undefined): number | null {
  if (typeof sent === 'string') return Instant.parse(sent);
  if (typeof sent !== 'number' || sent <= 0) return null;
  const instant = Math.round(sent < SMALLEST_EPOCH_MS ? sent * 1000 : sent);
  return instant <= LARGEST_INSTANT ? instant : null;
}

/** Job ids are UUIDs of any version, on every Collibra page. */
export const JobId = z.guid();

/**
 * `GET /rest/2.0/jobs/{id}` and `GET /rest/jobs/v1/jobs/{id}`: two resources that share the names
 * of what we read. Which of the eight states each one really sends is open (a Collibra tool over
 * v1 speaks in 2.0's names), so both may send all. Only `id` is required in v1; `result` is
 * missing from the 2.0 schema of 2021.
 * https://github.com/collibra/import-api-examples dgc-rest.json
 * https://developer.collibra.com/api/references/job/jobs
 */
export const JobResource = z.object({
  id: z.string(),
  state: word(JOB_STATES).nullish(),
  result: word(JOB_RESULTS).nullish(),
  progressPercentage: z.number().nullish(),
  message: z.string().nullish(),
  createdOn: Time,
  startDate: Time,
  endDate: Time,
});
export type JobResource = z.infer<typeof JobResource>;

const Count = z.int().nonnegative().nullish();

/** `failed` is in the guide's example and not in the schema of 2023. */
const Counters = z.object({ added: Count, removed: Count, updated: Count, failed: Count });
export type Counters = z.infer<typeof Counters>;

const Subcategory = z.object({
  category: z.object({ id: z.string().nullish(), name: z.string().nullish() }).nullish(),
  counters: Counters.nullish(),
});

const ResourceType = z.object({
  resourceType: z.string(),
  counters: Counters.nullish(),
  subcategories: z.array(Subcategory).nullish(),
});
export type ResourceType = z.infer<typeof ResourceType>;

/**
 * `GET /rest/2.0/import/results/{id}/summary`
 * https://developer.collibra.com/api/guides/working-with-the-import-api-v2/import-results/retrieving-the-import-summary
 */
export const ImportSummary = z.object({
  resourceTypes: z.array(ResourceType).nullable(),
  errorsCount: Count,
  importJobState: word(IMPORT_JOB_STATES).nullish(),
});
export type ImportSummary = z.infer<typeof ImportSummary>;

const Index = readableOrNull(z.int());

/** What is no list of numbers has none; a number that cannot be told from its neighbours is none. */
const Indices = z
  .array(Index)
  .catch([])
  .transform((indices) => indices.filter((index) => index !== null));

/** Resources have UUIDs, too. */
export const ResourceId = z.guid();

export const JsonObject = z.record(z.string(), z.unknown());

/** `identifier` is free text; the vendor's examples are a UUID, and a JSON object in a text. */
const Command = z.object({
  indices: Indices,
  identifier: readableOrNull(z.union([z.string(), JsonObject])),
});

/** One error. What of it cannot be read is null, and so is one that is no object: it stays. */
export const ImportError = z
  .object({
    errorType: Text,
    resourceType: Text,
    errorMessage: Text,
    command: readableOrNull(Command),
  })
  .nullable()
  .catch(null);
export type ImportError = z.infer<typeof ImportError>;

/**
 * `GET /rest/2.0/import/results/{id}/errors`. No property is required by the vendor's schema. What
 * `total` says of errors that are not counted is open.
 * https://developer.collibra.com/api/references/import/import-results
 */
export const ImportErrors = z.object({
  total: readableOrNull(z.int()),
  offset: readableOrNull(z.int()),
  results: z.array(ImportError),
});
export type ImportErrors = z.infer<typeof ImportErrors>;

/**
 * `POST /rest/oauth/v2/token`
 * https://developer.collibra.com/api/references/oauth/oauth-2-authorization
 */
export const Token = z.object({
  access_token: headerSecret('expected a token'),
  /** Seconds; optional by RFC 6749, 5.1, and no Collibra page gives a value. */
  expires_in: z.number().positive().nullish(),
});
export type Token = z.infer<typeof Token>;
