import { isDeepStrictEqual } from 'node:util';
import { importId } from '../../domain/import.ts';
import type { Import, ImportState } from '../../domain/import.ts';
import type { Recording } from '../ledger.ts';
import { integer, text } from './database.ts';
import type { Database, Row } from './database.ts';
import { stateOf } from './import-row.ts';
import { findImport, insertImport, setLabels } from './imports.ts';
import { takePosition } from './positions.ts';
import { shownCaptureOf, writeRows } from './record-rows.ts';
import { holdSameRows } from './same-rows.ts';

export interface Recorded {
  readonly import: Import;
  /** Whether a subscriber could see a difference. */
  readonly isChanged: boolean;
}

export async function record(database: Database, given: Recording): Promise<Recorded | null> {
  const id = importId(given.ref);
  const recording = await withoutRepeatedRows(database, id, given);
  return database.transaction(() => {
    const before = findBefore(database, id);
    if (before !== undefined && integer(before, 'revision') > recording.basedOnRevision) {
      return null;
    }
    const seq = before === undefined ? insertImport(database, recording) : integer(before, 'seq');
    if (recording.labels !== undefined) setLabels(database, seq, recording.labels);
    const hasNewRows = writeRows(database, { seq, before, recording });
    const isRevised = writeRevision(database, { seq, before, recording, hasNewRows });
    const hasNewFlag = before !== undefined && integer(before, 'is_flag_new') === 1;
    writeSchedule(database, seq, hasNewFlag ? dueAgain(recording) : recording);
    const after = findImport(database, id);
    if (after === null) throw new Error(`import ${id} vanished inside its own transaction`);
    const wasState = before === undefined ? null : text(before, 'freshness');
    return { import: after, isChanged: isRevised || after.freshness.state !== wasState };
  });
}

/** Rows that are held already stay as they are. Sealed ones never change, so this needs no lock. */
async function withoutRepeatedRows(
  database: Database,
  id: string,
  recording: Recording,
): Promise<Recording> {
  const { rows } = recording;
  const shown = shownCaptureOf(findBefore(database, id));
  if (rows.kind !== 'captured' || shown === null) return recording;
  const isRepeated = await holdSameRows(database, shown, rows.captureId);
  return isRepeated ? { ...recording, rows: { kind: 'keep' } } : recording;
}

function findBefore(database: Database, id: string): Row | undefined {
  return database.get(
    `/* record: before */ select seq, revision, state, shown_capture, open_capture, held_since,
       freshness, is_flag_new
     from imports where id = ?`,
    [id],
  );
}

interface RevisionInput {
  readonly seq: number;
  readonly before: Row | undefined;
  readonly recording: Recording;
  readonly hasNewRows: boolean;
}

/** Writes one revision if anything observable differs; answers whether it did. */
function writeRevision(
  database: Database,
  { seq, before, recording, hasNewRows }: RevisionInput,
): boolean {
  const { state, now } = recording;
  if (state === null) return false;
  const revision = (before === undefined ? 0 : integer(before, 'revision')) + 1;
  if (revision > 1 && !hasNewRows && before !== undefined && isSame(before, state)) return false;

  const position = takePosition(database);
  database.run(
    `/* record: state */ update imports
     set revision = ?, position = ?, place = ?, phase = ?, outcome = ?, state = ?, expires_at = ?,
         changed_at = ?
     where seq = ?`,
    [
      revision,
      position,
      position,
      state.job.phase,
      state.job.outcome,
      JSON.stringify(state),
      state.job.expiresAt,
      now,
      seq,
    ],
  );
  database.run(
    `/* record: revision */ insert into revisions (position, import_seq, revision, observed_at, state)
     values (?, ?, ?, ?, ?)`,
    [position, seq, revision, now, JSON.stringify({ job: state.job, counters: state.counters })],
  );
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
      held === null ? null : JSON.stringify({ state: held.state }),
      seq,
      freshness.state,
    ],
  );
}

function isSame(before: Row, state: ImportState): boolean {
  return isDeepStrictEqual(stateOf(text(before, 'state')), JSON.parse(JSON.stringify(state)));
}
