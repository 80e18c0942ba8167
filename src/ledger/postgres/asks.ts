import { importId } from '../../domain/import.ts';
import { integer, text } from '../columns.ts';
import type { AskMiss, AskQuery, Asked, Lease, Missed } from '../look-ledger.ts';
import type { Database, Session } from './database.ts';
import { endLease } from './leases.ts';
import { keyText } from './text.ts';

/** So many answers that no longer hold are forgotten with each question. */
const FORGOTTEN_AT_ONCE = 100;

/** Clocks may differ. */
const KEPT_FOR_MS = 60_000;

/** Forgets answers that no longer hold, and looks that never ended. */
export async function forgetOld(session: Session): Promise<void> {
  await session.run(
    `/* forgetOld */ delete from asks where import_id in (
       select import_id from asks
       where greatest(lease_until, miss_until) <= extract(epoch from clock_timestamp()) * 1000 - ?
       limit ? for update skip locked)`,
    [KEPT_FOR_MS, FORGOTTEN_AT_ONCE],
  );
}

/** Who asks for an import after it came to be known, with eyes from before that, is told nothing. */
const KNOWN = '';
const KNOWN_FOR_MS = 60_000;

export async function claimAsked(
  database: Database,
  { refs, now, leaseMs }: AskQuery,
  replica: number,
): Promise<Asked> {
  const ids = new Map(refs.map((ref) => [keyText(importId(ref)), importId(ref)]));
  const leases: Lease[] = [];
  const misses = new Map<string, AskMiss>();
  if (refs.length === 0) return { leases, misses };
  const rows = await database.all(
    // In the order of their ids, so that no two who ask for the same wait for one another.
    `/* claimAsked */ with asked as (
       select distinct wanted.id from unnest(?::text[]) as wanted (id)
       where not exists (select 1 from imports where imports.id = wanted.id)),
     forgotten as (
       delete from asks where import_id in (
         select import_id from asks
         where greatest(lease_until, miss_until) <= ? and import_id not in (select id from asked)
         limit ? for update skip locked)),
     lease as (select nextval('leases') as number),
     taken as (
       insert into asks (import_id, lease, leased_by, lease_until)
       select asked.id, lease.number, replicas.id, ?
       from asked cross join lease join replicas on replicas.id = ? order by asked.id
       on conflict (import_id) do update
       set lease = excluded.lease, leased_by = excluded.leased_by,
           lease_until = excluded.lease_until, miss = null, miss_until = null
       where case when asks.miss is not null then asks.miss_until <= ? else asks.lease_until <= ?
           or asks.leased_by not in (select id from replicas) end
       returning import_id, lease)
     select import_id, lease, null as miss from taken
     union all
     select import_id, null, miss from asks
     where import_id in (select id from asked) and miss <> '${KNOWN}' and miss_until > ?`,
    [[...ids.keys()], now, FORGOTTEN_AT_ONCE, now + leaseMs, replica, now, now, now],
  );
  for (const row of rows) {
    const id = ids.get(text(row, 'import_id')) ?? '';
    if (row['miss'] === null) leases.push({ importId: id, number: integer(row, 'lease') });
    else misses.set(id, missOf(text(row, 'miss')));
  }
  return { leases, misses };
}

/** Only `answerAsked` writes this text, so its shape is known. */
function missOf(json: string): AskMiss {
  return JSON.parse(json);
}

/** The import may have been tracked meanwhile: then it has the lease of the look. */
export async function answerAsked(
  database: Database,
  lease: Lease,
  { miss, until }: Missed,
): Promise<void> {
  if (until !== null) {
    await database.run(
      `/* answerAsked */ update asks set lease_until = 0, miss = ?, miss_until = ?
       where import_id = ? and lease = ?`,
      [JSON.stringify(miss), until, keyText(lease.importId), lease.number],
    );
  }
  await endLease(database, lease);
}

export interface NowKnown {
  readonly id: string;
  readonly seq: number;
  readonly now: number;
}

/**
 * An import that comes to be known while somebody looks at it has the lease of that look. Its row of asks
 * stays for a while: whoever asks at this moment waits for it, and then finds the import taken.
 */
export async function inheritLease(session: Session, { id, seq, now }: NowKnown): Promise<void> {
  const asked = await session.get(
    `/* inheritLease */ insert into asks as asked
       (import_id, lease, leased_by, lease_until, miss, miss_until)
     values (?, 0, 0, 0, ?, ?)
     on conflict (import_id) do update
     set miss = excluded.miss, miss_until = excluded.miss_until
     returning lease, leased_by, lease_until`,
    [keyText(id), KNOWN, now + KNOWN_FOR_MS],
  );
  const until = integer(asked ?? {}, 'lease_until');
  if (asked === undefined || until === 0) return;
  await session.run(
    `/* inheritLease: give */ update looks set lease = ?, leased_by = ?, lease_until = ?
     where import_seq = ?`,
    [integer(asked, 'lease'), integer(asked, 'leased_by'), until, seq],
  );
}
