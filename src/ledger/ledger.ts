import type {
  Freshness,
  Import,
  ImportLabels,
  ImportRef,
  ImportState,
  LookFailure,
} from '../domain/import.ts';
import type { JobOutcome, JobPhase } from '../domain/job.ts';
import type {
  ChangePage,
  ListChangesQuery,
  ListRevisionsQuery,
  RevisionPage,
} from './change-page.ts';
import type { OpenCapture, RowLedger } from './row-ledger.ts';

/**
 * What we remember: imports, their revisions and row errors, when to look again, and what each
 * provider has cost. One order of positions runs through every change; whoever has seen position N
 * never finds a new change below it.
 */
export interface Ledger extends RowLedger {
  /**
   * A name of eight hexadecimal digits that no other store has. A position means something only in
   * the store that gave it.
   */
  readonly storeId: string;

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
   * not. Captures of the import that the recording does not name are given up. Answers null, and
   * keeps nothing, when somebody else looked and recorded a revision beyond `basedOnRevision`
   * meanwhile: this result is stale. Revisions that only changed labels do not count.
   */
  record(recording: Recording): Promise<Import | null>;

  /**
   * Takes imports that are due and leases them to the caller: first those that their vendor is about
   * to forget, then the most overdue, and of those that have been due for about as long the ones that
   * are forgotten first. If any is due, those that soon will be come along.
   */
  claimDue(query: ClaimQuery): Promise<readonly Claim[]>;

  /** When a provider's next import can be claimed: it is due, or its lease is over; null if none. */
  findNextDueAt(providerId: string): Promise<number | null>;

  /**
   * Moves an import's next look to `at` if it is later; also starts looks again at an import that
   * was given up. Never touches a settled import. Answers whether the import is to be looked at.
   */
  bringForward(importId: string, at: number): Promise<boolean>;

  /** How many of a provider's imports are still looked at. */
  countActive(providerId: string): Promise<number>;

  /** Makes the caller's lease on an import last until then, so that a long look stays its own. */
  extendLease(importId: string, until: number): Promise<void>;

  /**
   * Counts one request to a provider in a month (`2026-01`), unless `limit` requests were counted
   * already. Answers whether it did.
   */
  countRequest(providerId: string, month: string, limit: number): Promise<boolean>;

  /** How many requests were made to a provider in a month. */
  getRequestCount(providerId: string, month: string): Promise<number>;

  /** How each provider fared, by id, as last saved. */
  listProviderHealth(): Promise<ReadonlyMap<string, ProviderHealth>>;

  saveProviderHealth(providerId: string, health: ProviderHealth): Promise<void>;

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

/** What the schedule remembers of an import between looks. */
export interface ImportSchedule {
  /** Failures, or looks that taught nothing, in a row. */
  readonly attempts: number;
  /** When the first of them was; null when there is none. */
  readonly failingSince: number | null;
  /** A finish that was seen and is held back until it is whole. */
  readonly held: HeldFinish | null;
  /** Where the capture of its rows stands, while they are read page by page. */
  readonly capture: OpenCapture | null;
  readonly trackedAt: number;
  readonly continueOnError: boolean | null;
}

export interface HeldFinish {
  readonly since: number;
  readonly state: ImportState;
  /** The capture with its rows; null when none came. */
  readonly captureId: number | null;
  /** It was published whole before: what lacks something does not take its place. */
  readonly isKnown: boolean;
}

/** An import that the caller is to look at. */
export interface Claim {
  readonly import: Import;
  readonly schedule: ImportSchedule;
}

export interface ClaimQuery {
  readonly providerId: string;
  /** Imports to look at, or finished ones whose rows are to be read. */
  readonly work: 'looks' | 'rows';
  readonly limit: number;
  readonly now: number;
  /** How soon is soon. */
  readonly horizonMs: number;
  /** How long nobody else may claim the same import. */
  readonly leaseMs: number;
}

export interface Recording {
  readonly ref: ImportRef;
  /** The revision that the look started from. */
  readonly basedOnRevision: number;
  /** Null keeps what is known. */
  readonly state: ImportState | null;
  readonly rows: RowsRecording;
  readonly freshness: Freshness;
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

/** How a provider fared lately. */
export interface ProviderHealth {
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  readonly error: LookFailure | null;
  /** Failures of the whole provider in a row. */
  readonly failures: number;
  /** Leave it alone until then. */
  readonly openUntil: number | null;
}

/** A store that cannot be used as it is; the message says what to do. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}
