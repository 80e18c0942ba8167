import type { ImportRef } from '../domain/import.ts';
import type { ImportRow, KeptRow, RowErrorGroup, RowOutcome, RowTally } from '../domain/row.ts';

/**
 * What we remember of rows. They are kept as they come in, in a capture that nobody sees; when
 * `record` seals it, all of it shows at once. So a row is there exactly once, wherever a capture
 * broke off.
 */
export interface RowLedger {
  /** Begins to keep the rows of an import, which need not be known yet. */
  openCapture(ref: ImportRef, now: number): Promise<OpenCapture>;

  /**
   * Adds the next rows to a capture, in one transaction. Answers how far it then is; null, and
   * keeps nothing, when it is not where `addition.capture` says, or is open no more: somebody else
   * added to it, or took its place.
   */
  addRows(addition: RowAddition): Promise<OpenCapture | null>;

  /** Whether an import shows just the rows of this capture; of rows that were deleted, as many. */
  showsRows(importId: string, captureId: number | null): Promise<boolean>;

  /** Gives a capture up. Its rows are deleted later, bit by bit. */
  dropCapture(captureId: number): Promise<void>;

  /** The kept rows of one import, in the vendor's order. */
  listRows(query: ListRowsQuery): Promise<RowPage>;

  /** The failed rows of one import by cause, the most frequent first. */
  listRowErrorGroups(importId: string): Promise<readonly RowErrorGroup[]>;

  /** What is held of the rows of these imports, by import id; none for one of which nothing ever was. */
  findHeldRows(importIds: readonly string[]): Promise<ReadonlyMap<string, HeldRows>>;

  /** The providers of which imports are kept, configured or not. */
  listKeptProviders(): Promise<readonly string[]>;

  /**
   * Hides the rows that were captured up to an instant, of a few imports, and those of which the rest
   * will never come; answers of how many.
   */
  hideRows(query: RetentionQuery): Promise<number>;

  /** Deletes some rows that nobody can see any more; answers how many. */
  deleteHiddenRows(limit: number): Promise<number>;

  /**
   * Deletes a few imports that are not looked at any more and have not changed since an instant,
   * with all that is known of them; answers how many.
   */
  deleteImports(query: RetentionQuery): Promise<number>;
}

/** How far a capture is. */
export interface OpenCapture {
  readonly id: number;
  /** Where its vendor's list of rows goes on; null at the beginning, and again at the end. */
  readonly next: string | null;
  /** The rows that came in. */
  readonly seen: RowTally;
  /** Those that were kept: fewer where there were more than the limit. */
  readonly kept: RowTally;
  /** How many failed rows there are in all, as far as the vendor says; null when it does not. */
  readonly totalFailed: number | null;
  /** When it began. */
  readonly since: number;
}

export interface RowAddition {
  /** As it was last answered. */
  readonly capture: OpenCapture;
  readonly rows: readonly ImportRow[];
  /** The most failed rows that are kept, and the most others. */
  readonly limit: number;
  /** Where the vendor's list goes on after these; null when they were its last. */
  readonly next: string | null;
  /** Null leaves it as it is. */
  readonly totalFailed: number | null;
}

export interface ListRowsQuery {
  readonly importId: string;
  /** Null for every outcome. */
  readonly outcomes: readonly RowOutcome[] | null;
  readonly first: number;
  /** An `ordinal` from an earlier page; -1 for the beginning. */
  readonly after: number;
}

export interface RowPage {
  readonly items: readonly { readonly ordinal: number; readonly row: KeptRow }[];
  readonly hasMore: boolean;
}

/** What is held of an import's rows. */
export interface HeldRows {
  readonly seen: RowTally;
  readonly kept: RowTally;
  /** They were held, and were deleted when they were old enough. */
  readonly isPruned: boolean;
  /** The names of the values of its failed rows, in the order in which they first came. */
  readonly columns: readonly string[];
  /** There were more names than are remembered. */
  readonly hasMoreColumns: boolean;
}

export interface RetentionQuery {
  readonly providerId: string;
  /** Up to this instant. */
  readonly until: number;
  readonly now: number;
  readonly limit: number;
}
