import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importId as idOf } from '../../src/domain/import.ts';
import type { Recording } from '../../src/ledger/ledger.ts';
import { addRows } from '../../src/ledger/sqlite/add-rows.ts';
import { openCapture, showCapture } from '../../src/ledger/sqlite/captures.ts';
import { integer } from '../../src/ledger/columns.ts';
import { Database } from '../../src/ledger/sqlite/database.ts';
import { insertImport } from '../../src/ledger/sqlite/imports.ts';
import { revise } from '../../src/ledger/sqlite/revisions.ts';
import { seededImport } from './imports.ts';
import type { SeededImport } from './imports.ts';

export const STORE_SIZE = 100_000;

const STORE_CODE = [
  new URL('../../src/ledger/sqlite/', import.meta.url),
  new URL('../../src/ledger/sqlite/migrations/', import.meta.url),
];
const SEED_CODE = [new URL('./imports.ts', import.meta.url), new URL(import.meta.url)];

/** How many imports one transaction writes. */
const BATCH = 1_000;

/**
 * A SQLite file with `STORE_SIZE` imports. It is kept between runs, in the machine's folder for
 * temporary files, until the store's code or the seed changes.
 */
export function prepareStore(say: (line: string) => void): string {
  const folder = join(tmpdir(), 'import-status-bench');
  const path = join(folder, `imports-${keyOfCode()}.db`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Stores of other code are a third of a gigabyte each, and nobody would miss them.
  for (const name of readdirSync(folder)) if (name.endsWith('.db')) rmSync(join(folder, name));
  const unfinished = `${path}.${process.pid}`;
  say(`making ${STORE_SIZE.toLocaleString('en')} imports, once: ${path}`);
  const database = new Database(unfinished);
  try {
    for (let start = 0; start < STORE_SIZE; start += BATCH) {
      const imports = Array.from({ length: BATCH }, (_, index) => seededImport(start + index));
      database.transaction(() => {
        for (const { recordings } of imports) {
          for (const recording of recordings) write(database, recording);
        }
      });
      for (const one of imports) writeRows(database, one);
    }
  } finally {
    database.close();
  }
  renameSync(unfinished, path);
  return path;
}

/** What the ledger's `record` would write, without a commit each: that takes minutes. */
function write(database: Database, recording: Recording): void {
  const { ref, state, freshness, labels, now } = recording;
  if (state === null) throw new Error('the seed has no failed looks');
  const row = database.get('/* seed: find */ select seq from imports where id = ?', [idOf(ref)]);
  const seq = row === undefined ? insertImport(database, recording) : integer(row, 'seq');
  revise(database, { seq, state, labels, hasNewRows: false, now });
  database.run(
    `/* seed: schedule */ update imports set freshness = ?, observed_at = ?, next_look_at = ?
     where seq = ?`,
    [freshness.state, freshness.observedAt, freshness.nextLookAt, seq],
  );
}

function writeRows(database: Database, { recordings, rows }: SeededImport): void {
  const [recording] = recordings;
  if (recording === undefined || rows.length === 0) return;
  const { ref, now } = recording;
  const capture = openCapture(database, ref, now);
  addRows(database, { capture, rows, limit: rows.length, next: null, totalFailed: null });
  const importId = idOf(ref);
  database.run('/* seed: rows */ update imports set shown_capture = ? where id = ?', [
    capture.id,
    importId,
  ]);
  showCapture(database, { importId, shown: capture.id, open: null, now });
}

function keyOfCode(): string {
  const hash = createHash('sha256');
  for (const file of SEED_CODE) hash.update(readFileSync(file));
  for (const folder of STORE_CODE) {
    const files = readdirSync(fileURLToPath(folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted();
    for (const file of files) hash.update(file).update(readFileSync(new URL(file, folder)));
  }
  return hash.digest('hex').slice(0, 12);
}
