import type { Lease } from '../look-ledger.ts';
import type { Session } from './database.ts';
import { keyText } from './text.ts';

export async function release(session: Session, leases: readonly Lease[]): Promise<void> {
  for (const lease of leases) await endLease(session, lease);
}

/** Ends a lease that may have been lost meanwhile: that of somebody else goes on. */
export async function endLease(session: Session, { importId, number }: Lease): Promise<void> {
  await session.run(
    `/* endLease */ with asked as (
       delete from asks where import_id = ? and lease = ? and miss is null)
     update looks set lease_until = null, leased_by = null
     where import_seq = (select seq from imports where id = ?) and lease = ?`,
    [keyText(importId), number, keyText(importId), number],
  );
}

export async function extendLease(
  session: Session,
  { importId, number }: Lease,
  until: number,
): Promise<void> {
  await session.run(
    `/* extendLease */ with asked as (
       update asks set lease_until = ?
       where import_id = ? and lease = ? and miss is null and lease_until < ?)
     update looks set lease_until = ?
     where import_seq = (select seq from imports where id = ?) and lease = ?
       and lease_until < ?`,
    [until, keyText(importId), number, until, until, keyText(importId), number, until],
  );
}
