import { COMPARED, HURRY_MS, PATIENCE_MS, WORK } from '../claim-order.ts';
import { importId } from '../../domain/import.ts';
import { integer, integerOrNull, text } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Claim, ClaimQuery, HeldFinish, LookMove } from '../look-ledger.ts';
import { CAPTURE_COLUMNS, captureOf } from './captures.ts';
import type { Database, Session } from './database.ts';
import { IMPORT_COLUMNS } from './import-row.ts';
import { importOf } from '../stored-import.ts';
import { keyText } from './text.ts';

/** More are not leased at once: of those in front of the first that is free, so many are looked through. */
const MOST_LEASED = 1_000;

/** Nobody looks at it: its lease is over, or whoever had it is gone. */
const IS_FREE = `(lease_until is null or lease_until <= ?
  or leased_by <> all (array(select id from replicas)))`;

/** Due imports that are locked are being claimed or recorded by somebody else this moment. */
export async function claimDue(
  database: Database,
  { providerId, work, limit, now, horizonMs, leaseMs }: ClaimQuery,
  replica: number,
): Promise<readonly Claim[]> {
  const rows = await database.all(
    // Only what is chosen is locked: the rest of what is compared is left to others. How many are compared
    // stands in the text, as the database plans for a tenth of all where it does not know.
    `/* claimDue */ with due as materialized (
       select import_seq, next_look_at, expires_at from looks
       where provider_id = ? and next_look_at is not null and next_look_at <= ? and ${IS_FREE}
         and ${WORK[work]}
         and (
           select first.next_look_at from looks as first
           where first.provider_id = ? and first.next_look_at is not null
             and ${IS_FREE.replaceAll('leas', 'first.leas')}
           order by first.next_look_at limit 1) <= ?
         and exists (select 1 from replicas where id = ?)
         and not exists (
           select 1 from provider_health where provider_id = ? and open_until > ?)
       order by next_look_at limit ${Math.max(limit, COMPARED)}),
     chosen as (
       select looks.import_seq from due join looks on looks.import_seq = due.import_seq
       where looks.next_look_at is not null and looks.next_look_at <= ? and ${IS_FREE.replaceAll('leas', 'looks.leas')}
       order by due.expires_at is null or due.expires_at > ?,
         case when due.expires_at <= ? then due.expires_at end,
         trunc((? - due.next_look_at)::numeric / ?) desc, due.expires_at is null, due.expires_at,
         due.next_look_at
       limit ? for update of looks skip locked),
     lease as materialized (select nextval('leases') as number),
     claimed as (
       update looks set lease = lease.number, lease_until = ?, leased_by = ?, is_flag_new = false,
         flag_lease = case when is_flag_new then lease.number else flag_lease end
       from chosen cross join lease where looks.import_seq = chosen.import_seq
       returning looks.*)
     select ${IMPORT_COLUMNS}, looks.lease, looks.attempts,
       looks.failing_since, looks.held_since, looks.held_finish, looks.open_capture,
       looks.continue_on_error, imports.tracked_at, capture.*
     from claimed as looks join imports on imports.seq = looks.import_seq
       left join (select ${CAPTURE_COLUMNS} from captures where state = 'open') as capture
         on capture.id = looks.open_capture`,
    [
      keyText(providerId),
      now + horizonMs,
      now,
      keyText(providerId),
      now,
      now,
      replica,
      keyText(providerId),
      now,
      now + horizonMs,
      now,
      now + HURRY_MS,
      now + HURRY_MS,
      now,
      PATIENCE_MS,
      limit,
      now + leaseMs,
      replica,
    ],
  );
  return rows.map((row) => claimOf(database, row));
}

function claimOf(database: Database, row: Row): Claim {
  const known = importOf(database, row);
  const flag = row['continue_on_error'];
  const held = heldOf(row);
  const hasCapture = held === null && row['id'] !== null;
  return {
    import: known,
    schedule: {
      attempts: integer(row, 'attempts'),
      failingSince: integerOrNull(row, 'failing_since'),
      held,
      capture: hasCapture ? captureOf(row) : null,
      trackedAt: integer(row, 'tracked_at'),
      continueOnError: typeof flag === 'boolean' ? flag : null,
    },
    lease: { importId: importId(known.ref), number: integer(row, 'lease') },
  };
}

function heldOf(row: Row): HeldFinish | null {
  const since = integerOrNull(row, 'held_since');
  if (since === null) return null;
  const { state, isKnown } = JSON.parse(text(row, 'held_finish'));
  const captureId = integerOrNull(row, 'open_capture');
  return { since, state, captureId, isKnown: isKnown === true };
}

export async function findNextDueAt(session: Session, providerId: string): Promise<number | null> {
  const row = await session.get(
    // What is leased stands in front of the first that is free.
    `/* findNextDueAt */ with live as materialized (select id from replicas),
     free as materialized (
       select next_look_at from looks
       where provider_id = ? and next_look_at is not null
         and (lease_until is null or leased_by not in (select id from live))
       order by next_look_at limit 1),
     leased as (
       select greatest(lease_until, next_look_at) as due from looks
       where provider_id = ? and next_look_at is not null and lease_until is not null
         and next_look_at <= coalesce((select next_look_at from free), ?)
         and leased_by in (select id from live)
       limit ?)
     select least((select next_look_at from free), (select min(due) from leased)) as due`,
    [keyText(providerId), keyText(providerId), Number.MAX_SAFE_INTEGER, MOST_LEASED],
  );
  return row === undefined ? null : integerOrNull(row, 'due');
}

export async function bringForward(
  session: Session,
  importId: string,
  { from, to }: LookMove,
): Promise<boolean> {
  const row = await session.get(
    `/* bringForward */ with forward as (
       update looks
       set version = version + 1, next_look_at = least(next_look_at, ?),
           attempts = case when next_look_at is null then 0 else attempts end,
           failing_since = case when next_look_at is null then null else failing_since end
       where import_seq = (select seq from imports where id = ?)
         and freshness not in ('SETTLED', 'UNTRACKED')
         and next_look_at is not distinct from ?::bigint
         and (next_look_at is null or next_look_at > ? or lease_until is not null)
       returning next_look_at)
     select coalesce((select next_look_at from forward), next_look_at) as next_look_at
     from looks where import_seq = (select seq from imports where id = ?)`,
    [to, keyText(importId), from, to, keyText(importId)],
  );
  return row !== undefined && integerOrNull(row, 'next_look_at') !== null;
}

export async function countActive(session: Session, providerId: string): Promise<number> {
  const row = await session.get(
    `/* countActive */ select count(*) as count from looks
     where provider_id = ? and next_look_at is not null`,
    [keyText(providerId)],
  );
  return integer(row ?? {}, 'count');
}
