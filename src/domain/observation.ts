import type { ResourceCounters } from './counters.ts';
import type { Job } from './job.ts';
import type { ImportedResource } from './resource.ts';
import type { RowError, RowErrorSummary } from './row.ts';

/** What one look at the vendor showed: validated, translated, a plain value. */
export interface Observation {
  readonly job: Job;
  readonly counters: ResourceCounters;
  readonly resources: readonly ImportedResource[];
  readonly rowErrors: RowErrorSummary;
  /** The failed rows that came with this look; empty when the vendor does not send them along. */
  readonly rows: readonly RowError[];
  /**
   * What belongs to the finish and could not be had yet, as a reason in words; null when the look
   * was whole. A finish that lacks something is held back for a while before it is published.
   */
  readonly lacking: string | null;
}
