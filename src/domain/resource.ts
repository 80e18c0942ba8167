import type { ResourceCounters } from './counters.ts';
import type { JobError, JobPhase } from './job.ts';

/**
 * A part of an import with counters of its own: a Collibra resource type (with its categories), a
 * Qobra data table, a Marketing Cloud destination. A resource's counters already include those of
 * its categories: never add both.
 */
export interface ImportedResource {
  /** The vendor's word for what kind of thing was loaded. */
  readonly type: string;
  readonly key: string | null;
  readonly name: string | null;
  readonly counters: ResourceCounters;
  readonly categories: readonly ImportedResource[];
  /** Null where the vendor has no phase per resource. */
  readonly phase: JobPhase | null;
  readonly progressPercent: number | null;
  readonly error: JobError | null;
}
