import { z } from 'zod';
import { isProviderId } from './domain/import.ts';
import { Duration, DurationOrForever, PositiveDuration } from './duration.ts';
import {
  Auth,
  Cors,
  HttpUrl,
  Limits,
  PersistedOperations,
  PositiveInteger,
  Telemetry,
} from './config-access.ts';
import type { LiveLimits } from './server/live-limits.ts';
import type { DrainTimes } from './stopping.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A shorter key of hashes could be guessed. */
const SHORTEST_KEY = 16;

/** The beginning of addresses: what follows is added to its path. */
const CallbackUrl = HttpUrl.refine((text) => !/[?#]/.test(text), {
  error: 'must have no query or fragment, such as http://router.internal:4040/callback',
});

/** What subscribers may take, and how they are let go. */
const Live = z
  .strictObject({
    laggedAfter: Duration.default(10_000),
    drainFor: Duration.default(5_000),
    initWithin: PositiveDuration.default(3_000),
    pingEvery: PositiveDuration.default(12_000),
    maxOperations: PositiveInteger.default(100),
    maxConnections: PositiveInteger.default(1_000),
    maxMessageBytes: PositiveInteger.default(262_144),
    callbackUrls: z.array(CallbackUrl).default([]),
    maxCallbacks: PositiveInteger.default(10_000),
  })
  .prefault({})
  .transform((live): LiveLimits => ({
    laggedAfterMs: live.laggedAfter,
    drainForMs: live.drainFor,
    initWithinMs: live.initWithin,
    pingEveryMs: live.pingEvery,
    maxOperations: live.maxOperations,
    maxConnections: live.maxConnections,
    maxMessageBytes: live.maxMessageBytes,
    callbackUrls: live.callbackUrls,
    maxCallbacks: live.maxCallbacks,
  }));

/** What a service that is told to stop waits for. */
const Drain = z
  .strictObject({
    noticeWithin: Duration.optional(),
    finishWithin: Duration.default(5_000),
  })
  .prefault({})
  .transform(({ noticeWithin, finishWithin }): DrainTimes => ({
    noticeWithinMs: noticeWithin ?? null,
    finishWithinMs: finishWithin,
  }));

/** The keys of the service itself. */
export const Service = z.strictObject({
  port: z.coerce.number().int().min(0).max(65_535).default(4000),
  host: z.string().min(1).default('127.0.0.1'),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  store: z.strictObject({ url: z.string().default('sqlite:imports.db') }).prefault({}),
  auth: Auth.prefault({}),
  graphiql: z.boolean().optional(),
  introspection: z.boolean().optional(),
  cors: Cors.prefault({}),
  limits: Limits.prefault({}),
  persistedOperations: PersistedOperations.optional(),
  telemetry: Telemetry.prefault({}),
  maxRequestBytes: z.number().int().positive().default(8_388_608),
  holdFinishFor: Duration.default(60_000),
  live: Live,
  drain: Drain,
  publicUrl: HttpUrl.transform((text) => text.replace(/\/+$/, '')).optional(),
  rowValuesKey: z
    .string()
    .min(SHORTEST_KEY, `must have at least ${SHORTEST_KEY} characters`)
    .optional(),
  providers: z.array(z.unknown()).default([]),
});

export const ROW_VALUES = ['keep', 'hash', 'drop'] as const;

const NINETY_DAYS_MS = 90 * 86_400_000;

/** How long what is known is kept; null for ever. */
export const Retention = z.strictObject({
  rows: DurationOrForever.default(NINETY_DAYS_MS),
  imports: DurationOrForever.default(null),
});
export type Retention = z.infer<typeof Retention>;

/** The keys that every provider has; the others are its vendor's own. */
export const Common = z.object({
  id: z.string().refine(isProviderId, {
    error: 'must be a lower-case word of letters, digits and hyphens, such as catalog',
  }),
  kind: z.string(),
  name: z.string().min(1).optional(),
  poll: z
    .strictObject({
      minInterval: Duration.default(2_000),
      maxInterval: Duration.default(300_000),
    })
    .refine(({ minInterval, maxInterval }) => minInterval > 0 && minInterval <= maxInterval, {
      error: 'minInterval must be more than 0 and at most maxInterval',
    })
    .prefault({}),
  appearsWithin: Duration.optional(),
  timeout: Duration.default(10_000),
  concurrency: PositiveInteger.max(100).default(4),
  maxResponseBytes: PositiveInteger.default(67_108_864),
  rowValues: z.enum(ROW_VALUES, { error: `must be ${ROW_VALUES.join(', ')}` }).default('keep'),
  maxRows: PositiveInteger.default(1_000_000),
  retention: Retention.prefault({}),
  budget: z
    .strictObject({ perSecond: PositiveInteger.optional(), perMonth: PositiveInteger.optional() })
    .optional(),
});
