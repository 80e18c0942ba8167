import { importId, UNOBSERVED } from '../../domain/import.ts';
import type { Import } from '../../domain/import.ts';
import type { ImportPage, ListImportsQuery, Tracking } from '../ledger.ts';
import { storedList } from '../stored-text.ts';
import { inheritLease } from './asks.ts';
import { allOf } from '../condition.ts';
import { conditionsOf, NOW } from './conditions.ts';
import { integer, text } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';
import { IMPORT_COLUMNS } from './import-row.ts';
import { importOf } from '../stored-import.ts';
import { takePosition } from './positions.ts';
import { revise } from './revisions.ts';

export function findImports(
  database: Database,
  ids: readonly string[],
): ReadonlyMap<string, Import> {
  const rows = database.all(
    `/* findImports */ select id, ${IMPORT_COLUMNS} from imports
     where id in (select value from json_each(?))`,
    [storedList(ids)],
  );
  return new Map(rows.map((row) => [text(row, 'id'), importOf(database, row)]));
}

export function findImport(database: Database, id: string): Import | null {
  const row = database.get(`/* findImport */ select ${IMPORT_COLUMNS} from imports where id = ?`, [
    id,
  ]);
  return row === undefined ? null : importOf(database, row);
}

export function listImports(
  database: Database,
  { filter, first, after }: ListImportsQuery,
): ImportPage {
  const conditions = conditionsOf(filter, NOW);
  if (after !== null) conditions.push({ sql: 'place < ?', parameters: [after] });
  const { sql, parameters } = allOf(conditions);
  const rows = database.all(
    `/* listImports */ select ${IMPORT_COLUMNS} from imports where ${sql}
     order by place desc limit ?`,
    [...parameters, first + 1],
  );
  return {
    items: rows
      .slice(0, first)
      .map((row) => ({ place: integer(row, 'place'), import: importOf(database, row) })),
    hasMore: rows.length > first,
  };
}

export function track(database: Database, { ref, labels, continueOnError, now }: Tracking): Import {
  const id = importId(ref);
  return database.transaction(() => {
    const known = database.get(
      '/* track: find */ select seq, freshness from imports where id = ?',
      [id],
    );
    const seq =
      known === undefined ? insertImport(database, { ref, now }) : resume(database, known, now);
    if (labels !== undefined) {
      revise(database, { seq, state: null, labels, hasNewRows: false, now });
    }
    if (continueOnError !== undefined) setFlag(database, { seq, continueOnError, now });
    return getImport(database, id);
  });
}

/** Makes an import known and due at once; answers its `seq`. */
export function insertImport(database: Database, { ref, now }: Tracking): number {
  const row = database.get(
    `/* insertImport */ insert into imports
       (id, provider_id, external_id, revision, place, phase, state, labels, freshness,
        next_look_at, attempts, tracked_at)
     values (?, ?, ?, 0, ?, ?, ?, '{}', 'PENDING', ?, 0, ?) returning seq`,
    [
      importId(ref),
      ref.providerId,
      ref.externalId,
      takePosition(database),
      UNOBSERVED.job.phase,
      JSON.stringify(UNOBSERVED),
      now,
      now,
    ],
  );
  inheritLease(database, importId(ref));
  return integer(row ?? {}, 'seq');
}

/** Looks again at an import that was given up; one that is looked at anyway stays as it is. */
function resume(database: Database, known: Row, now: number): number {
  const seq = integer(known, 'seq');
  database.run(
    `/* track: resume */ update imports
     set freshness = case when revision = 0 then 'PENDING' else 'LIVE' end, next_look_at = ?,
         attempts = 0, failing_since = null, tracked_at = ?, error_kind = null, error_message = null
     where seq = ? and freshness in ('NOT_FOUND', 'GONE', 'UNTRACKED')`,
    [now, now, seq],
  );
  return seq;
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
function setFlag(database: Database, { seq, continueOnError, now }: FlagInput): void {
  const flag = continueOnError ? 1 : 0;
  database.run(
    `/* track: flag */ update imports
     set continue_on_error = ?, is_flag_new = 1,
         open_capture = case when held_since is null then null else open_capture end,
         next_look_at = case when freshness = 'SETTLED' then ? else next_look_at end,
         freshness = case when freshness = 'SETTLED' then 'LIVE' else freshness end
     where seq = ? and continue_on_error is not ?`,
    [flag, now, seq, flag],
  );
}

export function untrack(database: Database, id: string): Import | null {
  database.run(
    `/* untrack */ update imports
     set freshness = 'UNTRACKED', next_look_at = null
     where id = ? and freshness in ('PENDING', 'LIVE', 'BACKING_OFF')`,
    [id],
  );
  return findImport(database, id);
}

function getImport(database: Database, id: string): Import {
  const found = findImport(database, id);
  if (found === null) throw new Error(`import ${id} vanished inside its own transaction`);
  return found;
}
