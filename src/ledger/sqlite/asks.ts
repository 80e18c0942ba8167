import { importId } from '../../domain/import.ts';
import type { AskMiss, AskQuery, Asked, Lease, Missed } from '../look-ledger.ts';
import { storedList } from '../stored-text.ts';
import { integer, text } from '../columns.ts';
import type { Database } from './database.ts';
import type { Row } from '../columns.ts';
import { endLease, takeLeaseNumber } from './leases.ts';

/** So many looks and answers that are over are forgotten with each question. */
const FORGOTTEN_AT_ONCE = 100;

export function claimAsked(database: Database, { refs, now, leaseMs }: AskQuery): Asked {
  return database.transaction(() => {
    forgetOld(database, now);
    const free: string[] = [];
    const misses = new Map<string, AskMiss>();
    for (const id of listUnknown(database, refs.map(importId))) {
      const asked = findAsk(database, id);
      if (asked === undefined || integer(asked, 'until') <= now) free.push(id);
      else if (asked['miss'] !== null) misses.set(id, missOf(asked));
    }
    return { leases: leaseAsked(database, free, now + leaseMs), misses };
  });
}

/** The import may have been tracked meanwhile: then it has the lease of the look. */
export function answerAsked(database: Database, lease: Lease, { miss, until }: Missed): void {
  database.transaction(() => {
    if (until !== null) {
      database.run(
        '/* answerAsked */ update asks set miss = ?, until = ? where import_id = ? and lease = ?',
        [JSON.stringify(miss), until, lease.importId, lease.number],
      );
    }
    endLease(database, lease);
  });
}

/** An import that comes to be known while somebody looks at it has the lease of that look. */
export function inheritLease(database: Database, id: string): void {
  database.run(
    `/* inheritLease */ update imports set (lease, lease_until) = (
       select lease, until from asks where import_id = ?)
     where id = ? and exists (select 1 from asks where import_id = ? and miss is null)`,
    [id, id, id],
  );
  database.run('/* inheritLease: asked */ delete from asks where import_id = ?', [id]);
}

function listUnknown(database: Database, ids: readonly string[]): readonly string[] {
  const rows = database.all(
    `/* claimAsked: unknown */ select distinct value as id from json_each(?)
     where not exists (select 1 from imports where id = value)`,
    [storedList(ids)],
  );
  return rows.map((row) => text(row, 'id'));
}

function findAsk(database: Database, id: string): Row | undefined {
  return database.get('/* claimAsked: find */ select miss, until from asks where import_id = ?', [
    id,
  ]);
}

/** Only `answerAsked` writes this text, so its shape is known. */
function missOf(asked: Row): AskMiss {
  return JSON.parse(text(asked, 'miss'));
}

function leaseAsked(database: Database, ids: readonly string[], until: number): readonly Lease[] {
  if (ids.length === 0) return [];
  const number = takeLeaseNumber(database);
  for (const id of ids) {
    database.run(
      `/* claimAsked: lease */ insert or replace into asks (import_id, lease, miss, until)
       values (?, ?, null, ?)`,
      [id, number, until],
    );
  }
  return ids.map((id) => ({ importId: id, number }));
}

function forgetOld(database: Database, now: number): void {
  database.run(
    `/* claimAsked: forget */ delete from asks where import_id in (
       select import_id from asks where until <= ? order by until limit ?)`,
    [now, FORGOTTEN_AT_ONCE],
  );
}
