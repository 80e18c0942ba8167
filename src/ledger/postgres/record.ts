import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import { integer } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Recording } from '../ledger.ts';
import { isSealed } from './captures.ts';
import type { Database, Parameters, Session } from './database.ts';
import { findImport, insertImport, KnownMeanwhileError, lockImport } from './imports.ts';
import { IMPORT_COLUMNS, IMPORTS } from './import-row.ts';
import { importOf, knownOf, uncommitted } from '../stored-import.ts';
import { endLease } from './leases.ts';
import { planRevision } from '../revision-plan.ts';
import { hasItsRows, hasNewFlag, shownCaptureOf, writeRows } from './record-rows.ts';
import { KNOWN_COLUMNS, revise, revisionStatement } from './revisions.ts';
import { holdSameRows } from './same-rows.ts';
import { keyText } from './text.ts';
import { touch } from './tracking.ts';

export interface Recorded {
  readonly import: Import;
  /** Whether a subscriber could see a difference. */
  readonly isChanged: boolean;
}

/** Most looks touch no rows: what they show is read with one statement and written with one. */
export async function record(
  database: Database,
  given: Recording,
  replica: number,
): Promise<Recorded | null> {
  const before = await findBefore(database, given);
  if (before !== undefined && isOvertaken(before, given)) return null;
  if (before !== undefined && isOnlyLooked(before, given)) {
    const recorded = await recordLook(database, before, given);
    // Somebody else wrote meanwhile: with the import locked, nobody does.
    if (recorded !== undefined) return recorded;
  }
  const repeated = await findRepeated(database, before, given);
  try {
    return await database.transaction((session) => recordIn(session, { given, repeated, replica }));
  } catch (error) {
    if (!(error instanceof KnownMeanwhileError)) throw error;
    return record(database, given, replica);
  }
}

const BEFORE = `${KNOWN_COLUMNS}, ${IMPORT_COLUMNS}, imports.seq, looks.version,
  looks.shown_capture, looks.open_capture, looks.held_since, looks.is_flag_new, looks.flag_lease,
  looks.recorded_lease`;

/** `is_overtaken`: somebody looked at the vendor and recorded a revision beyond ours. */
async function findBefore(
  session: Session,
  { ref, basedOnRevision }: Recording,
): Promise<Row | undefined> {
  const id = keyText(importId(ref));
  return session.get(
    `/* record: before */ select ${BEFORE},
       imports.revision > ?::bigint and exists (
         select 1 from revisions where import_seq = imports.seq and revision > ?::bigint
           and is_observed) as is_overtaken,
       exists (select 1 from interests where import_id = imports.id) as is_watched,
       exists (select 1 from captures where import_id = imports.id and state <> 'hidden'
         and id is distinct from looks.shown_capture) as has_captures
     from ${IMPORTS} where imports.id = ?`,
    [basedOnRevision, basedOnRevision, id],
  );
}

/** Labels that were set meanwhile take nothing from what a look saw. */
function isOvertaken(before: Row, { lease }: Recording): boolean {
  if (lease !== null && integer(before, 'recorded_lease') > lease.number) return true;
  return before['is_overtaken'] === true;
}

/** Nothing of its rows is to be written, now or by what was begun before. */
function isOnlyLooked(before: Row, { rows, held, labels }: Recording): boolean {
  const isAlone = before['has_captures'] === false && before['open_capture'] === null;
  const hasRows =
    rows.kind !== 'keep' && !(rows.kind === 'none' && shownCaptureOf(before) === null);
  return isAlone && !hasRows && held === null && labels === undefined;
}

/** Undefined when somebody else wrote meanwhile. */
async function recordLook(
  database: Database,
  before: Row,
  given: Recording,
): Promise<Recorded | undefined> {
  const { state, now } = given;
  const recording = effective(before, given);
  const learnt = { state, labels: undefined, hasNewRows: false };
  const { labels, next } = planRevision(knownOf(database, before), learnt);
  const seq = integer(before, 'seq');
  // Who only sees when it was looked at is not told each time.
  const isTouched = next !== null || freshnessAfter(before, recording) !== before['freshness'];
  const looked = lookStatement(before, recording);
  const revision = next === null ? null : revisionStatement({ seq, labels, next, now });
  const parts = [
    `looked as (${looked.sql})`,
    isTouched &&
      `taken as (update positions set last = last + 1 where exists (select 1 from looked)
         returning last)`,
    revision?.sql,
    isTouched &&
      revision === null &&
      `told as (update imports set touched = taken.last from taken where seq = ?::bigint)`,
  ].filter((part) => typeof part === 'string');
  const row = await database.get(
    `/* record: look */ with ${parts.join(',\n')}
     select looked.*, ${isTouched ? '(select last from taken)' : 'null::bigint'} as taken from looked`,
    [
      ...looked.parameters,
      ...(revision?.parameters ?? []),
      ...(isTouched && revision === null ? [seq] : []),
    ],
  );
  if (row === undefined) return undefined;
  const known = { ...before, ...row };
  if (next === null) return { import: importOf(database, known), isChanged: isTouched };
  const position = integer(row, 'taken');
  database.states.set(position, next.state);
  const revised = { ...known, revision: next.revision, position };
  return { import: importOf(database, revised), isChanged: true };
}

interface RecordingIn {
  readonly given: Recording;
  readonly repeated: number | null;
  readonly replica: number;
}

