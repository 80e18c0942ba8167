import { importId } from '../../domain/import.ts';
import type { Recording } from '../ledger.ts';
import { findOpen, openCapture, showCapture } from './captures.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';

export interface RowsInput {
  readonly seq: number;
  /** The import's row before; undefined when it has none. */
  readonly before: Row | undefined;
  readonly recording: Recording;
}

/** Writes which captures an import has; answers whether it now shows other rows than before. */
export function writeRows(database: Database, { seq, before, recording }: RowsInput): boolean {
  const { ref, now } = recording;
  const wasShown = shownCaptureOf(before);
  const shown = nextShown(wasShown, recording);
  const open = nextOpen(database, before, recording);
  database.run(
    '/* writeRows */ update imports set shown_capture = ?, open_capture = ? where seq = ?',
    [shown, open, seq],
  );
  showCapture(database, { importId: importId(ref), shown, open, now });
  return shown !== wasShown;
}

/** Whether the rows that a recording names are there: nobody has given their capture up. */
export function hasItsRows(
  database: Database,
  before: Row | undefined,
  { rows, held }: Recording,
): boolean {
  const named = [rows.kind === 'captured' ? rows.captureId : null, held?.captureId ?? null];
  return named.every(
    (id) => id === null || id === shownCaptureOf(before) || findOpen(database, id) !== undefined,
  );
}

/**
 * Whether the flag was changed while the look was under way: what it saw was read with the old one.
 * Another look may have been told the new one meanwhile, when this one had lost its lease.
 */
export function hasNewFlag(before: Row | undefined, { lease }: Recording): boolean {
  if (before === undefined) return false;
  if (integer(before, 'is_flag_new') === 1) return true;
  return lease !== null && lease.number < integer(before, 'flag_lease');
}

export function shownCaptureOf(before: Row | undefined): number | null {
  return before === undefined ? null : integerOrNull(before, 'shown_capture');
}

function nextShown(wasShown: number | null, { rows }: Recording): number | null {
  if (rows.kind === 'captured') return rows.captureId;
  return rows.kind === 'none' ? null : wasShown;
}

/** The capture that a held finish waits with, or the one that goes on page by page. */
function nextOpen(
  database: Database,
  before: Row | undefined,
  recording: Recording,
): number | null {
  const { ref, rows, held, now } = recording;
  if (held !== null) return held.captureId;
  // With another flag the import is looked at again first.
  if (rows.kind !== 'capturing' || hasNewFlag(before, recording)) return null;
  const wasHeld = before !== undefined && integerOrNull(before, 'held_since') !== null;
  const wasOpen = before === undefined || wasHeld ? null : integerOrNull(before, 'open_capture');
  return wasOpen ?? openCapture(database, ref, now).id;
}
