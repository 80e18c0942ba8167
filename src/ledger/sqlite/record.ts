import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import type { Recording } from '../ledger.ts';
import { isSealed } from './captures.ts';
import { integer, text } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';
import { findImport, insertImport } from './imports.ts';
import { hasItsRows, hasNewFlag, shownCaptureOf, writeRows } from './record-rows.ts';
import { isObservedSince, revise } from './revisions.ts';
import { holdSameRows } from './same-rows.ts';

export interface Recorded {
  readonly import: Import;
  /** Whether a subscriber could see a difference. */
  readonly isChanged: boolean;
}

export async function record(database: Database, given: Recording): Promise<Recorded | null> {
  const id = importId(given.ref);
  const repeated = await findRepeated(database, id, given);
  return database.transaction(() => {
    const before = findBefore(database, id);
    if (before !== undefined && isOvertaken(database, before, given)) return null;
    const recording = withoutRepeatedRows(database, before, { given, repeated });
    // Somebody else recorded meanwhile, although nothing observable differed: its rows are hidden.
    if (!hasItsRows(database, before, recording)) return null;
    const seq = before === undefined ? insertImport(database, recording) : integer(before, 'seq');
    const hasNewRows = writeRows(database, { seq, before, recording });
    const { state, labels, now } = recording;
    const isRevised = revise(database, { seq, state, labels, hasNewRows, now });
    writeSchedule(database, seq, hasNewFlag(before, given) ? dueAgain(recording) : recording);
    const after = findImport(database, id);
    if (after === null) throw new Error(`import ${id} vanished inside its own transaction`);
    const wasState = before === undefined ? null : text(before, 'freshness');
    return { import: after, isChanged: isRevised || after.freshness.state !== wasState };
  });
}

/** Labels that were set meanwhile take nothing from what a look saw. */
function isOvertaken(database: Database, before: Row, recording: Recording): boolean {
  const { basedOnRevision, lease } = recording;
  if (lease !== null && integer(before, 'recorded_lease') > lease.number) return true;
  if (integer(before, 'revision') <= basedOnRevision) return false;
  return isObservedSince(database, integer(before, 'seq'), basedOnRevision);
}

/** The capture that an import shows, if it has the very rows that are to take its place. */
async function findRepeated(
  database: Database,
  id: string,
  { rows }: Recording,
): Promise<number | null> {
  const shown = shownCaptureOf(findBefore(database, id));
  if (rows.kind !== 'captured' || shown === null || shown === rows.captureId) return null;
  return (await holdSameRows(database, shown, rows.captureId)) ? shown : null;
}

interface Comparison {
  readonly given: Recording;
  readonly repeated: number | null;
}

/** Rows that are held already stay as they are, if they are still held. */
function withoutRepeatedRows(
  database: Database,
  before: Row | undefined,
  { given, repeated }: Comparison,
): Recording {
  const isHeld =
    repeated !== null && repeated === shownCaptureOf(before) && isSealed(database, repeated);
  if (!isHeld) return given;
  // Nor does the finish wait with a second copy of them.
  const held = given.held === null ? null : { ...given.held, captureId: repeated };
  return { ...given, rows: { kind: 'keep' }, held };
}

function findBefore(database: Database, id: string): Row | undefined {
  return database.get(
    `/* record: before */ select seq, revision, shown_capture, open_capture, held_since, freshness,
       is_flag_new, flag_lease, recorded_lease
     from imports where id = ?`,
    [id],
  );
}

/** What was read with another flag settles nothing. */
function dueAgain(recording: Recording): Recording {
  const { freshness, now } = recording;
  const state = freshness.state === 'SETTLED' ? 'LIVE' : freshness.state;
  const nextLookAt = now;
  return { ...recording, watchedLookAt: null, freshness: { ...freshness, state, nextLookAt } };
}

/** Whoever watches an import is told sooner. */
function nextLookAt({ watched }: Database, recording: Recording): number | null {
  const { ref, watchedLookAt, freshness } = recording;
  if (watchedLookAt === null || freshness.nextLookAt === null) return freshness.nextLookAt;
  if (!watched.has(importId(ref))) return freshness.nextLookAt;
  return Math.min(watchedLookAt, freshness.nextLookAt);
}

/** An untracked import stays so, unless what came in settles it. */
function writeSchedule(database: Database, seq: number, recording: Recording): void {
  const { freshness, attempts, held, lease } = recording;
  if (lease !== null) {
    database.run(
      `/* record: lease */ update imports
       set recorded_lease = ?, lease_until = case when lease > ? then lease_until end
       where seq = ?`,
      [lease.number, lease.number, seq],
    );
  }
  database.run(
    `/* record: schedule */ update imports
     set freshness = ?, observed_at = ?, next_look_at = ?, error_kind = ?, error_message = ?,
         attempts = ?,
         failing_since = case ? when 0 then null when 1 then ? else coalesce(failing_since, ?) end,
         held_since = ?, held_finish = ?
     where seq = ? and (freshness <> 'UNTRACKED' or ? = 'SETTLED')`,
    [
      freshness.state,
      freshness.observedAt,
      nextLookAt(database, recording),
      freshness.error?.kind ?? null,
      freshness.error?.message ?? null,
      attempts,
      attempts,
      recording.now,
      recording.now,
      held?.since ?? null,
      held === null ? null : JSON.stringify({ state: held.state, isKnown: held.isKnown }),
      seq,
      freshness.state,
    ],
  );
}
