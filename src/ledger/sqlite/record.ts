import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { importId } from '../../domain/import.ts';
import type { Import, ImportState } from '../../domain/import.ts';
import type { RowError } from '../../domain/row.ts';
import type { Recording } from '../ledger.ts';
import { integer, text, textOrNull } from './database.ts';
import type { Database, Row } from './database.ts';
import { stateOf } from './import-row.ts';
import { findImport, insertImport, setLabels } from './imports.ts';
import { takePosition } from './positions.ts';
import { replaceRowErrors } from './row-errors.ts';

export interface Recorded {
  readonly import: Import;
  /** Whether a subscriber could see a difference. */
  readonly isChanged: boolean;
}

export function record(database: Database, recording: Recording): Recorded | null {
  const id = importId(recording.ref);
  return database.transaction(() => {
    const before = findBefore(database, id);
    if (before !== undefined && integer(before, 'revision') > recording.basedOnRevision) {
      return null;
    }
    const seq = before === undefined ? insertImport(database, recording) : integer(before, 'seq');
    if (recording.labels !== undefined) setLabels(database, seq, recording.labels);
    const isRevised = writeRevision(database, { seq, before, recording });
    const hasNewFlag = before !== undefined && integer(before, 'is_flag_new') === 1;
    writeSchedule(database, seq, hasNewFlag ? dueAgain(recording) : recording);
    const after = findImport(database, id);
    if (after === null) throw new Error(`import ${id} vanished inside its own transaction`);
    const wasState = before === undefined ? null : text(before, 'freshness');
    return { import: after, isChanged: isRevised || after.freshness.state !== wasState };
  });
}

function findBefore(database: Database, id: string): Row | undefined {
  return database.get(
    `/* record: before */ select seq, revision, state, rows_digest, freshness, is_flag_new
     from imports where id = ?`,
    [id],
  );
}

interface RevisionInput {
  readonly seq: number;
  readonly before: Row | undefined;
  readonly recording: Recording;
}

/** Writes one revision if anything observable differs; answers whether it did. */
function writeRevision(database: Database, { seq, before, recording }: RevisionInput): boolean {
  const { state, rows, now } = recording;
  if (state === null) return false;
  const revision = (before === undefined ? 0 : integer(before, 'revision')) + 1;
  const knownDigest = before === undefined ? null : textOrNull(before, 'rows_digest');
  const digest = rows === null ? knownDigest : digestOf(rows);
  const hasNewRows = digest !== knownDigest;
  if (revision > 1 && !hasNewRows && before !== undefined && isSame(before, state)) return false;

  const position = takePosition(database);
  database.run(
    `/* record: state */ update imports
     set revision = ?, position = ?, place = ?, phase = ?, outcome = ?, state = ?,
         rows_digest = ?, changed_at = ?
     where seq = ?`,
    [
      revision,
      position,
      position,
      state.job.phase,
      state.job.outcome,
      JSON.stringify(state),
      digest,
      now,
      seq,
    ],
  );
  database.run(
    `/* record: revision */ insert into revisions (position, import_seq, revision, observed_at, state)
     values (?, ?, ?, ?, ?)`,
    [position, seq, revision, now, JSON.stringify({ job: state.job, counters: state.counters })],
  );
  if (hasNewRows && rows !== null) replaceRowErrors(database, seq, rows);
  return true;
}

/** The flag was changed while the look was under way: what it saw was read with the old one. */
function dueAgain(recording: Recording): Recording {
  const { freshness, now } = recording;
  const state = freshness.state === 'SETTLED' ? 'LIVE' : freshness.state;
  return { ...recording, freshness: { ...freshness, state, nextLookAt: now } };
}

/** An untracked import stays so, unless what came in settles it. */
function writeSchedule(database: Database, seq: number, recording: Recording): void {
  const { freshness, attempts, held } = recording;
  database.run('/* record: lease */ update imports set lease_until = null where seq = ?', [seq]);
  database.run(
    `/* record: schedule */ update imports
     set freshness = ?, observed_at = ?, next_look_at = ?, error_kind = ?, error_message = ?,
         attempts = ?, held_since = ?, held_finish = ?
     where seq = ? and (freshness <> 'UNTRACKED' or ? = 'SETTLED')`,
    [
      freshness.state,
      freshness.observedAt,
      freshness.nextLookAt,
      freshness.error?.kind ?? null,
      freshness.error?.message ?? null,
      attempts,
      held?.since ?? null,
      held === null ? null : JSON.stringify({ state: held.state, rows: held.rows }),
      seq,
      freshness.state,
    ],
  );
}

function isSame(before: Row, state: ImportState): boolean {
  return isDeepStrictEqual(stateOf(text(before, 'state')), JSON.parse(JSON.stringify(state)));
}

/** Null for no rows, so that an import without any never differs from one that was not asked. */
function digestOf(rows: readonly RowError[]): string | null {
  if (rows.length === 0) return null;
  const hash = createHash('sha256');
  for (const row of rows) hash.update(JSON.stringify(row)).update('\n');
  return hash.digest('base64url');
}
