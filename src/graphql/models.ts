import type { ResourceCounters } from '../domain/counters.ts';
import type { Freshness, Import } from '../domain/import.ts';
import type { JobPhase } from '../domain/job.ts';
import type { ImportedResource } from '../domain/resource.ts';

/** Counters, and the phase that tells whether their sums must come out. */
export interface CountersModel {
  readonly counters: ResourceCounters;
  readonly phase: JobPhase;
}

/** A resource, and the phase of its import for where it has none of its own. */
export interface ResourceModel {
  readonly resource: ImportedResource;
  readonly importPhase: JobPhase;
}

/** How fresh an import is, and whose health stands behind it. */
export interface FreshnessModel {
  readonly freshness: Freshness;
  readonly providerId: string;
}

export type StreamEndReason = 'SETTLED' | 'DRAINING';

/** A message of a subscription; `position` is not encoded yet. */
export interface EventModel {
  readonly import: Import | null;
  readonly position: number;
  readonly skippedRevisions: number;
  readonly end: StreamEndReason | null;
}
