import { NO_COUNTERS } from '../../src/domain/counters.ts';
import type { ResourceCounters } from '../../src/domain/counters.ts';
import type { Freshness, Import, ImportRef, ImportState } from '../../src/domain/import.ts';
import { importId, UNOBSERVED, unknownImport } from '../../src/domain/import.ts';
import type { Job } from '../../src/domain/job.ts';
import { UNOBSERVED_JOB } from '../../src/domain/job.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { ImportedResource } from '../../src/domain/resource.ts';
import type { ImportRow, RowFailure } from '../../src/domain/row.ts';
import type { Recording } from '../../src/ledger/ledger.ts';
import type {
  AskQuery,
  Claim,
  ClaimQuery,
  ImportSchedule,
  RoomQuery,
} from '../../src/ledger/look-ledger.ts';
import type { RequestQuery } from '../../src/ledger/provider-ledger.ts';

/** The instant at which tests begin. */
export const START = Date.UTC(2026, 0, 15, 2);

export const REF: ImportRef = { providerId: 'catalog', externalId: 'load-1' };

export function refOf(externalId: string, providerId = REF.providerId): ImportRef {
  return { providerId, externalId };
}

export function counters(changes: Partial<ResourceCounters> = {}): ResourceCounters {
  return { ...NO_COUNTERS, ...changes };
}

/** A job that runs. */
export function job(changes: Partial<Job> = {}): Job {
  return { ...UNOBSERVED_JOB, phase: 'RUNNING', providerStatus: 'RUNNING', ...changes };
}

/** A job that ended well. */
export function finishedJob(changes: Partial<Job> = {}): Job {
  return job({
    phase: 'FINISHED',
    outcome: 'SUCCEEDED',
    effect: 'ALL',
    providerStatus: 'COMPLETED',
    ...changes,
  });
}

export function state(changes: Partial<ImportState> = {}): ImportState {
  return { ...UNOBSERVED, job: job(), ...changes };
}

export function resource(changes: Partial<ImportedResource> = {}): ImportedResource {
  return {
    type: 'ASSET',
    key: null,
    name: null,
    counters: NO_COUNTERS,
    categories: [],
    phase: null,
    progressPercent: null,
    error: null,
    ...changes,
  };
}

/** A row of which a record was made. */
export function row(changes: Partial<ImportRow> = {}): ImportRow {
  return {
    outcome: 'CREATED',
    number: 1,
    furtherNumbers: [],
    numberBasis: 'LINE',
    resource: null,
    recordId: null,
    failure: null,
    ...changes,
  };
}

/** A row that failed. */
export function rowError(changes: Partial<ImportRow & RowFailure> = {}): ImportRow {
  const { code, message, detail, values, valuesForm, ...rest } = {
    code: 'invalid',
    message: 'the value is not valid',
    detail: null,
    values: null,
    valuesForm: changes.values === undefined || changes.values === null ? 'NONE' : 'VERBATIM',
    ...changes,
  } as const;
  return row({
    outcome: 'FAILED',
    failure: { code, message, detail, values, valuesForm },
    ...rest,
  });
}

export function freshness(changes: Partial<Freshness> = {}): Freshness {
  return { state: 'LIVE', observedAt: START, nextLookAt: START + 2_000, error: null, ...changes };
}

/** What came of a first look that showed a job that runs. */
export function recording(changes: Partial<Recording> = {}): Recording {
  return {
    ref: REF,
    lease: null,
    watchedLookAt: null,
    basedOnRevision: 0,
    state: state(),
    rows: { kind: 'none' },
    freshness: freshness(),
    attempts: 0,
    held: null,
    now: START,
    ...changes,
  };
}

/** A look that showed a job that runs. */
export function observation(changes: Partial<Observation> = {}): Observation {
  return {
    job: job(),
    counters: NO_COUNTERS,
    resources: [],
    rowErrors: { availability: 'PENDING', totalCount: null, limit: null },
    rows: 'none',
    lacking: null,
    ...changes,
  };
}

/** A look that showed a job that ended well. */
export function finish(changes: Partial<Observation> = {}): Observation {
  return observation({
    job: finishedJob(),
    counters: counters({ total: 10, succeeded: 10, failed: 0 }),
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
    ...changes,
  });
}

/** An import that was tracked at the start and never seen. */
export function knownImport(changes: Partial<Import> = {}): Import {
  const pending = freshness({ state: 'PENDING', observedAt: null, nextLookAt: START });
  return { ...unknownImport(REF, pending), ...changes };
}

export interface ClaimChanges {
  readonly import?: Partial<Import>;
  readonly schedule?: Partial<ImportSchedule>;
}

export function claim(changes: ClaimChanges = {}): Claim {
  const known = knownImport(changes.import);
  return {
    import: known,
    lease: { importId: importId(known.ref), number: 1 },
    schedule: {
      attempts: 0,
      failingSince: null,
      held: null,
      capture: null,
      trackedAt: START,
      continueOnError: null,
      ...changes.schedule,
    },
  };
}

export function claimQuery(changes: Partial<ClaimQuery> = {}): ClaimQuery {
  return {
    providerId: REF.providerId,
    work: 'looks',
    limit: 10,
    now: START,
    horizonMs: 0,
    leaseMs: 60_000,
    ...changes,
  };
}

export function askQuery(changes: Partial<AskQuery> = {}): AskQuery {
  return { refs: [REF], now: START, leaseMs: 60_000, ...changes };
}

export function roomQuery(changes: Partial<RoomQuery> = {}): RoomQuery {
  return { providerId: REF.providerId, room: 4, running: 0, now: START, ...changes };
}

export function requestQuery(changes: Partial<RequestQuery> = {}): RequestQuery {
  return { providerId: REF.providerId, perMonth: null, spacingMs: 0, now: START, ...changes };
}
