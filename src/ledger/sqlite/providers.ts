import type { ProviderHealth } from '../ledger.ts';
import { integer, integerOrNull, text } from './database.ts';
import type { Database } from './database.ts';
import { failureOf } from './import-row.ts';

export function countRequest(
  database: Database,
  { providerId, month, limit }: { providerId: string; month: string; limit: number },
): boolean {
  const row = database.get(
    `/* countRequest */ insert into requests (provider_id, month, count) select ?, ?, 1 where ? > 0
     on conflict (provider_id, month) do update set count = count + 1 where count < ?
     returning count`,
    [providerId, month, limit, limit],
  );
  return row !== undefined;
}

export function getRequestCount(database: Database, providerId: string, month: string): number {
  const row = database.get(
    '/* getRequestCount */ select count from requests where provider_id = ? and month = ?',
    [providerId, month],
  );
  return row === undefined ? 0 : integer(row, 'count');
}

export function listProviderHealth(database: Database): ReadonlyMap<string, ProviderHealth> {
  const rows = database.all('/* listProviderHealth */ select * from provider_health', []);
  return new Map(
    rows.map((row) => [
      text(row, 'provider_id'),
      {
        lastSuccessAt: integerOrNull(row, 'last_success_at'),
        lastFailureAt: integerOrNull(row, 'last_failure_at'),
        error: failureOf(row),
        failures: integer(row, 'failures'),
        openUntil: integerOrNull(row, 'open_until'),
      },
    ]),
  );
}

export function saveProviderHealth(
  database: Database,
  providerId: string,
  health: ProviderHealth,
): void {
  database.run(
    `/* saveProviderHealth */ insert or replace into provider_health
       (provider_id, last_success_at, last_failure_at, error_kind, error_message, failures,
        open_until)
     values (?, ?, ?, ?, ?, ?, ?)`,
    [
      providerId,
      health.lastSuccessAt,
      health.lastFailureAt,
      health.error?.kind ?? null,
      health.error?.message ?? null,
      health.failures,
      health.openUntil,
    ],
  );
}
