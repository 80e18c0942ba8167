import type { RetentionQuery } from '../row-ledger.ts';
import { integer, integerOrNull, text } from '../columns.ts';
import type { Database } from './database.ts';
import { raisePrunedPosition } from './positions.ts';

export function listKeptProviders(database: Database): readonly string[] {
  const rows = database.all(
    // From one to the next, so that not every import is read.
    `/* listKeptProviders */ with recursive provider (id) as (
       select min(provider_id) from imports
       union all
       select (select min(provider_id) from imports where provider_id > provider.id)
       from provider where provider.id is not null)
     select id as provider_id from provider where id is not null`,
    [],
  );
  return rows.map((row) => text(row, 'provider_id'));
}

/**
 * Rows of imports that nobody looks at any more go, too, if they never were all there. What is hidden
 * is seen by nobody from here on; `deleteHiddenRows` deletes it bit by bit.
 */
export function hideRows(
  database: Database,
  { providerId, until, now, limit }: RetentionQuery,
): number {
  const rows = database.all(
    `/* hideRows */ update captures set state = 'hidden', pruned_at = ?, columns = '[]'
     where id in (
       select id from captures
       where provider_id = ? and state = 'sealed' and sealed_at <= ? order by sealed_at limit ?)
     returning id`,
    [now, providerId, until, limit],
  );
  const open = database.all(
    `/* hideRows: given up */ update captures set state = 'hidden'
     where id in (
       select captures.id from captures join imports on imports.open_capture = captures.id
       where captures.provider_id = ? and captures.state = 'open' and captures.opened_at <= ?
         and imports.next_look_at is null
       limit ?)
     returning id`,
    [providerId, until, limit],
  );
  for (const row of open) {
    database.run(
      '/* hideRows: of nobody */ update imports set open_capture = null where open_capture = ?',
      [integer(row, 'id')],
    );
  }
  return rows.length + open.length;
}

/** A capture of which nothing is left goes too, unless it tells that an import once had rows. */
export function deleteHiddenRows(database: Database, limit: number): number {
  return database.transaction(() => {
    const hidden = database.get(
      `/* deleteHiddenRows: next */ select id, pruned_at from captures
       where state = 'hidden' order by id limit 1`,
      [],
    );
    if (hidden === undefined) return 0;
    const id = integer(hidden, 'id');
    const rows = database.all(
      `/* deleteHiddenRows */ delete from import_rows where (capture, outcome, ordinal) in (
         select capture, outcome, ordinal from import_rows where capture = ? limit ?)
       returning ordinal`,
      [id, limit],
    );
    if (rows.length === limit) return rows.length;
    database.run('/* deleteHiddenRows: groups */ delete from row_error_groups where capture = ?', [
      id,
    ]);
    const isTold = integerOrNull(hidden, 'pruned_at') !== null;
    database.run(
      isTold
        ? `/* deleteHiddenRows: told */ update captures set state = 'pruned' where id = ?`
        : '/* deleteHiddenRows: gone */ delete from captures where id = ?',
      [id],
    );
    return Math.max(1, rows.length);
  });
}

export function deleteImports(
  database: Database,
  { providerId, until, now, limit }: RetentionQuery,
): number {
  return database.transaction(() => {
    const rows = database.all(
      `/* deleteImports: which */ select seq, id, position from imports
       where provider_id = ? and next_look_at is null
         and (lease_until is null or lease_until <= ?)
         and coalesce(changed_at, tracked_at) <= ?
       order by coalesce(changed_at, tracked_at) limit ?`,
      [providerId, now, until, limit],
    );
    for (const row of rows) {
      const position = integerOrNull(row, 'position');
      if (position !== null) raisePrunedPosition(database, position);
      deleteImport(database, integer(row, 'seq'), text(row, 'id'));
    }
    return rows.length;
  });
}

function deleteImport(database: Database, seq: number, id: string): void {
  database.run(
    `/* deleteImport: rows */ update captures set state = 'hidden', pruned_at = null
     where import_id = ?`,
    [id],
  );
  database.run('/* deleteImport: revisions */ delete from revisions where import_seq = ?', [seq]);
  database.run('/* deleteImport: labels */ delete from import_labels where import_seq = ?', [seq]);
  database.run('/* deleteImport */ delete from imports where seq = ?', [seq]);
}
