import { importId } from '../../domain/import.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Recording } from '../ledger.ts';
import type { Lease } from '../look-ledger.ts';
import { findOpen, openCapture, showCapture } from './captures.ts';
import type { Session } from './database.ts';

export interface RowsInput {
  readonly seq: number;
  /** The import's row before; undefined when it has none. */
  readonly before: Row | undefined;
  readonly recording: Recording;
  readonly replica: number;
}

/** Writes which captures an import has; answers whether it now shows other rows than before. */
export async function writeRows(session: Session, input: RowsInput): Promise<boolean> {
  const { seq, before, recording } = input;
  const { ref, now } = recording;
  const wasShown = shownCaptureOf(before);
  const shown = nextShown(wasShown, recording);
  const open = await nextOpen(session, input);
  await session.run(
    '/* writeRows */ update looks set shown_capture = ?, open_capture = ? where import_seq = ?',
    [shown, open, seq],
  );
  await showCapture(session, { importId: importId(ref), shown, open, now });
  return shown !== wasShown;
}

/** Whether the rows that a recording names are there: nobody has given their capture up. */
export async function hasItsRows(
  session: Session,
  before: Row | undefined,
  { rows, held }: Recording,
): Promise<boolean> {
  const named = [rows.kind === 'captured' ? rows.captureId : null, held?.captureId ?? null];
  for (const id of named) {
    if (id === null || id === shownCaptureOf(before)) continue;
    if ((await findOpen(session, id, 'for update')) === undefined) return false;
  }
  return true;
}

/** The flag was changed after the look was claimed: what it saw was read with the old one. */
export function hasNewFlag(before: Row | undefined, lease: Lease | null): boolean {
  if (before === undefined) return false;
  return (
    before['is_flag_new'] === true ||
    (lease !== null && lease.number < integer(before, 'flag_lease'))
  );
}

export function shownCaptureOf(before: Row | undefined): number | null {
  return before === undefined ? null : integerOrNull(before, 'shown_capture');
}

function nextShown(wasShown: number | null, { rows }: Recording): number | null {
  if (rows.kind === 'captured') return rows.captureId;
  return rows.kind === 'none' ? null : wasShown;
}

/** The capture that a held finish waits with, or the one that goes on page by page. */
async function nextOpen(
  session: Session,
  { before, recording: { ref, lease, rows, held, now }, replica }: RowsInput,
): Promise<number | null> {
  if (held !== null) return held.captureId;
  // With another flag the import is looked at again first.
  if (rows.kind !== 'capturing' || hasNewFlag(before, lease)) return null;
  const wasHeld = before !== undefined && integerOrNull(before, 'held_since') !== null;
  const wasOpen = before === undefined || wasHeld ? null : integerOrNull(before, 'open_capture');
  return wasOpen ?? (await openCapture(session, { ref, now, replica })).id;
}
