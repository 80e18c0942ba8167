import type { ClaimQuery } from './look-ledger.ts';

/** So many that are due, the most overdue ones, are compared. */
export const COMPARED = 200;

/** An import that its vendor forgets within this time is in a hurry. */
export const HURRY_MS = 3_600_000;

/** What was due earlier by this much goes first: it is not overtaken again and again. */
export const PATIENCE_MS = 1_000;

/** An import waits for a look, or for its rows to be read page by page; as a condition in SQL. */
export const WORK = {
  looks: '(open_capture is null or held_since is not null)',
  rows: '(open_capture is not null and held_since is null)',
} as const satisfies Record<ClaimQuery['work'], string>;
