import { importId } from '../../domain/import.ts';
import { integer } from '../columns.ts';
import type { ExpiringImport, ExpiryQuery, ListExpiringQuery } from '../look-ledger.ts';
import type { Session } from './database.ts';
import { refOf } from '../stored-import.ts';
import { keyText } from './text.ts';

/** Imports that are still looked at, and when each is forgotten. */
const EXPIRING = `select * from (
    select imports.provider_id, imports.external_id, imports.seq,
      coalesce(expires_at, coalesce(observed_at, tracked_at) + ?::bigint) as expires_at
    from looks join imports on imports.seq = looks.import_seq
    where looks.provider_id = ? and next_look_at is not null) as active
  where expires_at > ?::bigint and expires_at <= ?::bigint`;

export async function countExpiring(session: Session, query: ExpiryQuery): Promise<number> {
  const row = await session.get(
    `/* countExpiring */ select count(*) as count from (${EXPIRING}) as expiring`,
    parametersOf(query),
  );
  return integer(row ?? {}, 'count');
}

export async function listExpiring(
  session: Session,
  query: ListExpiringQuery,
): Promise<readonly ExpiringImport[]> {
  const rows = await session.all(
    `/* listExpiring */ ${EXPIRING} order by expires_at, seq limit ? offset ?`,
    [...parametersOf(query), query.first, query.skip],
  );
  return rows.map((row) => ({
    importId: importId(refOf(row)),
    expiresAt: integer(row, 'expires_at'),
  }));
}

function parametersOf({ providerId, retentionMs, after, until }: ExpiryQuery) {
  return [retentionMs, keyText(providerId), after, until ?? Number.MAX_SAFE_INTEGER];
}
