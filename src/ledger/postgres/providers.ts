import { HEALTH_COLUMNS, healthOf } from '../stored-import.ts';
import { integer, integerOrNull, text } from '../columns.ts';
import { UNTRIED } from '../provider-health.ts';
import type { ProviderHealth } from '../provider-health.ts';
import type { RequestGrant, RequestQuery } from '../provider-ledger.ts';
import type { Database, Session } from './database.ts';
import { keyText } from './text.ts';

/** Months are told apart by their names: `2026-01`. */
const MONTH_LENGTH = 7;

/** The name of a month (UTC) in which an instant lies, in SQL. */
const monthAt = (instant: string): string =>
  `to_char(to_timestamp(${instant} / 1000) at time zone 'utc', 'YYYY-MM')`;

/** Taking a turn and counting it hold their rows until both are kept: no two take the same. */
export async function takeRequest(
  session: Session,
  { providerId, perMonth, spacingMs, now }: RequestQuery,
): Promise<RequestGrant> {
  const row = await session.get(
    `/* takeRequest */ with pause as (
       select open_until from provider_health where provider_id = ? and open_until > ?),
     turn as (
       insert into request_turns as turns (provider_id, next_at)
       select ?, ?::double precision + ?::double precision where not exists (select 1 from pause)
       on conflict (provider_id) do update
       set next_at = greatest(turns.next_at, ?) + ?
       returning next_at - ?::double precision as at),
     counted as (
       insert into requests (provider_id, month, count)
       select ?, ${monthAt('turn.at')}, 1 from turn where ?::bigint > 0
       on conflict (provider_id, month) do update
       set count = requests.count + 1 where requests.count < ?::bigint
       returning count)
     select (select open_until from pause) as open_until, (select at from turn) as at,
       (select count from counted) as count`,
    [
      keyText(providerId),
      now,
      keyText(providerId),
      now,
      spacingMs,
      now,
      spacingMs,
      spacingMs,
      keyText(providerId),
      perMonth ?? Number.MAX_SAFE_INTEGER,
      perMonth ?? Number.MAX_SAFE_INTEGER,
    ],
  );
  const until = integerOrNull(row ?? {}, 'open_until');
  if (until !== null) return { kind: 'left-alone', until };
  const at = integer(row ?? {}, 'at');
  if (integerOrNull(row ?? {}, 'count') !== null) return { kind: 'granted', at };
  await giveTurnBack(session, { providerId, at, spacingMs });
  return { kind: 'spent' };
}

/** Unless somebody has the turn after it. */
async function giveTurnBack(
  session: Session,
  { providerId, at, spacingMs }: { providerId: string; at: number; spacingMs: number },
): Promise<void> {
  await session.run(
    '/* takeRequest: give back */ update request_turns set next_at = ? where provider_id = ? and next_at = ?::double precision + ?::double precision',
    [at, keyText(providerId), at, spacingMs],
  );
}

export async function returnRequest(
  session: Session,
  providerId: string,
  at: number,
): Promise<void> {
  const month = new Date(at).toISOString().slice(0, MONTH_LENGTH);
  await session.run(
    `/* returnRequest */ update requests set count = count - 1
     where provider_id = ? and month = ? and count > 0`,
    [keyText(providerId), month],
  );
}

export async function getRequestCount(
  session: Session,
  providerId: string,
  month: string,
): Promise<number> {
  const row = await session.get(
    '/* getRequestCount */ select count from requests where provider_id = ? and month = ?',
    [keyText(providerId), month],
  );
  return row === undefined ? 0 : integer(row, 'count');
}

export async function listProviderHealth(
  session: Session,
): Promise<ReadonlyMap<string, ProviderHealth>> {
  const rows = await session.all(
    `/* listProviderHealth */ select provider_id, ${HEALTH_COLUMNS} from provider_health`,
    [],
  );
  return new Map(rows.map((row) => [text(row, 'provider_id'), healthOf(row)]));
}

/** The row is held from before it is read until it is written: of two who revise it, none is lost. */
export async function reviseProviderHealth(
  database: Database,
  providerId: string,
  revise: (known: ProviderHealth) => ProviderHealth,
): Promise<ProviderHealth> {
  return database.transaction(async (session) => {
    await saveProviderHealth(session, providerId, UNTRIED, 'do nothing');
    const row = await session.get(
      `/* reviseProviderHealth */ select ${HEALTH_COLUMNS} from provider_health
       where provider_id = ? for update`,
      [keyText(providerId)],
    );
    const health = revise(healthOf(row ?? {}));
    await saveProviderHealth(
      session,
      keyText(providerId),
      health,
      `do update set (${HEALTH_COLUMNS}) = (excluded.last_success_at, excluded.last_failure_at,
         excluded.error_kind, excluded.error_message, excluded.failures, excluded.open_until)`,
    );
    return health;
  });
}

async function saveProviderHealth(
  session: Session,
  providerId: string,
  health: ProviderHealth,
  onConflict: string,
): Promise<void> {
  const { error } = health;
  await session.run(
    `/* saveProviderHealth */ insert into provider_health (provider_id, ${HEALTH_COLUMNS})
     values (?, ?, ?, ?, ?, ?, ?) on conflict (provider_id) ${onConflict}`,
    [
      keyText(providerId),
      health.lastSuccessAt,
      health.lastFailureAt,
      error?.kind ?? null,
      error === null ? null : error.message,
      health.failures,
      health.openUntil,
    ],
  );
}
