import { givenLabels, storedLabels } from '../stored-text.ts';
import type { ImportLabels } from '../../domain/import.ts';
import type { ListRevisionsQuery, RevisionPage } from '../change-page.ts';
import { integer, text } from '../columns.ts';
import { planRevision } from '../revision-plan.ts';
import type { Learnt, NextRevision } from '../revision-plan.ts';
import type { Parameters, Session } from './database.ts';
import { knownOf } from '../stored-import.ts';
import type { States } from '../stored-import.ts';
import { setLabels } from './labels.ts';
import { keyText } from './text.ts';

export async function listRevisions(
  session: Session,
  { importId, first, after }: ListRevisionsQuery,
): Promise<RevisionPage> {
  const rows = await session.all(
    `/* listRevisions */ select revision, position, observed_at, state, changed, labels
     from revisions
     where import_seq = (select seq from imports where id = ?) and position > ?
     order by revision limit ?`,
    [keyText(importId), after, first + 1],
  );
  return {
    revisions: rows.slice(0, first).map((row) => ({
      revision: integer(row, 'revision'),
      position: integer(row, 'position'),
      observedAt: integer(row, 'observed_at'),
      state: JSON.parse(text(row, 'state')),
      changed: JSON.parse(text(row, 'changed')),
      labels: givenLabels(text(row, 'labels')),
    })),
    hasMore: rows.length > first,
  };
}

/** The columns of `imports` that a revision is compared by. */
export const KNOWN_COLUMNS = 'imports.revision, imports.position, imports.state, imports.labels';

export interface RevisionInput extends Learnt {
  readonly seq: number;
  readonly now: number;
}

/**
 * Sets what is known of an import whose looks are locked, and writes one revision if anything
 * observable differs; answers which of both it changed. The last thing that a transaction does: it takes a
 * position.
 */
export async function revise(
  session: Session,
  states: States,
  input: RevisionInput,
): Promise<'revision' | 'labels' | null> {
  const { seq, now } = input;
  const row = await session.get(
    `/* revise: before */ select ${KNOWN_COLUMNS} from imports where seq = ?`,
    [seq],
  );
  const { hasNewLabels, labels, next } = planRevision(knownOf(states, row ?? {}), input);
  if (!hasNewLabels && next === null) return null;
  await session.run(
    '/* revise: version */ update looks set version = version + 1 where import_seq = ?',
    [seq],
  );
  if (hasNewLabels) await setLabels(session, seq, labels);
  if (next === null) return 'labels';
  const { sql, parameters } = revisionStatement({ seq, labels, next, now });
  await session.run(
    `/* writeRevision */ with taken as (update positions set last = last + 1 returning last),
     ${sql} select last from taken`,
    parameters,
  );
  return 'revision';
}

interface WrittenRevision {
  readonly seq: number;
  readonly labels: ImportLabels;
  readonly next: NextRevision;
  readonly now: number;
}

/** The part of a statement that writes a revision at the position that its part `taken` takes. */
export function revisionStatement({ seq, labels, next, now }: WrittenRevision): {
  readonly sql: string;
  readonly parameters: Parameters;
} {
  const { job, counters } = next.state;
  return {
    sql: `revised as (
       update imports
       set revision = ?, position = taken.last, place = taken.last, touched = taken.last, phase = ?,
           outcome = ?, state = ?, changed_at = ?
       from taken where imports.seq = ?),
     written as (
       insert into revisions
         (position, import_seq, revision, observed_at, state, phase, outcome, changed, labels,
          is_observed, is_turn)
       select taken.last, ?::bigint, ?::bigint, ?::bigint, ?, ?, ?, ?, ?, ?::boolean, ?::boolean
       from taken)`,
    parameters: [
      next.revision,
      job.phase,
      job.outcome,
      JSON.stringify(next.state),
      now,
      seq,
      seq,
      next.revision,
      now,
      JSON.stringify({ job, counters }),
      job.phase,
      job.outcome,
      JSON.stringify(next.changed),
      storedLabels(labels),
      next.isObserved,
      next.isTurn,
    ],
  };
}
