import { uncommitted } from '../stored-import.ts';
import type { States } from '../stored-import.ts';
import { importId } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import { integer } from '../columns.ts';
import type { Tracking } from '../ledger.ts';
import type { Database, Session } from './database.ts';
import { findImport, insertImport, KnownMeanwhileError, lockImport } from './imports.ts';
import { takePosition } from './positions.ts';
import { revise } from './revisions.ts';
import { keyText } from './text.ts';

export async function track(database: Database, tracking: Tracking): Promise<Import> {
  try {
    return await database.transaction((session) => trackIn(session, uncommitted(), tracking));
  } catch (error) {
    if (!(error instanceof KnownMeanwhileError)) throw error;
    return track(database, tracking);
  }
}

async function trackIn(
  session: Session,
  states: States,
  { ref, labels, continueOnError, now }: Tracking,
): Promise<Import> {
  const id = importId(ref);
  const known = await lockImport(session, id);
  const seq =
    known === undefined ? await insertImport(session, { ref, now }) : integer(known, 'seq');
  const isResumed = known !== undefined && (await resume(session, seq, now));
  const isFlagged =
    continueOnError !== undefined && (await setFlag(session, { seq, continueOnError, now }));
  const learnt = { seq, state: null, labels, hasNewRows: false, now };
  const revised = await revise(session, states, learnt);
  const isTouched = isResumed || isFlagged || revised === 'labels';
  if (isTouched && revised !== 'revision') await touch(session, seq);
  const tracked = await findImport(session, states, id);
  if (tracked === null) throw new Error(`import ${id} vanished inside its own transaction`);
  return tracked;
}

/** Says of an import without a new revision that something of it changed. Takes a position. */
export async function touch(session: Session, seq: number): Promise<void> {
  await session.run('/* touch */ update imports set touched = ? where seq = ?', [
    await takePosition(session),
    seq,
  ]);
}

/** Looks again at an import that was given up; one that is looked at anyway stays as it is. */
async function resume(session: Session, seq: number, now: number): Promise<boolean> {
  const rows = await session.all(
    `/* track: resume */ with resumed as (
       update looks
       set version = version + 1,
           freshness = case when imports.revision = 0 then 'PENDING' else 'LIVE' end,
           next_look_at = ?, attempts = 0, failing_since = null, error_kind = null,
           error_message = null
       from imports
       where import_seq = ? and seq = import_seq
         and freshness in ('NOT_FOUND', 'GONE', 'UNTRACKED')
       returning import_seq)
     update imports set tracked_at = ? where seq in (select import_seq from resumed) returning seq`,
    [now, seq, now],
  );
  return rows.length > 0;
}

interface FlagInput {
  readonly seq: number;
  readonly continueOnError: boolean;
  readonly now: number;
}

/**
 * What a finished import was read as may have been another with this flag: it is looked at again,
 * also when its rows are being captured; they are then read anew.
 */
async function setFlag(
  session: Session,
  { seq, continueOnError, now }: FlagInput,
): Promise<boolean> {
  const rows = await session.all(
    `/* track: flag */ update looks
     set version = version + 1, continue_on_error = ?, is_flag_new = true,
         open_capture = case when held_since is null then null else open_capture end,
         next_look_at = case when freshness = 'SETTLED' then ? else next_look_at end,
         freshness = case when freshness = 'SETTLED' then 'LIVE' else freshness end
     where import_seq = ? and continue_on_error is distinct from ? returning import_seq`,
    [continueOnError, now, seq, continueOnError],
  );
  return rows.length > 0;
}

export async function untrack(database: Database, id: string): Promise<Import | null> {
  return database.transaction(async (session) => {
    const untracked = await session.get(
      `/* untrack */ update looks
       set version = version + 1, freshness = 'UNTRACKED', next_look_at = null
       where import_seq = (select seq from imports where id = ?)
         and freshness in ('PENDING', 'LIVE', 'BACKING_OFF')
       returning import_seq`,
      [keyText(id)],
    );
    if (untracked !== undefined) await touch(session, integer(untracked, 'import_seq'));
    return findImport(session, uncommitted(), id);
  });
}
