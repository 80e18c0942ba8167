import type { Import, ImportRef, ImportState, LookFailure } from '../domain/import.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { OpenCapture } from './row-ledger.ts';

/**
 * Who looks, and when. Any number of processes share the work: what one has claimed no other one
 * looks at, until its lease is over or its process is gone.
 */
export interface LookLedger {
  /**
   * Asks for room to look at a provider: how many batches may run here at once from now on, beside
   * those of all others, and how the provider fares. None while it is left alone, one careful try among
   * all when that is just over. Never less than those that run already. Kept until it is given back.
   */
  takeRoom(query: RoomQuery): Promise<Room>;

  /** Gives all room at a provider back. */
  leaveRoom(providerId: string): Promise<void>;

  /**
   * Takes imports that are due and leases them to the caller: first those that their vendor is about
   * to forget, then the most overdue, and of those that have been due for about as long the ones that
   * are forgotten first. If any is due, those that soon will be come along. None while the provider is
   * left alone, nor one that somebody looks at because it was asked for.
   */
  claimDue(query: ClaimQuery): Promise<readonly Claim[]>;

  /** When a provider's next import can be claimed: it is due, or its lease is over; null if none. */
  findNextDueAt(providerId: string): Promise<number | null>;

  /** Gives claims back that came to nothing: the imports are due as before. */
  release(leases: readonly Lease[]): Promise<void>;

  /** Makes a lease last until then, so that a long look stays its own; unless it was lost. */
  extendLease(lease: Lease, until: number): Promise<void>;

  /**
   * Takes looks at imports that are in no ledger and that somebody asks for. Each is leased to one
   * caller, whoever else asks anywhere. Answers of the others what came of a look that kept nothing, as
   * long as that holds; nothing of those that somebody looks at, or that are in the ledger by now.
   */
  claimAsked(query: AskQuery): Promise<Asked>;

  /** Tells all who ask for an import what came of a look that kept nothing; ends its lease. */
  answerAsked(lease: Lease, missed: Missed): Promise<void>;

  /**
   * Moves an import's next look, if it is still planned for `from`: else somebody has looked since the
   * caller read that. Never to later; also starts looks again at an import that was given up. Never
   * touches a settled import. Answers whether the import is to be looked at.
   */
  bringForward(importId: string, move: LookMove): Promise<boolean>;

  /** Says of imports whether somebody here watches them, known or not. */
  setWatched(importIds: readonly string[], isWatched: boolean): Promise<void>;

  /** How many of a provider's imports are still looked at. */
  countActive(providerId: string): Promise<number>;

  /** How many of them their vendor forgets within a time. */
  countExpiring(query: ExpiryQuery): Promise<number>;

  /** Some of these, the one that is forgotten first first; of several, the one that was known first. */
  listExpiring(query: ListExpiringQuery): Promise<readonly ExpiringImport[]>;
}

export interface ExpiryQuery {
  readonly providerId: string;
  /**
   * How long the vendor keeps an import that has ended. Where it does not say when it forgets one, that
   * is so long after the import was last seen, or tracked if it never was: not before.
   */
  readonly retentionMs: number;
  /** Forgotten after this instant. */
  readonly after: number;
  /** Forgotten at this instant or before; null for however late. */
  readonly until: number | null;
}

export interface ListExpiringQuery extends ExpiryQuery {
  readonly first: number;
  /** So many of them are left out at the beginning. */
  readonly skip: number;
}

export interface ExpiringImport {
  readonly importId: string;
  readonly expiresAt: number;
}

export interface LookMove {
  /** What the caller knows; null when no look is planned. */
  readonly from: number | null;
  readonly to: number;
}

export interface RoomQuery {
  readonly providerId: string;
  /** How many batches may run at once, of all who look. */
  readonly room: number;
  /** How many run here. */
  readonly running: number;
  readonly now: number;
}

export interface Room {
  /** How many batches may run here at once. */
  readonly size: number;
  readonly health: ProviderHealth;
  readonly line: Line;
}

/** Where a process stands among all that look: `place` is less than `length`. */
export interface Line {
  readonly place: number;
  readonly length: number;
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

/** The right to look at an import. Of two leases of one import the later one has the greater number. */
export interface Lease {
  readonly importId: string;
  readonly number: number;
}

/** An import that the caller is to look at. */
export interface Claim {
  readonly import: Import;
  readonly schedule: ImportSchedule;
  readonly lease: Lease;
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

export interface AskQuery {
  readonly refs: readonly ImportRef[];
  readonly now: number;
  /** How long nobody else may look at the same import. */
  readonly leaseMs: number;
}

/** What there is to know of imports that are asked for. */
export interface Asked {
  /** For the caller to look at. */
  readonly leases: readonly Lease[];
  /** By import id. */
  readonly misses: ReadonlyMap<string, AskMiss>;
}

/** Why a look that was asked for kept nothing. */
export type AskMiss =
  { readonly kind: 'not-found' } | { readonly kind: 'failed'; readonly error: LookFailure };

export interface Missed {
  readonly miss: AskMiss;
  /** Until then nobody looks again because it is asked for; null lets the next one look at once. */
  readonly until: number | null;
}
