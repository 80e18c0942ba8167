import type { Claim, ClaimQuery, HeldFinish } from '../ledger.ts';
import { integer, integerOrNull, text } from './database.ts';
import type { Database, Row } from './database.ts';
import { IMPORT_COLUMNS, importOf } from './import-row.ts';

export function claimDue(
  database: Database,
  { providerId, limit, now, horizonMs, leaseMs }: ClaimQuery,
): readonly Claim[] {
  const dueAt = findNextDueAt(database, providerId);
  if (dueAt === null || dueAt > now) return [];
  const rows = database.all(
    `/* claimDue */ update imports set lease_until = ?, is_flag_new = 0
     where seq in (
       select seq from imports
       where provider_id = ? and next_look_at <= ? and (lease_until is null or lease_until <= ?)
       order by next_look_at limit ?)
     returning ${IMPORT_COLUMNS}, attempts, held_since, held_finish, tracked_at, continue_on_error`,
    [now + leaseMs, providerId, now + horizonMs, now, limit],
  );
  return rows.map((row) => claimOf(database, row));
}

function claimOf(database: Database, row: Row): Claim {
  const flag = integerOrNull(row, 'continue_on_error');
  return {
    import: importOf(database, row),
    schedule: {
      attempts: integer(row, 'attempts'),
      held: heldOf(row),
      trackedAt: integer(row, 'tracked_at'),
      continueOnError: flag === null ? null : flag === 1,
    },
  };
}

function heldOf(row: Row): HeldFinish | null {
  const since = integerOrNull(row, 'held_since');
  return since === null ? null : { since, ...JSON.parse(text(row, 'held_finish')) };
}

/** For a store with one process: whatever an earlier process had leased is free again. */
export function releaseAll(database: Database): void {
  database.run(
    '/* releaseAll */ update imports set lease_until = null where lease_until is not null',
    [],
  );
}

export function findNextDueAt(database: Database, providerId: string): number | null {
  const row = database.get(
    `/* findNextDueAt */ select min(due) as due from (
       select next_look_at as due from (
         select next_look_at from imports
         where provider_id = ? and next_look_at is not null and lease_until is null
         order by next_look_at limit 1)
       union all
       select min(lease_until) from imports where provider_id = ? and lease_until is not null)`,
    [providerId, providerId],
  );
  return row === undefined ? null : integerOrNull(row, 'due');
}

export function bringForward(database: Database, importId: string, at: number): boolean {
  database.run(
    `/* bringForward */ update imports
     set next_look_at = ?,
         attempts = case when next_look_at is null then 0 else attempts end
     where id = ? and freshness not in ('SETTLED', 'UNTRACKED')
       and (next_look_at is null or next_look_at > ?)`,
    [at, importId, at],
  );
  const row = database.get(
    '/* bringForward: answer */ select next_look_at from imports where id = ?',
    [importId],
  );
  return row !== undefined && integerOrNull(row, 'next_look_at') !== null;
}

export function countActive(database: Database, providerId: string): number {
  const row = database.get(
    `/* countActive */ select count(*) as count from imports
     where provider_id = ? and next_look_at is not null`,
    [providerId],
  );
  return integer(row ?? {}, 'count');
}
