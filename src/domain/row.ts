/**
 * What a row number counts: `LINE` a line of the input, `COMMAND` a command of the input,
 * `INPUT` a row of the request, `RESULT_POSITION` a place in the vendor's list of results,
 * `UNSTATED` when the vendor gives no number.
 */
export type RowNumberBasis = 'LINE' | 'COMMAND' | 'INPUT' | 'RESULT_POSITION' | 'UNSTATED';

/**
 * How much of the row errors we hold: all of them (`COMPLETE`), not yet (`PENDING`), only how
 * many there are (`COUNT_ONLY`), none because the vendor forgot them first (`EXPIRED`), or fewer
 * than the vendor counted (`TRUNCATED`).
 */
export type RowErrorAvailability = 'COMPLETE' | 'PENDING' | 'COUNT_ONLY' | 'EXPIRED' | 'TRUNCATED';

/** What an import's state says about its row errors; the rows themselves are kept apart. */
export interface RowErrorSummary {
  readonly availability: RowErrorAvailability;
  /** How many rows failed, as far as it is known; null when nobody says. */
  readonly totalCount: number | null;
}

/** One failed input row, as one look showed it. */
export interface RowError {
  /** The vendor's number, verbatim; what it counts is `numberBasis`. */
  readonly number: number | null;
  readonly numberBasis: RowNumberBasis;
  /** The key of the resource the row was meant for. */
  readonly resource: string | null;
  /** The id of the record in the target, where the vendor names one. */
  readonly recordId: string | null;
  readonly code: string | null;
  readonly message: string;
  readonly detail: string | null;
  /** The input row. Personal data: never logged, shown only with the scope `imports:rows`. */
  readonly values: Readonly<Record<string, unknown>> | null;
}

/** Row errors with one cause: the same code and the same message once its values are taken out. */
export interface RowErrorGroup {
  readonly code: string | null;
  readonly message: string;
  readonly count: number;
  readonly firstNumber: number | null;
  readonly lastNumber: number | null;
  readonly sample: KeptRowError;
}

/** A row error as the ledger keeps it; `id` names it for good. */
export interface KeptRowError extends RowError {
  readonly id: string;
}

const QUOTED = /"[^"]*"|“[^”]*”|‘[^’]*’|'(?:[^']|'(?=\w))*'(?!\w)/g;
const ADDRESS = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
const NUMBER = /(?<![\p{L}_])[-+]?\d[\d.,:/-]*/gu;
const LONGEST_CAUSE = 300;

/**
 * The cause behind a message: its values (quoted text, addresses, ids, numbers) replaced by `…`,
 * so that rows that failed for one reason share one text.
 */
export function causeOf(message: string): string {
  return message
    .slice(0, LONGEST_CAUSE * 4)
    .replace(QUOTED, '…')
    .replace(ADDRESS, '…')
    .replace(UUID, '…')
    .replace(NUMBER, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_CAUSE);
}
