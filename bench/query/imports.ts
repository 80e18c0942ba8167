import type { ResourceCounters } from '../../src/domain/counters.ts';
import type { ImportState } from '../../src/domain/import.ts';
import { UNOBSERVED_JOB } from '../../src/domain/job.ts';
import type { Job } from '../../src/domain/job.ts';
import type { ImportedResource } from '../../src/domain/resource.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Recording } from '../../src/ledger/ledger.ts';

const FIRST_START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

/** So far away that no benchmark meets it. */
const NEVER = Date.UTC(2100, 0, 1);

const PROVIDER_IDS = ['catalog', 'email', 'crm', 'commissions'] as const;
const TEAMS = ['data', 'sales', 'finance', 'marketing'] as const;
const PIPELINES = ['nightly', 'hourly', 'backfill'] as const;
const RESOURCE_TYPES = ['ASSET', 'RELATION', 'ATTRIBUTE'] as const;

/** An import of the benchmark's store. */
export interface SeededImport {
  /** In their order: one while it runs and, for nineteen of twenty, one when it is over. */
  readonly recordings: readonly Recording[];
  /** A few of its failed rows. */
  readonly rows: readonly ImportRow[];
}

/** The same index always gives the same import. */
export function seededImport(index: number): SeededImport {
  const roll = rollsOf(index);
  const providerId = pick(PROVIDER_IDS, roll());
  const ref = { providerId, externalId: uuidOf(roll) };
  const startedAt = FIRST_START + index * MINUTE_MS;
  const finishedAt = startedAt + Math.floor(roll() * 30 * MINUTE_MS);
  const total = 100 + Math.floor(roll() * 50_000);
  const failed = roll() < 0.15 ? 1 + Math.floor(roll() * 40) : 0;
  const isFinished = roll() < 0.95;
  const labels = { pipeline: pick(PIPELINES, roll()), team: pick(TEAMS, roll()) };
  const progressPercent = Math.floor(roll() * 99);

  const running: Recording = {
    ref,
    lease: null,
    watchedLookAt: null,
    basedOnRevision: 0,
    state: runningState({ startedAt, total, progressPercent }),
    rows: { kind: 'none' },
    freshness: { state: 'LIVE', observedAt: startedAt, nextLookAt: NEVER, error: null },
    attempts: 0,
    held: null,
    labels,
    now: startedAt,
  };
  if (!isFinished) return { recordings: [running], rows: [] };
  const finished: Recording = {
    ref,
    lease: null,
    watchedLookAt: null,
    basedOnRevision: 1,
    state: finishedState({ startedAt, finishedAt, total, failed }),
    rows: { kind: 'none' },
    freshness: { state: 'SETTLED', observedAt: finishedAt, nextLookAt: null, error: null },
    attempts: 0,
    held: null,
    now: finishedAt,
  };
  return { recordings: [running, finished], rows: rowErrorsOf(Math.min(failed, 3)) };
}

interface Run {
  readonly startedAt: number;
  readonly total: number;
}

function runningState({
  startedAt,
  total,
  progressPercent,
}: Run & { readonly progressPercent: number }): ImportState {
  const processed = Math.floor((total * progressPercent) / 100);
  return {
    job: {
      ...jobOf(startedAt),
      phase: 'RUNNING',
      effect: 'UNKNOWN',
      progressPercent,
      providerStatus: 'RUNNING',
      explanation: 'The vendor says RUNNING: what is in the target is not known before the end.',
    },
    counters: countersOf({ total, processed, failed: 0 }),
    resources: [],
    rowErrors: { availability: 'PENDING', totalCount: null, limit: null },
  };
}

function finishedState({
  startedAt,
  finishedAt,
  total,
  failed,
}: Run & { readonly finishedAt: number; readonly failed: number }): ImportState {
  const isClean = failed === 0;
  return {
    job: {
      ...jobOf(startedAt),
      phase: 'FINISHED',
      outcome: isClean ? 'SUCCEEDED' : 'COMPLETED_WITH_ERRORS',
      effect: isClean ? 'ALL' : 'SOME',
      progressPercent: 100,
      finishedAt,
      message: `Import finished in ${Math.round((finishedAt - startedAt) / 1_000)}s.`,
      providerStatus: isClean ? 'COMPLETED / SUCCESS' : 'COMPLETED / COMPLETED_WITH_ERROR',
      explanation: isClean
        ? 'The vendor says COMPLETED with result SUCCESS: every row was carried out.'
        : 'The vendor says COMPLETED with result COMPLETED_WITH_ERROR, and its counters show changes.',
    },
    counters: countersOf({ total, processed: total, failed }),
    resources: resourcesOf(total, failed),
    rowErrors: isClean
      ? { availability: 'COMPLETE', totalCount: 0, limit: null }
      : { availability: failed > 3 ? 'TRUNCATED' : 'COMPLETE', totalCount: failed, limit: null },
  };
}

function jobOf(startedAt: number): Job {
  return { ...UNOBSERVED_JOB, queuedAt: startedAt - 2_000, startedAt, continueOnError: true };
}

/** Three resource types, the first with a category, as a Collibra summary has them. */
function resourcesOf(total: number, failed: number): readonly ImportedResource[] {
  return RESOURCE_TYPES.map((type, index) => {
    const share = Math.floor(total / RESOURCE_TYPES.length);
    const counters = countersOf({
      total: share,
      processed: share,
      failed: index === 0 ? failed : 0,
    });
    const part = { type, key: type, name: null, counters, categories: [], ...NO_STATE };
    if (index > 0) return part;
    const category = { ...part, type: 'CATEGORY', key: `${type}/1`, name: 'Business Term' };
    return { ...part, categories: [category] };
  });
}

const NO_STATE = { phase: null, progressPercent: null, error: null } as const;

function countersOf({
  total,
  processed,
  failed,
}: {
  readonly total: number;
  readonly processed: number;
  readonly failed: number;
}): ResourceCounters {
  const succeeded = Math.max(0, processed - failed);
  const added = Math.floor(succeeded * 0.7);
  return {
    total,
    processed: succeeded + failed,
    succeeded,
    failed,
    added,
    updated: succeeded - added,
    removed: 0,
    matched: null,
    duplicated: null,
  };
}

function rowErrorsOf(count: number): readonly ImportRow[] {
  return Array.from({ length: count }, (_, index) => ({
    outcome: 'FAILED' as const,
    number: index * 7 + 1,
    furtherNumbers: [],
    numberBasis: 'COMMAND' as const,
    resource: 'ASSET',
    recordId: null,
    failure: {
      code: 'idNotFound',
      message: `Asset "Term ${index}" was not found.`,
      detail: null,
      values: null,
      valuesForm: 'NONE' as const,
    },
  }));
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function rollsOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uuidOf(roll: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(roll() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join('-')
    .toLowerCase();
}

function pick<T>(items: readonly [T, ...(readonly T[])], roll: number): T {
  return items[Math.floor(roll * items.length)] ?? items[0];
}
