import { NO_COUNTERS } from '../../src/domain/counters.ts';
import { importId } from '../../src/domain/import.ts';
import { UNOBSERVED_JOB } from '../../src/domain/job.ts';
import type { Recording } from '../../src/ledger/ledger.ts';

export const PROVIDER_ID = 'crm';

/** What the list of imports is asked for by. */
export const LABEL = { key: 'team', value: 'data' } as const;

const STARTED_AT = Date.UTC(2026, 0, 15, 2);
/** So far away that no benchmark meets it. */
const NEVER = Date.UTC(2100, 0, 1);

/** Every step has as many digits. */
const PROCESSED = 1_000_000;
const TOTAL = 9_000_000;

export function idOf(index: number): string {
  return importId(refOf(index));
}

export interface Step {
  readonly index: number;
  /** How far it is: every step is another state, and as long in JSON. */
  readonly step: number;
  readonly basedOnRevision: number;
}

/** A look at an import that runs. */
export function recordingOf({ index, step, basedOnRevision }: Step): Recording {
  const processed = PROCESSED + step;
  return {
    ref: refOf(index),
    lease: null,
    watchedLookAt: null,
    basedOnRevision,
    state: {
      job: {
        ...UNOBSERVED_JOB,
        phase: 'RUNNING',
        progressPercent: 42,
        queuedAt: STARTED_AT - 2_000,
        startedAt: STARTED_AT,
        message: 'Importing contacts.',
        providerStatus: 'processing',
        explanation:
          'The vendor says processing: what is in the target is not known before the end.',
      },
      counters: { ...NO_COUNTERS, total: TOTAL, processed, succeeded: processed, failed: 0 },
      resources: [],
      rowErrors: { availability: 'PENDING', totalCount: null, limit: null },
    },
    rows: { kind: 'none' },
    freshness: { state: 'LIVE', observedAt: STARTED_AT, nextLookAt: NEVER, error: null },
    attempts: 0,
    held: null,
    labels: { [LABEL.key]: LABEL.value, pipeline: 'nightly' },
    now: STARTED_AT,
  };
}

function refOf(index: number) {
  return { providerId: PROVIDER_ID, externalId: `load-${String(index).padStart(6, '0')}` };
}
