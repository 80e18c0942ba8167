import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { makeRows } from '../../src/providers/micro/simulated-rows.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';

/*
 * The same rows, by prepared statements, in transactions of a thousand, into a table with the same
 * columns and key and no other index. Making the rows is not counted.
 */

const BATCH = 1_000;

const [path, ...numbers] = process.argv.slice(2);
const [rows, failedRows] = z.tuple([z.coerce.number(), z.coerce.number()]).parse(numbers);
const database = new DatabaseSync(z.string().parse(path));
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table import_rows (
    capture integer not null, ordinal integer not null, outcome text not null, number integer,
    further_numbers text, number_basis text not null, resource text, record_id text, code text,
    message text, detail text, values_form text, input text, primary key (capture, ordinal)
  ) strict, without rowid;`);
const insert = database.prepare(
  'insert into import_rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
);

let tookMs = 0;
let ordinal = 0;
let batch: (readonly (string | number | null)[])[] = [];

function write(): void {
  const startedAt = performance.now();
  database.exec('begin');
  for (const row of batch) insert.run(...row);
  database.exec('commit');
  tookMs += performance.now() - startedAt;
  batch = [];
}

const load = { ...ORDINARY_LOAD, rows, failedRows };
for (const { id, created, error } of makeRows(load, 'bare').listResults()) {
  const outcome = created === true ? 'CREATED' : 'EXISTING';
  batch.push([
    1,
    ordinal,
    error ? 'FAILED' : outcome,
    ordinal,
    null,
    'INPUT',
    null,
    id ?? null,
    error?.code ?? null,
    error?.message ?? null,
    null,
    error ? 'NONE' : null,
    null,
  ]);
  ordinal += 1;
  if (batch.length === BATCH) write();
}
write();
database.close();
process.stdout.write(JSON.stringify({ rowsPerSecond: (rows / tookMs) * 1_000 }));
