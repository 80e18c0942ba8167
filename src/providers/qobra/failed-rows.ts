import type { ImportRow, RowFailure } from '../../domain/row.ts';
import type { FoundRow } from '../json-rows.ts';
import { ParsingError, Named } from './wire.ts';

/** More lines than this do not wait for the name of their table. */
const MOST_WAITING = 10_000;

/**
 * Turns the lines that a table in error names into rows as they arrive, unreadable ones included,
 * and counts them by table.
 */
export class FailedRowReader {
  readonly #counts = new Map<unknown, number>();
  #waiting: FoundRow[] = [];

  /** A line whose table is not named yet waits for that: JSON's keys come in any order. */
  read(found: readonly FoundRow[]): readonly ImportRow[] {
    for (const line of found) {
      this.#counts.set(line.outer, this.countOf(line.outer) + 1);
      this.#waiting.push(line);
    }
    const isTooMany = this.#waiting.length > MOST_WAITING;
    const last = this.#waiting.findLastIndex((line) => isTooMany || isNamed(line));
    const ready = this.#waiting.slice(0, last + 1);
    this.#waiting = this.#waiting.slice(last + 1);
    return ready.map(readLine);
  }

  /** The lines that waited until the end. */
  end(): readonly ImportRow[] {
    const rest = this.#waiting;
    this.#waiting = [];
    return rest.map(readLine);
  }

  /** How many lines a table named; `table` is the object as it was read. */
  countOf(table: unknown): number {
    return this.#counts.get(table) ?? 0;
  }
}

function isNamed({ holder, outer }: FoundRow): boolean {
  return hasKey(outer, 'data_table_key') && hasKey(holder, 'title');
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}

function readLine({ value, holder, outer }: FoundRow): ImportRow {
  const { line_number: number, row, details } = ParsingError.parse(value);
  const { data_table_key: resource } = Named.parse(outer);
  const { title: code } = Named.parse(holder);
  return {
    outcome: 'FAILED',
    number,
    furtherNumbers: [],
    numberBasis: number === null ? 'UNSTATED' : 'LINE',
    resource,
    recordId: null,
    failure: {
      code,
      ...readDetails(details ?? ''),
      values: row,
      valuesForm: row === null ? 'NONE' : 'VERBATIM',
    },
  };
}

/**
 * `details` is the text of a Python error, with or without its stack: the line that says what went
 * wrong is the last one of a traceback and else the first one.
 */
function readDetails(details: string): Pick<RowFailure, 'message' | 'detail'> {
  const lines = details.split('\n').filter((line) => line.trim() !== '');
  const isTraceback = lines[0]?.startsWith('Traceback (most recent call last)') ?? false;
  const line = isTraceback ? lines.at(-1) : lines[0];
  return {
    message: line?.trim() ?? 'Qobra names this line without saying what is wrong with it.',
    detail: lines.length > 1 ? details : null,
  };
}
