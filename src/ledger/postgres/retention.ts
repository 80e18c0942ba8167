import { keyText } from './text.ts';
import { integer, integerOrNull, text } from '../columns.ts';
import type { RetentionQuery } from '../row-ledger.ts';
import type { Database, Session } from './database.ts';
import { raisePrunedPosition } from './positions.ts';

export async function listKeptProviders(session: Session): Promise<readonly string[]> {
  const rows = await session.all(
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
export async function hideRows(
  session: Session,
  { providerId, until, now, limit }: RetentionQuery,
): Promise<number> {
  const rows = await session.all(
    `/* hideRows */ update captures set state = 'hidden', pruned_at = ?, columns = '[]'
     where id in (
       select id from captures
       where provider_id = ? and state = 'sealed' and sealed_at <= ? order by sealed_at limit ?
       for update skip locked)
     returning id`,
    [now, providerId, until, limit],
  );
  const open = await session.all(
    `/* hideRows: given up */ with given_up as (
       select captures.id, looks.import_seq
       from captures join looks on looks.open_capture = captures.id
       where captures.provider_id = ? and captures.state = 'open' and captures.opened_at <= ?
         and looks.next_look_at is null
       limit ? for update skip locked),
     hidden as (
       update captures set state = 'hidden' where id in (select id from given_up))
     update looks set version = version + 1, open_capture = null
     where import_seq in (select import_seq from given_up) returning import_seq`,
    [providerId, until, limit],
  );
  return rows.length + open.length;
}

/** A capture of which nothing is left goes too, unless it tells that an import once had rows. */
export async function deleteHiddenRows(database: Database, limit: number): Promise<number> {
  return database.transaction(async (session) => {
    const hidden = await session.get(
      `/* deleteHiddenRows: next */ select id, pruned_at from captures
       where state = 'hidden' order by id limit 1 for update skip locked`,
      [],
    );
    if (hidden === undefined) return 0;
    const id = integer(hidden, 'id');
    const rows = await session.all(
      `/* deleteHiddenRows */ delete from import_rows where ctid = any(array(
         select ctid from import_rows where capture = ? limit ?))
       returning ordinal`,
      [id, limit],
    );
    if (rows.length === limit) return rows.length;
    await session.run(
      '/* deleteHiddenRows: groups */ delete from row_error_groups where capture = ?',
      [id],
    );
    const isTold = integerOrNull(hidden, 'pruned_at') !== null;
    await session.run(
      isTold
        ? `/* deleteHiddenRows: told */ update captures set state = 'pruned' where id = ?`
        : '/* deleteHiddenRows: gone */ delete from captures where id = ?',
      [id],
    );
    return Math.max(1, rows.length);
  });
}

export async function deleteImports(
  database: Database,
  { providerId, until, limit, now }: RetentionQuery,
): Promise<number> {
  return database.transaction(async (session) => {
    const locked = await session.all(
      `/* deleteImports: lock */ select looks.import_seq
       from imports join looks on looks.import_seq = imports.seq
       where imports.provider_id = ? and coalesce(imports.changed_at, imports.tracked_at) <= ?
         and looks.next_look_at is null
         and (looks.lease_until is null or looks.lease_until <= ?
           or looks.leased_by not in (select id from replicas))
       order by coalesce(imports.changed_at, imports.tracked_at) limit ?
       for update of looks skip locked`,
      [keyText(providerId), until, now, limit],
    );
    // What changed just before it was locked is old no more.
    const rows = await session.all(
      `/* deleteImports: which */ select seq, id, position from imports
       where seq = any(?) and coalesce(changed_at, tracked_at) <= ?`,
      [locked.map((row) => integer(row, 'import_seq')), until],
    );
    if (rows.length === 0) return 0;
    await session.run(
      `/* deleteImports: rows */ update captures set state = 'hidden', pruned_at = null
       where import_id = any(?)`,
      [rows.map((row) => text(row, 'id'))],
    );
    await session.run('/* deleteImports */ delete from imports where seq = any(?)', [
      rows.map((row) => integer(row, 'seq')),
    ]);
    const positions = rows.map((row) => integerOrNull(row, 'position') ?? 0);
    await raisePrunedPosition(session, Math.max(...positions));
    return rows.length;
  });
}