async function recordIn(
  session: Session,
  { given, repeated, replica }: RecordingIn,
): Promise<Recorded | null> {
  const { ref, state, labels, now } = given;
  const id = importId(ref);
  const states = uncommitted();
  // Read once it is locked: what is read together with a lock that had to wait is from before it.
  const locked = await lockImport(session, id);
  const known = locked && (await findBefore(session, given));
  if (known !== undefined && isOvertaken(known, given)) return null;
  const recording = await withoutRepeatedRows(session, known, given, repeated);
  // Somebody else recorded meanwhile, although nothing observable differed: its rows are hidden.
  if (!(await hasItsRows(session, known, recording))) return null;
  if (known === undefined) await insertImport(session, { ref, now });
  const before = known ?? (await findBefore(session, given));
  if (before === undefined) throw new Error(`import ${id} vanished inside its own transaction`);
  const seq = integer(before, 'seq');
  const hasNewRows = await writeRows(session, { seq, before: known, recording, replica });
  const looked = lookStatement(before, effective(before, recording));
  const row = await session.get(`/* record: schedule */ ${looked.sql}`, looked.parameters);
  if (row === undefined) throw new Error(`import ${id} was written although it was locked`);
  if (given.lease !== null) await endLease(session, given.lease);
  const revised = await revise(session, states, { seq, state, labels, hasNewRows, now });
  const isChanged =
    revised !== null || known === undefined || row['freshness'] !== before['freshness'];
  if (isChanged && revised !== 'revision') await touch(session, seq);
  const after = await findImport(session, states, id);
  if (after === null) throw new Error(`import ${id} vanished inside its own transaction`);
  return { import: after, isChanged };
}

/** The capture that an import shows, if it has the very rows that are to take its place. */
async function findRepeated(
  database: Database,
  before: Row | undefined,
  { rows }: Recording,
): Promise<number | null> {
  const shown = shownCaptureOf(before);
  if (rows.kind !== 'captured' || shown === null || shown === rows.captureId) return null;
  return (await holdSameRows(database, shown, rows.captureId)) ? shown : null;
}

/** Rows that are held already stay as they are, if they are still held. */
async function withoutRepeatedRows(
  session: Session,
  before: Row | undefined,
  given: Recording,
  repeated: number | null,
): Promise<Recording> {
  const isHeld =
    repeated !== null && repeated === shownCaptureOf(before) && (await isSealed(session, repeated));
  if (!isHeld) return given;
  // Nor does the finish wait with a second copy of them.
  const held = given.held === null ? null : { ...given.held, captureId: repeated };
  return { ...given, rows: { kind: 'keep' }, held };
}

/**
 * What was read with another flag settles nothing. Else whoever watches the import, wherever, is told
 * sooner.
 */
function effective(before: Row, recording: Recording): Recording {
  const { freshness, watchedLookAt, now } = recording;
  if (hasNewFlag(before, recording.lease)) {
    const state = freshness.state === 'SETTLED' ? 'LIVE' : freshness.state;
    return { ...recording, freshness: { ...freshness, state, nextLookAt: now } };
  }
  const { nextLookAt } = freshness;
  if (before['is_watched'] !== true || watchedLookAt === null || nextLookAt === null) {
    return recording;
  }
  const sooner = Math.min(nextLookAt, watchedLookAt);
  return { ...recording, freshness: { ...freshness, nextLookAt: sooner } };
}

/** An untracked import stays so, unless what came in settles it. */
function freshnessAfter(before: Row, { freshness }: Recording): string {
  return isUntracked(before) && freshness.state !== 'SETTLED' ? 'UNTRACKED' : freshness.state;
}

function isUntracked(before: Row): boolean {
  return before['freshness'] === 'UNTRACKED';
}

/** Writes what came of a look, if nobody else has written since `before` was read. */
function lookStatement(
  before: Row,
  recording: Recording,
): { readonly sql: string; readonly parameters: Parameters } {
  const { freshness, attempts, held, lease, now } = recording;
  const isKept = isUntracked(before) && freshness.state !== 'SETTLED';
  const number = lease?.number ?? 0;
  const common = `version = version + 1, recorded_lease = greatest(recorded_lease, ?::bigint),
    lease_until = case when lease = ?::bigint then null else lease_until end,
    leased_by = case when lease = ?::bigint then null else leased_by end`;
  const where = `where import_seq = ?::bigint and version = ?::bigint
    returning freshness, observed_at, next_look_at, error_kind, error_message`;
  const key = [integer(before, 'seq'), integer(before, 'version')];
  if (isKept) {
    return {
      sql: `update looks set ${common} ${where}`,
      parameters: [number, number, number, ...key],
    };
  }
  const isSeen = recording.state !== null;
  const error = freshness.error === null ? null : freshness.error.message;
  return {
    sql: `update looks set ${common}, freshness = ?, observed_at = ?, next_look_at = ?,
      error_kind = ?, error_message = ?, attempts = ?,
      failing_since = case ?::bigint when 0 then null when 1 then ?::bigint
        else coalesce(failing_since, ?::bigint) end,
      held_since = ?, held_finish = ?${isSeen ? ', expires_at = ?' : ''} ${where}`,
    parameters: [
      number,
      number,
      number,
      freshness.state,
      freshness.observedAt,
      freshness.nextLookAt,
      freshness.error?.kind ?? null,
      error,
      attempts,
      attempts,
      now,
      now,
      held?.since ?? null,
      held === null ? null : JSON.stringify({ state: held.state, isKnown: held.isKnown }),
      ...(isSeen ? [recording.state.job.expiresAt] : []),
      ...key,
    ],
  };
}
