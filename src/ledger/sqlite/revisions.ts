import type { ImportLabels } from '../../domain/import.ts';
import type { ListRevisionsQuery, RevisionPage } from '../change-page.ts';
import { givenLabels, storedLabels } from '../stored-text.ts';
import { integer, text, textOrNull } from '../columns.ts';
import type { Database } from './database.ts';
import { knownOf } from '../stored-import.ts';
import { planRevision } from '../revision-plan.ts';
import type { Learnt, NextRevision } from '../revision-plan.ts';
import { setLabels } from './labels.ts';
import { takePosition } from './positions.ts';

export function listRevisions(
  database: Database,
  { importId, first, after }: ListRevisionsQuery,
): RevisionPage {
  const rows = database.all(
    `/* listRevisions */ select revision, position, observed_at, state, changed, labels
     from revisions
     where import_seq = (select seq from imports where id = ?) and position > ?
     order by revision limit ?`,
    [importId, after, first + 1],
  );
  return {
    revisions: rows.slice(0, first).map((row) => {
      const changed = textOrNull(row, 'changed');
      const labels = textOrNull(row, 'labels');
      return {
        revision: integer(row, 'revision'),
        position: integer(row, 'position'),
        observedAt: integer(row, 'observed_at'),
        state: JSON.parse(text(row, 'state')),
        changed: changed === null ? null : JSON.parse(changed),
        labels: labels === null ? null : givenLabels(labels),
      };
    }),
    hasMore: rows.length > first,
  };
}

/** Whether somebody looked at the vendor and recorded a revision beyond this one. */
export function isObservedSince(database: Database, seq: number, revision: number): boolean {
  const row = database.get(
    `/* isObservedSince */ select revision from revisions
     where import_seq = ? and revision > ? and is_observed = 1 limit 1`,
    [seq, revision],
  );
  return row !== undefined;
}

export interface RevisionInput extends Learnt {
  readonly seq: number;
  readonly now: number;
}

/**
 * Sets what is known of an import, and writes one revision if anything observable differs. Answers
 * whether it did. An import that was never observed gets none for its labels.
 */
export function revise(database: Database, input: RevisionInput): boolean {
  const { seq, now } = input;
  const row = database.get(
    '/* revise: before */ select revision, position, state, labels from imports where seq = ?',
    [seq],
  );
  const known = knownOf(database, row ?? {});
  const { hasNewLabels, labels, next } = planRevision(known, input);
  if (hasNewLabels) setLabels(database, seq, labels);
  if (hasNewLabels && known.position !== null) keepLabels(database, known.position, known.labels);
  if (next !== null) writeRevision(database, { seq, next, labels, now });
  return next !== null;
}

/** Of a revision that an earlier release wrote, these are what its readers have seen. */
function keepLabels(database: Database, position: number, labels: ImportLabels): void {
  database.run(
    '/* keepLabels */ update revisions set labels = ? where position = ? and labels is null',
    [storedLabels(labels), position],
  );
}

interface WrittenRevision {
  readonly seq: number;
  readonly next: NextRevision;
  readonly labels: ImportLabels;
  readonly now: number;
}

function writeRevision(database: Database, { seq, next, labels, now }: WrittenRevision): void {
  const { revision, state, changed } = next;
  const { job, counters } = state;
  const position = takePosition(database);
  database.run(
    `/* writeRevision: import */ update imports
     set revision = ?, position = ?, place = ?, phase = ?, outcome = ?, state = ?, expires_at = ?,
         changed_at = ?
     where seq = ?`,
    [
      revision,
      position,
      position,
      job.phase,
      job.outcome,
      JSON.stringify(state),
      job.expiresAt,
      now,
      seq,
    ],
  );
  database.run(
    `/* writeRevision */ insert into revisions
       (position, import_seq, revision, observed_at, state, phase, outcome, changed, labels,
        is_observed, is_turn)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      position,
      seq,
      revision,
      now,
      JSON.stringify({ job, counters }),
      job.phase,
      job.outcome,
      JSON.stringify(changed),
      storedLabels(labels),
      Number(next.isObserved),
      Number(next.isTurn),
    ],
  );
}
