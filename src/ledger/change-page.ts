import type { ImportPart } from '../domain/change.ts';
import type { Import, ImportLabels, ImportState } from '../domain/import.ts';
import type { ImportFilter } from './ledger.ts';

export interface ListChangesQuery {
  readonly filter: ImportFilter;
  readonly first: number;
  /** 0 for the beginning. */
  readonly after: number;
  /** Absent: it has seen everything up to `after`. */
  readonly since?: CatchingUp;
}

/**
 * A reader that is in the midst of several pages: it has seen everything up to `position`, and began
 * to read on when `latest` was the latest change. What it then was not told of, because a later page
 * was to have it, it has not seen.
 */
export interface CatchingUp {
  readonly position: number;
  readonly latest: number;
}

/**
 * Where an import stands with a filter, for whoever has seen everything up to the asked position: it
 * matches and did not then, or was not there (`ENTERED`), it matches and did then (`MATCHES`), or it
 * matched at some time and no longer does since then (`LEFT`); such an import may have come and gone
 * unseen. From the beginning all have entered.
 */
export type Membership = 'ENTERED' | 'MATCHES' | 'LEFT';

export interface Change {
  /** Of the latest change; of an import that left, of the change with which it left. */
  readonly position: number;
  readonly import: Import;
  readonly membership: Membership;
  /**
   * Revisions of this import after the asked position and before the one shown; 0 from the
   * beginning, where nothing was seen before.
   */
  readonly skippedRevisions: number;
}

export interface ChangePage {
  readonly changes: readonly Change[];
  /** Everything that matches up to here has been read. */
  readonly endPosition: number;
  readonly hasMore: boolean;
  /** The latest change of all when it was read. */
  readonly latest: number;
}

export interface Revision {
  readonly revision: number;
  readonly position: number;
  readonly observedAt: number;
  readonly state: Pick<ImportState, 'job' | 'counters'>;
  /** What differs from the revision before; null where an earlier release did not keep it. */
  readonly changed: readonly ImportPart[] | null;
  /** Null where an earlier release did not keep them. */
  readonly labels: ImportLabels | null;
}

export interface ListRevisionsQuery {
  readonly importId: string;
  readonly first: number;
  /** A position. */
  readonly after: number;
}

export interface RevisionPage {
  readonly revisions: readonly Revision[];
  readonly hasMore: boolean;
}

/** Whether an import may come to match a filter no longer: what else a filter asks for never changes. */
export function canBeLeft({ phases, outcomes, labels = [] }: ImportFilter): boolean {
  return phases !== undefined || outcomes !== undefined || labels.length > 0;
}
