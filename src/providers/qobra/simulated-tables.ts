import { LongList } from '../simulated-json.ts';
import type { SimulatedLoad } from '../simulation.ts';
import type { ParsingErrorInput, TableErrorInput } from './wire.ts';

/** The wrong lines of a table. */
export type Lines = LongList<ParsingErrorInput>;

/** A data table of a simulated load, as it stands once the load is done. */
export interface SimulatedTable {
  readonly key: string;
  /** Null where the vendor would not say: in a table with an error. */
  readonly records: number | null;
  readonly error: TableErrorInput<Lines> | null;
}

/** Two tables. A load that completes with failed rows has all of them in the second one. */
export function makeTables({ rows, failedRows, ending }: SimulatedLoad): readonly SimulatedTable[] {
  const total = Math.max(0, rows);
  const failures = Math.min(Math.max(0, failedRows), total);
  const second = Math.max(failures, Math.floor(total / 2));
  const first = total - second;
  if (ending === 'completed') {
    return [
      { key: 'companies', records: first, error: null },
      failures === 0
        ? { key: 'opportunities', records: second, error: null }
        : { key: 'opportunities', records: null, error: madeUpError(second, failures) },
    ];
  }
  const firstFailures = Math.min(first, Math.floor(failures / 2));
  return [
    { key: 'companies', records: null, error: madeUpError(first, firstFailures) },
    { key: 'opportunities', records: null, error: madeUpError(second, failures - firstFailures) },
  ];
}

/** A table that somebody sent: a record whose `amount` is text but no number is refused. */
export function readTable(key: string, records: readonly unknown[]): SimulatedTable {
  const faults: { readonly amount: string; readonly line: ParsingErrorInput }[] = [];
  for (const [index, row] of records.entries()) {
    if (!isRecord(row) || typeof row['amount'] !== 'string') continue;
    const amount = quote(row['amount']);
    if (Number.isFinite(Number(row['amount']))) continue;
    const details = `ValueError: could not convert string to float: ${amount}`;
    faults.push({ amount, line: { line_number: index + 1, row, details } });
  }
  const [first] = faults;
  if (first === undefined) return { key, records: records.length, error: null };
  const error = {
    title: 'ParsingError',
    description: `Can't parse ${first.amount} as float for user attribute amount`,
    parsing_error_details: new LongList(() => faults.map(({ line }) => line)),
  };
  return { key, records: null, error };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quote(text: string): string {
  return `'${text}'`;
}

const PEOPLE = [
  { name: 'Amélie Martin', user: 'amelie.martin@example.fr' },
  { name: 'João Silva', user: 'joao.silva@example.fr' },
  { name: 'Oluchi Okafor', user: 'oluchi.okafor@example.fr' },
] as const;

/** `failures` wrong lines spread evenly over `rows`; an error that names no line when there is none. */
function madeUpError(rows: number, failures: number): TableErrorInput<Lines> {
  if (failures === 0) {
    return { title: 'IngestionError', description: 'The data table could not be written' };
  }
  return {
    title: 'ParsingError',
    description: "Can't parse 'AAAAA' as float for user attribute amount",
    parsing_error_details: new LongList(() => madeUpLines(rows, failures)),
  };
}

function* madeUpLines(rows: number, failures: number): Generator<ParsingErrorInput> {
  for (let nth = 0; nth < failures; nth += 1) {
    yield madeUpLine(nth, Math.floor((nth * rows) / failures) + 1);
  }
}

type LineFault = (row: Readonly<Record<string, string>>) => Omit<ParsingErrorInput, 'line_number'>;

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "ingestion/parse.py", line 88, in parse_row',
  '    return float(value)',
  "ValueError: could not convert string to float: ''",
].join('\n');

const FAULTS: readonly LineFault[] = [
  (row) => ({
    row: { ...row, amount: 'AAAAA' },
    details: "ValueError: could not convert string to float: 'AAAAA'",
  }),
  (row) => ({
    row: { ...row, closed_at: '31/01/2026' },
    details: "ValueError: time data '31/01/2026' does not match format '%Y-%m-%d'",
  }),
  (row) => ({ row, details: `LookupError: no user with email '${row['user']}'` }),
  (row) => ({ row: { ...row, amount: '' }, details: TRACEBACK }),
];

function madeUpLine(nth: number, line: number): ParsingErrorInput {
  const person = PEOPLE[nth % PEOPLE.length] ?? PEOPLE[0];
  const row = { id: String(line), ...person, amount: '1200.50', closed_at: '2026-01-31' };
  return { line_number: line, ...FAULTS[nth % FAULTS.length]?.(row) };
}
