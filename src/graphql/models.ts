import { isBalanced } from '../domain/counters.ts';
import type { ResourceCounters } from '../domain/counters.ts';
import { importId } from '../domain/import.ts';
import type { Freshness, Import } from '../domain/import.ts';
import type { Job, JobPhase } from '../domain/job.ts';
import type { ImportedResource } from '../domain/resource.ts';
import type { Change } from '../ledger/change-page.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import type { GraphWatcher } from './context.ts';
import type { GapModel } from './gap.ts';
import type { ImportProviderHealthState } from './generated/resolver-types.ts';

/** A job, and the id of its import. */
export interface JobModel extends Job {
  readonly id: string;
}

/** Counters, and whether their sums come out. */
export interface CountersModel extends ResourceCounters {
  readonly balanced: boolean | null;
}

/** How a provider fares. */
export interface HealthModel extends ProviderHealth {
  readonly providerId: string;
  readonly state: ImportProviderHealthState;
  readonly retryAt: number | null;
}

/*
 * Models have the names of their fields, so that a compiled operation reads them without a call:
 * a list of twenty would make five hundred.
 */

export function jobModel({ ref, state }: Import): JobModel {
  return { id: importId(ref), ...state.job };
}

export function countersModel(counters: ResourceCounters, phase: JobPhase): CountersModel {
  return {
    total: int(counters.total),
    processed: int(counters.processed),
    succeeded: int(counters.succeeded),
    failed: int(counters.failed),
    added: int(counters.added),
    updated: int(counters.updated),
    removed: int(counters.removed),
    matched: int(counters.matched),
    duplicated: int(counters.duplicated),
    balanced: isBalanced(counters, phase),
  };
}

const LARGEST_INT = 2_147_483_647;

/** GraphQL's Int ends there; a number beyond it is not shown rather than shown as an error. */
export function int(number: number | null): number | null {
  return number === null || isInt(number) ? number : null;
}

export function isInt(number: number): boolean {
  return number <= LARGEST_INT && number >= -LARGEST_INT - 1;
}

/** What stands in the ledger, unless its provider is left alone or is no longer configured. */
export function freshnessModel({ freshness, ref }: Import, watcher: GraphWatcher): Freshness {
  if (freshness.nextLookAt !== null && watcher.findProvider(ref.providerId) === null) {
    return { ...freshness, state: 'UNTRACKED', nextLookAt: null };
  }
  if (freshness.state !== 'LIVE' || !watcher.isDown(ref.providerId)) return freshness;
  const { error } = watcher.getHealth(ref.providerId);
  return { ...freshness, state: freshness.nextLookAt === null ? 'LIVE' : 'BACKING_OFF', error };
}

/** A resource, and the phase of its import for where it has none of its own. */
export interface ResourceModel {
  readonly resource: ImportedResource;
  readonly importPhase: JobPhase;
}

export type StreamEndReason = 'SETTLED' | 'AUTH_EXPIRED' | 'DRAINING' | 'LAGGED';

/** A message of a subscription; `position` is not encoded yet. */
export interface EventModel {
  readonly import: Import | null;
  readonly position: number;
  readonly skippedRevisions: number;
  /** Null where there is no filter, or no import. */
  readonly membership: Change['membership'] | null;
  /** What its reader need not be told again when it resumes from here. */
  readonly toldGap: number;
  readonly gap: GapModel | null;
  readonly end: StreamEndReason | null;
}
