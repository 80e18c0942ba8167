import type { ImportRow, RowFailure, RowOutcome } from '../../domain/row.ts';
import type { RowResult } from './wire.ts';

/** What a list of results adds up to. */
export interface ResultTally {
  /** How many results there are. */
  readonly shown: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Results that say neither that their row failed nor that anything came of it. */
  readonly unaccounted: number;
  /** Null when no result has the flag: not every version of the API sends each of them. */
  readonly added: number | null;
  readonly updated: number | null;
  readonly matched: number | null;
  /** Whether any result says that its row was written, a failed row's contradictory flags included. */
  readonly showsWrites: boolean;
}

interface Flag {
  isSent: boolean;
  count: number;
}

/** Turns results into rows, one after the other, and adds up what they say. */
export class ResultReader {
  #shown = 0;
  #succeeded = 0;
  #failed = 0;
  #showsWrites = false;
  readonly #created: Flag = { isSent: false, count: 0 };
  readonly #updated: Flag = { isSent: false, count: 0 };
  readonly #existing: Flag = { isSent: false, count: 0 };

  read(result: RowResult): ImportRow {
    const position = this.#shown;
    const outcome = outcomeOf(result);
    const isSuccess = outcome !== 'FAILED' && outcome !== 'UNKNOWN';
    this.#shown += 1;
    if (isSuccess) this.#succeeded += 1;
    if (outcome === 'FAILED') this.#failed += 1;
    if (isSuccess || result.created === true || result.updated === true) this.#showsWrites = true;
    count(this.#created, result.created, isSuccess);
    count(this.#updated, result.updated, isSuccess);
    count(this.#existing, result.existing, isSuccess);
    return {
      outcome,
      number: result.input_index ?? position,
      furtherNumbers: [],
      numberBasis: result.input_index === null ? 'RESULT_POSITION' : 'INPUT',
      resource: null,
      recordId: result.id,
      failure: failureOf(result),
    };
  }

  get tally(): ResultTally {
    const read = ({ isSent, count: sum }: Flag): number | null =>
      isSent || this.#shown === 0 ? sum : null;
    return {
      shown: this.#shown,
      succeeded: this.#succeeded,
      failed: this.#failed,
      unaccounted: this.#shown - this.#succeeded - this.#failed,
      added: read(this.#created),
      updated: read(this.#updated),
      matched: read(this.#existing),
      showsWrites: this.#showsWrites,
    };
  }
}

function count(flag: Flag, value: boolean | null, isSuccess: boolean): void {
  if (value !== null) flag.isSent = true;
  if (value === true && isSuccess) flag.count += 1;
}

function outcomeOf({ id, created, existing, updated, error }: RowResult): RowOutcome {
  if (error !== null) return 'FAILED';
  if (created === true) return 'CREATED';
  if (updated === true) return 'UPDATED';
  if (existing === true) return 'EXISTING';
  return id === null ? 'UNKNOWN' : 'SUCCEEDED';
}

function failureOf({ error }: RowResult): RowFailure | null {
  if (error === null) return null;
  return {
    code: error.code,
    message: error.message ?? error.code ?? 'Micro refused this row without saying why.',
    detail: null,
    values: null,
    valuesForm: 'NONE',
  };
}
