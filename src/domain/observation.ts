import type { ResourceCounters } from './counters.ts';
import type { Job } from './job.ts';
import type { ImportedResource } from './resource.ts';
import type { RowErrorSummary } from './row.ts';

/** What one look at the vendor showed: validated, translated, a plain value. */
export interface Observation {
  readonly job: Job;
  readonly counters: ResourceCounters;
  readonly resources: readonly ImportedResource[];
  readonly rowErrors: RowErrorSummary;
  /**
   * Where the rows are: they came along with this look (`here`), they are to be read page by page
   * (`elsewhere`), or there are none to be had (`none`). A job that goes on has none yet.
   */
  readonly rows: 'here' | 'elsewhere' | 'none';
  /**
   * What belongs to the finish and could not be had yet, as a reason in words; null when the look
   * was whole. A finish that lacks something is held back for a while before it is published.
   */
  readonly lacking: string | null;
  /** How long the vendor asked not to be asked for it, in milliseconds; absent when it did not. */
  readonly lackingForMs?: number;
}
