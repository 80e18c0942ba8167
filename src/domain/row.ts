/**
 * What a row number counts: `LINE` a line of the input, `COMMAND` a command of the input,
 * `INPUT` a row of the request, `RESULT_POSITION` a place in the vendor's list of results,
 * `UNSTATED` when the vendor gives no number, or does not say what it counts.
 */
export type RowNumberBasis = 'LINE' | 'COMMAND' | 'INPUT' | 'RESULT_POSITION' | 'UNSTATED';

/**
 * What became of one input row: a record was made (`CREATED`) or changed (`UPDATED`), one was there
 * already (`EXISTING`), it was carried out and the vendor does not say how (`SUCCEEDED`), it failed
 * (`FAILED`), or the vendor does not say (`UNKNOWN`).
 */
export const ROW_OUTCOMES = [
  'CREATED',
  'UPDATED',
  'EXISTING',
  'SUCCEEDED',
  'FAILED',
  'UNKNOWN',
] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

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
  /** The most failed rows that are kept; null unless there were more. */
  readonly limit: number | null;
}

/**
 * In what form the input of a failed row is held: as the vendor sent it (`VERBATIM`), each value
 * as a keyed hash (`HASHED`), not at all because the configuration says so (`DROPPED`) or because
 * it is too large or too deep (`OVERSIZED`), or the vendor sends none (`NONE`).
 */
export const ROW_VALUES_FORMS = ['VERBATIM', 'HASHED', 'DROPPED', 'OVERSIZED', 'NONE'] as const;
export type RowValuesForm = (typeof ROW_VALUES_FORMS)[number];

/** Why a row failed. */
export interface RowFailure {
  readonly code: string | null;
  /** May quote the row. */
  readonly message: string;
  /** May quote the row. */
  readonly detail: string | null;
  /** The input row. Personal data: never logged, shown only with the scope `imports:rows`. */
  readonly values: Readonly<Record<string, unknown>> | null;
  readonly valuesForm: RowValuesForm;
}

/** What became of one input row, as the vendor showed it. */
export interface ImportRow {
  readonly outcome: RowOutcome;
  /** The vendor's number, verbatim; what it counts is `numberBasis`. */
  readonly number: number | null;
  /** The numbers after the first, where the vendor gives several for one outcome. */
  readonly furtherNumbers: readonly number[];
  readonly numberBasis: RowNumberBasis;
  /** The key of the resource the row was meant for. */
  readonly resource: string | null;
  /** The id of the record in the target, where the vendor names one. */
  readonly recordId: string | null;
  /** Null unless the outcome is `FAILED`. */
  readonly failure: RowFailure | null;
}

/** A row as the ledger keeps it; `id` names it for good. */
export interface KeptRow extends ImportRow {
  readonly id: string;
}

/** A kept row that failed. */
export interface KeptRowError extends KeptRow {
  readonly failure: RowFailure;
}

/** Failed rows with one cause: the same code and the same message once its values are taken out. */
export interface RowErrorGroup {
  readonly code: string | null;
  readonly message: string;
  readonly count: number;
  readonly firstNumber: number | null;
  readonly lastNumber: number | null;
  readonly sample: KeptRowError;
}

/** How many rows came out in each way. */
export type RowTally = Readonly<Record<RowOutcome, number>>;

export const EMPTY_TALLY: RowTally = {
  CREATED: 0,
  UPDATED: 0,
  EXISTING: 0,
  SUCCEEDED: 0,
  FAILED: 0,
  UNKNOWN: 0,
};

export function sumTally(tally: RowTally): number {
  let sum = 0;
  for (const outcome of ROW_OUTCOMES) sum += tally[outcome];
  return sum;
}

export function isFailed<Row extends ImportRow>(
  row: Row,
): row is Row & { readonly failure: RowFailure } {
  return row.failure !== null;
}
