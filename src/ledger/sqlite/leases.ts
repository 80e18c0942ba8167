import type { Lease } from '../look-ledger.ts';
import { integer } from '../columns.ts';
import type { Database } from './database.ts';

/** Takes the next number for leases that are given together. Only inside a transaction. */
export function takeLeaseNumber(database: Database): number {
  const row = database.get(
    '/* takeLeaseNumber */ update positions set leases = leases + 1 returning leases',
    [],
  );
  return integer(row ?? {}, 'leases');
}

export function release(database: Database, leases: readonly Lease[]): void {
  if (leases.length === 0) return;
  database.transaction(() => {
    for (const lease of leases) endLease(database, lease);
  });
}

/** Ends a lease that may have been lost meanwhile: that of somebody else goes on. */
export function endLease(database: Database, { importId, number }: Lease): void {
  database.run('/* endLease */ update imports set lease_until = null where id = ? and lease = ?', [
    importId,
    number,
  ]);
  database.run(
    '/* endLease: asked */ delete from asks where import_id = ? and lease = ? and miss is null',
    [importId, number],
  );
}

export function extendLease(database: Database, { importId, number }: Lease, until: number): void {
  database.run(
    `/* extendLease */ update imports set lease_until = ?
     where id = ? and lease = ? and lease_until is not null and lease_until < ?`,
    [until, importId, number, until],
  );
  database.run(
    `/* extendLease: asked */ update asks set until = ?
     where import_id = ? and lease = ? and miss is null and until < ?`,
    [until, importId, number, until],
  );
}

/** For a store with one process: whatever an earlier process had leased is free again. */
export function releaseAll(database: Database): void {
  database.run(
    '/* releaseAll */ update imports set lease_until = null where lease_until is not null',
    [],
  );
  database.run('/* releaseAll: asked */ delete from asks where miss is null', []);
}
