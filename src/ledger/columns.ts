import { givenText } from './stored-text.ts';

/** A row as a database answers it, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads a column that is an integer; anything else is a bug in a query. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} is not an integer`);
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} is not a text`);
  return givenText(value);
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** Reads a column that holds one of a closed set of words. */
export function word<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const value = text(row, column);
  const found = words.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`column ${column} holds an unknown word: ${value}`);
  return found;
}
