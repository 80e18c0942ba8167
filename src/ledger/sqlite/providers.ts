import { HEALTH_COLUMNS, healthOf } from '../stored-import.ts';
import { UNTRIED } from '../provider-health.ts';
import type { ProviderHealth } from '../provider-health.ts';
import type { RequestGrant, RequestQuery } from '../provider-ledger.ts';
import { integer, text } from '../columns.ts';
import type { Database } from './database.ts';

/** Whole months are told apart by their names: `2026-01`. */
const MONTH_LENGTH = 7;

export function takeRequest(
  database: Database,
  { providerId, perMonth, spacingMs, now }: RequestQuery,
): RequestGrant {
  return database.transaction(() => {
    const { openUntil } = findProviderHealth(database, providerId);
    if (openUntil !== null && now < openUntil) return { kind: 'left-alone', until: openUntil };
    const at = Math.max(now, nextTurnAt(database, providerId));
    const month = new Date(at).toISOString().slice(0, MONTH_LENGTH);
    if (perMonth !== null && getRequestCount(database, providerId, month) >= perMonth) {
      return { kind: 'spent' };
    }
    database.run(
      `/* takeRequest: count */ insert into requests (provider_id, month, count) values (?, ?, 1)
       on conflict (provider_id, month) do update set count = count + 1`,
      [providerId, month],
    );
    database.run(
      '/* takeRequest: turn */ insert or replace into request_turns (provider_id, next_at) values (?, ?)',
      [providerId, at + spacingMs],
    );
    return { kind: 'granted', at };
  });
}

export function returnRequest(database: Database, providerId: string, at: number): void {
  const month = new Date(at).toISOString().slice(0, MONTH_LENGTH);
  database.run(
    `/* returnRequest */ update requests set count = count - 1
     where provider_id = ? and month = ? and count > 0`,
    [providerId, month],
  );
}

function nextTurnAt(database: Database, providerId: string): number {
  const row = database.get(
    '/* takeRequest: next */ select next_at from request_turns where provider_id = ?',
    [providerId],
  );
  return row === undefined ? 0 : integer(row, 'next_at');
}

export function getRequestCount(database: Database, providerId: string, month: string): number {
  const row = database.get(
    '/* getRequestCount */ select count from requests where provider_id = ? and month = ?',
    [providerId, month],
  );
  return row === undefined ? 0 : integer(row, 'count');
}

export function listProviderHealth(database: Database): ReadonlyMap<string, ProviderHealth> {
  const rows = database.all(
    `/* listProviderHealth */ select provider_id, ${HEALTH_COLUMNS} from provider_health`,
    [],
  );
  return new Map(rows.map((row) => [text(row, 'provider_id'), healthOf(row)]));
}

export function findProviderHealth(database: Database, providerId: string): ProviderHealth {
  const row = database.get(
    `/* findProviderHealth */ select ${HEALTH_COLUMNS} from provider_health where provider_id = ?`,
    [providerId],
  );
  return row === undefined ? UNTRIED : healthOf(row);
}

export function reviseProviderHealth(
  database: Database,
  providerId: string,
  revise: (known: ProviderHealth) => ProviderHealth,
): ProviderHealth {
  return database.transaction(() => {
    const health = revise(findProviderHealth(database, providerId));
    saveProviderHealth(database, providerId, health);
    return health;
  });
}

function saveProviderHealth(database: Database, providerId: string, health: ProviderHealth): void {
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
