import { COMPARED, HURRY_MS, PATIENCE_MS, WORK } from '../claim-order.ts';
import type { Claim, ClaimQuery, HeldFinish, LookMove } from '../look-ledger.ts';
import { isOpen } from '../provider-health.ts';
import { integer, integerOrNull, text } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';
import { findOpenCapture } from './captures.ts';
import { IMPORT_COLUMNS } from './import-row.ts';
import { importOf } from '../stored-import.ts';
import { takeLeaseNumber } from './leases.ts';
import { findProviderHealth } from './providers.ts';

export function claimDue(database: Database, query: ClaimQuery): readonly Claim[] {
  return database.transaction(() => claim(database, query));
}

function claim(
  database: Database,
  { providerId, work, limit, now, horizonMs, leaseMs }: ClaimQuery,
): readonly Claim[] {
  const dueAt = findNextDueAt(database, providerId);
  if (dueAt === null || dueAt > now || isOpen(findProviderHealth(database, providerId), now))
    return [];
  const number = takeLeaseNumber(database);
  const rows = database.all(
    `/* claimDue */ update imports
     set lease = ?, lease_until = ?, is_flag_new = 0,
       flag_lease = case is_flag_new when 1 then ? else flag_lease end
     where seq in (
       select seq from (
         select seq, next_look_at, expires_at from imports
         where provider_id = ? and next_look_at <= ? and (lease_until is null or lease_until <= ?)
           and ${WORK[work]}
         order by next_look_at limit ?)
       order by expires_at is null or expires_at > ?, case when expires_at <= ? then expires_at end,
         cast((? - next_look_at) / ? as integer) desc, expires_at is null, expires_at, next_look_at limit ?)
     returning ${IMPORT_COLUMNS}, imports.id, lease, attempts, failing_since, held_since, held_finish, open_capture,
       tracked_at, continue_on_error`,
    [
      number,
      now + leaseMs,
      number,
      providerId,
      now + horizonMs,
      now,
      Math.max(limit, COMPARED),
      now + HURRY_MS,
      now + HURRY_MS,
      now,
      PATIENCE_MS,
      limit,
    ],
  );
  return rows.map((row) => claimOf(database, row));
}

function claimOf(database: Database, row: Row): Claim {
  const flag = integerOrNull(row, 'continue_on_error');
  const held = heldOf(row);
  const open = integerOrNull(row, 'open_capture');
  return {
    import: importOf(database, row),
    schedule: {
      attempts: integer(row, 'attempts'),
      failingSince: integerOrNull(row, 'failing_since'),
      held,
      capture: held !== null || open === null ? null : findOpenCapture(database, open),
      trackedAt: integer(row, 'tracked_at'),
      continueOnError: flag === null ? null : flag === 1,
    },
    lease: { importId: text(row, 'id'), number: integer(row, 'lease') },
  };
}

function heldOf(row: Row): HeldFinish | null {
  const since = integerOrNull(row, 'held_since');
  if (since === null) return null;
  const { state, isKnown } = JSON.parse(text(row, 'held_finish'));
  const captureId = integerOrNull(row, 'open_capture');
  return { since, state, captureId, isKnown: isKnown === true };
}

export function findNextDueAt(database: Database, providerId: string): number | null {
  const row = database.get(
    `/* findNextDueAt */ select min(due) as due from (
       select next_look_at as due from (
         select next_look_at from imports
         where provider_id = ? and next_look_at is not null and lease_until is null
         order by next_look_at limit 1)
       union all
       select min(max(lease_until, next_look_at)) from imports
       where provider_id = ? and lease_until is not null and next_look_at is not null)`,
    [providerId, providerId],
  );
  return row === undefined ? null : integerOrNull(row, 'due');
}

export function bringForward(
  database: Database,
  importId: string,
  { from, to }: LookMove,
): boolean {
  database.run(
    `/* bringForward */ update imports
     set next_look_at = ?,
         attempts = case when next_look_at is null then 0 else attempts end,
         failing_since = case when next_look_at is null then null else failing_since end
     where id = ? and freshness not in ('SETTLED', 'UNTRACKED')
       and next_look_at is ? and (next_look_at is null or next_look_at > ?)`,
    [to, importId, from, to],
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
