import { changedParts } from '../../domain/change.ts';
import type { ImportPart, Snapshot } from '../../domain/change.ts';
import type { ImportLabels, ImportState } from '../../domain/import.ts';
import { isSame } from '../../domain/same.ts';
import type { ListRevisionsQuery, RevisionPage } from '../change-page.ts';
import { givenLabels, storedLabels } from '../stored-text.ts';
import { integer, integerOrNull, text, textOrNull } from './database.ts';
import type { Database } from './database.ts';
import { stateOf } from './import-row.ts';
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

export interface RevisionInput {
  readonly seq: number;
  /** Null leaves it as it is. */
  readonly state: ImportState | null;
  /** Undefined leaves them as they are. */
  readonly labels: ImportLabels | undefined;
  /** Other rows show than before. */
  readonly hasNewRows: boolean;
  readonly now: number;
}

/**
 * Sets what is known of an import, and writes one revision if anything observable differs. Answers
 * whether it did. An import that was never observed gets none for its labels.
 */
export function revise(database: Database, input: RevisionInput): boolean {
  const { seq, now } = input;
  const known = database.get(
    '/* revise: before */ select revision, position, state, labels from imports where seq = ?',
    [seq],
  );
  if (known === undefined) throw new Error('an import vanished inside its own transaction');
  const before: Snapshot = {
    state: stateOf(text(known, 'state')),
    labels: givenLabels(text(known, 'labels')),
  };
  const labels = input.labels ?? before.labels;
  const hasNewLabels = !isSame(before.labels, labels);
  if (hasNewLabels) setLabels(database, seq, labels);
  const position = integerOrNull(known, 'position');
  if (position === null && input.state === null) return false;
  if (hasNewLabels) keepLabels(database, position, before.labels);

  const state = input.state === null ? before.state : stateOf(JSON.stringify(input.state));
  const changed = changedParts({
    before: position === null ? null : before,
    after: { state, labels },
    hasNewRows: input.hasNewRows,
  });
  if (position !== null && changed.length === 0) return false;
  const revision = integer(known, 'revision') + 1;
  writeRevision(database, { seq, revision, state, labels, changed, now });
  return true;
}

/** Of a revision that an earlier release wrote, these are what its readers have seen. */
function keepLabels(database: Database, position: number | null, labels: ImportLabels): void {
  database.run(
    '/* keepLabels */ update revisions set labels = ? where position = ? and labels is null',
    [storedLabels(labels), position],
  );
}

interface WrittenRevision {
  readonly seq: number;
  readonly revision: number;
  readonly state: ImportState;
  readonly labels: ImportLabels;
  readonly changed: readonly ImportPart[];
  readonly now: number;
}

/** Of these, filters ask. */
const FILTERED: ReadonlySet<ImportPart> = new Set(['PHASE', 'OUTCOME', 'LABELS']);

function writeRevision(
  database: Database,
  { seq, revision, state, labels, changed, now }: WrittenRevision,
): void {
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
  const isFirst = revision === 1;
  const isObserved = isFirst || changed.some((part) => part !== 'LABELS');
  const isTurn = !isFirst && changed.some((part) => FILTERED.has(part));
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
      Number(isObserved),
      Number(isTurn),
    ],
  );
}
