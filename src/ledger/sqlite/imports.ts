import { importId, UNOBSERVED } from '../../domain/import.ts';
import type { Import, ImportLabels } from '../../domain/import.ts';
import type { ImportFilter, ImportPage, ListImportsQuery, Tracking } from '../ledger.ts';
import { integer, text } from './database.ts';
import type { Database, Parameters, Row } from './database.ts';
import { IMPORT_COLUMNS, importOf } from './import-row.ts';
import { takePosition } from './positions.ts';

export function findImports(
  database: Database,
  ids: readonly string[],
): ReadonlyMap<string, Import> {
  const rows = database.all(
    `/* findImports */ select id, ${IMPORT_COLUMNS} from imports
     where id in (select value from json_each(?))`,
    [JSON.stringify(ids)],
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
  const conditions = conditionsOf(filter);
  if (after !== null) conditions.push({ sql: 'place < ?', parameters: [after] });
  const { sql, parameters } = whereOf(conditions);
  const rows = database.all(
    `/* listImports */ select ${IMPORT_COLUMNS} from imports ${sql}
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

export interface Condition {
  readonly sql: string;
  readonly parameters: Parameters;
}

export function whereOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '', parameters: [] };
  return {
    sql: `where ${conditions.map((condition) => condition.sql).join(' and ')}`,
    parameters: conditions.flatMap((condition) => condition.parameters),
  };
}

export function conditionsOf(filter: ImportFilter): Condition[] {
  const conditions: Condition[] = [];
  const oneOf = (column: string, values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    const [only] = values;
    // A single value can use an index that is in the order of the list.
    conditions.push(
      values.length === 1 && only !== undefined
        ? { sql: `${column} = ?`, parameters: [only] }
        : {
            sql: `${column} in (select value from json_each(?))`,
            parameters: [JSON.stringify(values)],
          },
    );
  };
  oneOf('provider_id', filter.providerIds);
  oneOf('phase', filter.phases);
  oneOf('outcome', filter.outcomes);
  oneOf('id', filter.ids);
  for (const { key, value } of filter.labels ?? []) {
    conditions.push({
      sql: 'seq in (select import_seq from import_labels where key = ? and value = ?)',
      parameters: [key, value],
    });
  }
  if (filter.changedSince !== undefined) {
    conditions.push({ sql: 'changed_at >= ?', parameters: [filter.changedSince] });
  }
  return conditions;
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
    if (labels !== undefined) setLabels(database, seq, labels);
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

export function setLabels(database: Database, seq: number, labels: ImportLabels): void {
  database.run('/* setLabels: clear */ delete from import_labels where import_seq = ?', [seq]);
  for (const [key, value] of Object.entries(labels)) {
    database.run(
      '/* setLabels: add */ insert into import_labels (import_seq, key, value) values (?, ?, ?)',
      [seq, key, value],
    );
  }
  database.run('/* setLabels */ update imports set labels = ? where seq = ?', [
    JSON.stringify(labels),
    seq,
  ]);
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
