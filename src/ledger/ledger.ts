import type { Freshness, Import, ImportLabels, ImportRef, ImportState } from '../domain/import.ts';
import type { JobOutcome, JobPhase } from '../domain/job.ts';
import type {
  ChangePage,
  ListChangesQuery,
  ListRevisionsQuery,
  RevisionPage,
} from './change-page.ts';
import type { HeldFinish, Lease, LookLedger } from './look-ledger.ts';
import type { ProviderLedger } from './provider-ledger.ts';
import type { RowLedger } from './row-ledger.ts';

/**
 * What we remember: imports, their revisions and row errors, when to look again, and what each
 * provider has cost. One order of positions runs through every change; whoever has seen position N
 * never finds a new change below it.
 */
export interface Ledger extends LookLedger, ProviderLedger, RowLedger {
  /**
   * A name of eight hexadecimal digits that no other store has. A position means something only in
   * the store that gave it.
   */
  readonly storeId: string;

  /** Whether other processes watch with the same store: what they record comes without being asked for. */
  readonly isShared: boolean;

  /** The imports among these ids that are known, by id. */
  findImports(ids: readonly string[]): Promise<ReadonlyMap<string, Import>>;

  /** Imports that match, the one that was tracked or changed last first. */
  listImports(query: ListImportsQuery): Promise<ImportPage>;

  /**
   * What changed after a position, the oldest change first; each import once, as it is now: those
   * that match the filter, at their latest change, and, for whoever goes on from an earlier page,
   * those that match no longer, at the change with which they left.
   */
  listChanges(query: ListChangesQuery): Promise<ChangePage>;

  /** The revisions of one import, the oldest first. */
  listRevisions(query: ListRevisionsQuery): Promise<RevisionPage>;

  /** The position of the latest change; 0 when there was none. */
  getLatestPosition(): Promise<number>;

  /**
   * The highest among the latest positions of imports that were deleted; 0 when none was. Whoever
   * goes on after a position below it may hold imports that are no longer there.
   */
  getPrunedPosition(): Promise<number>;

  /**
   * Makes an import known and due at once; or changes the labels and flag of a known one. Labels
   * that are others than before are a revision, if the import was ever observed. A flag that is
   * another than before is worth one more look, also at a settled import.
   */
  track(tracking: Tracking): Promise<Import>;

  /** Stops looks at an import and keeps what is known; null when there is no such import. */
  untrack(importId: string): Promise<Import | null>;

  /**
   * Keeps what came of one look, in one transaction: the state and, when anything observable
   * differs, one revision with its rows; and when to look again. Makes the import known if it was
   * not. Captures of the import that the recording does not name are given up. Ends the lease that the
   * recording names, and no other. Answers null, and keeps nothing, when this result is stale: somebody
   * else looked and recorded a revision beyond `basedOnRevision` meanwhile, or had a later lease and
   * has recorded. Revisions that only changed labels do not count.
   */
  record(recording: Recording): Promise<Import | null>;

  /**
   * Calls back after each commit that changed an import. The event is a hint: it may come twice or
   * late, and carries no record; read the ledger for the truth. Answers how to stop it.
   */
  subscribe(listener: (hint: ChangeHint) => void): () => void;

  close(): Promise<void>;
}

/** Where to find what changed. `position` is null when the import has no revision. */
export interface ChangeHint {
  readonly importId: string;
  readonly position: number | null;
}

/** Conditions that must all hold; an absent one always does. */
export interface ImportFilter {
  readonly providerIds?: readonly string[];
  readonly phases?: readonly JobPhase[];
  readonly outcomes?: readonly JobOutcome[];
  /** All of these. */
  readonly labels?: readonly { readonly key: string; readonly value: string }[];
  readonly ids?: readonly string[];
  /** The latest change was seen at this instant or later. */
  readonly changedSince?: number;
}

export interface ListImportsQuery {
  readonly filter: ImportFilter;
  readonly first: number;
  /** A `place` from an earlier page. */
  readonly after: number | null;
}

export interface ImportPage {
  readonly items: readonly { readonly place: number; readonly import: Import }[];
  readonly hasMore: boolean;
}

export interface Tracking {
  readonly ref: ImportRef;
  /** Absent: left as they are. */
  readonly labels?: ImportLabels;
  /** Absent: left as it is. */
  readonly continueOnError?: boolean;
  readonly now: number;
}

export interface Recording {
  readonly ref: ImportRef;
  /** What the look was made with; null when nobody looked: a response was handed in. */
  readonly lease: Lease | null;
  /** The revision that the look started from. */
  readonly basedOnRevision: number;
  /** Null keeps what is known. */
  readonly state: ImportState | null;
  readonly rows: RowsRecording;
  readonly freshness: Freshness;
  /** When to look again if somebody watches; null when that makes no difference. */
  readonly watchedLookAt: number | null;
  readonly attempts: number;
  readonly held: HeldFinish | null;
  /** Absent: left as they are. */
  readonly labels?: ImportLabels;
  readonly now: number;
}

/**
 * What becomes of an import's rows: those that are held stay (`keep`), there are none (`none`), a
 * capture is whole and takes their place (`captured`), or they are to be read page by page: a
 * capture begins, or the one that began goes on (`capturing`).
 */
export type RowsRecording =
  | { readonly kind: 'keep' }
  | { readonly kind: 'none' }
  | { readonly kind: 'captured'; readonly captureId: number }
  | { readonly kind: 'capturing' };

/** A store that cannot be used as it is; the message says what to do. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/**
 * The store cannot be reached just now. What was to be kept may have been, if the answer alone was lost;
 * asking again is safe.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
