import { stringify } from 'csv-stringify/sync';
import type { Options } from 'csv-stringify/sync';
import type { KeptRow } from '../../domain/row.ts';

/** What we say of a row, by the name of its column. */
const OWN_COLUMNS: readonly (readonly [string, (row: KeptRow) => unknown])[] = [
  ['_error_code', ({ failure }) => failure?.code],
  ['_error_message', ({ failure }) => failure?.message],
  ['_number', ({ number }) => number],
  ['_resource', ({ resource }) => resource],
  ['_outcome', ({ outcome }) => outcome],
  ['_record_id', ({ recordId }) => recordId],
];

/** RFC 4180, in UTF-8. */
const FORMAT: Options = {
  record_delimiter: 'windows',
  // A spreadsheet may split at these instead of the comma, and a mark at the front is not one of ours.
  quoted_match: [';', '\t', /^\ufeff/],
};

/**
 * The first line: the names of the input's values as they are, then ours. A name of ours that the
 * input has too gets one more underscore in front.
 */
export function csvHeader(columns: readonly string[]): string {
  const taken = new Set(columns);
  const own = OWN_COLUMNS.map(([name]) => {
    let free = name;
    while (taken.has(free)) free = `_${free}`;
    return free;
  });
  return stringify([[...columns, ...own].map(textOf)], FORMAT);
}

/**
 * Rows as lines below `csvHeader`. A value that is nested stands as JSON; one that is null or
 * absent, and every value of a row that did not fail, is empty.
 */
export function csvLines(rows: readonly KeptRow[], columns: readonly string[]): string {
  const records = rows.map((row) => [
    ...columns.map((name) => textOf(valueOf(row, name))),
    ...OWN_COLUMNS.map(([, read]) => textOf(read(row))),
  ]);
  return records.length === 0 ? '' : stringify(records, FORMAT);
}

/** Only what the row itself has: every object has a `constructor`. */
function valueOf({ failure }: KeptRow, name: string): unknown {
  const values = failure?.values ?? {};
  return Object.hasOwn(values, name) ? values[name] : null;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return withoutFormula(value);
  return JSON.stringify(value);
}

/**
 * What a spreadsheet would run (https://owasp.org/www-community/attacks/CSV_Injection), after what
 * it may skip; the full-width signs are those that it may take for the others.
 */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20])/u;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A plain number stays as it is, so that it loads again. */
function withoutFormula(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
