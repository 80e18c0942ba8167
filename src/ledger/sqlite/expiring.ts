import type { ExpiringImport, ExpiryQuery, ListExpiringQuery } from '../look-ledger.ts';
import { integer, text } from '../columns.ts';
import type { Database, Parameters } from './database.ts';

/** Imports that are still looked at, and when each is forgotten. */
const EXPIRING = `select id, seq, expires_at from (
    select id, seq, coalesce(expires_at, coalesce(observed_at, tracked_at) + ?) as expires_at
    from imports where provider_id = ? and next_look_at is not null)
  where expires_at > ? and expires_at <= ?`;

export function countExpiring(database: Database, query: ExpiryQuery): number {
  const row = database.get(
    `/* countExpiring */ select count(*) as count from (${EXPIRING})`,
    parametersOf(query),
  );
  return integer(row ?? {}, 'count');
}

export function listExpiring(
  database: Database,
  query: ListExpiringQuery,
): readonly ExpiringImport[] {
  const rows = database.all(
    `/* listExpiring */ ${EXPIRING} order by expires_at, seq limit ? offset ?`,
    [...parametersOf(query), query.first, query.skip],
  );
  return rows.map((row) => ({
    importId: text(row, 'id'),
    expiresAt: integer(row, 'expires_at'),
  }));
}

function parametersOf({ providerId, retentionMs, after, until }: ExpiryQuery): Parameters {
  return [retentionMs, providerId, after, until ?? Number.MAX_SAFE_INTEGER];
}
