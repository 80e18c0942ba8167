import { integer } from '../columns.ts';
import type { Room, RoomQuery } from '../look-ledger.ts';
import { UNTRIED } from '../provider-health.ts';
import type { Database } from './database.ts';
import { HEALTH_COLUMNS, healthOf } from './providers.ts';
import { keyText } from './text.ts';

/** Room to look, which all who look share: places with numbers, each of which one of them has. */
export class Rooms {
  readonly #database: Database;
  /** How many places were made, by provider. */
  readonly #made = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes what is free, up to a fair share. On probation the first place alone counts; while the
   * provider is left alone, none does. What runs keeps its place.
   */
  async take({ providerId, room, running, now }: RoomQuery, replica: number): Promise<Room> {
    await this.#make(providerId, room);
    const row = await this.#database.get(
      `/* takeRoom */ with live as materialized (select id from replicas),
       health as materialized (
         select ${HEALTH_COLUMNS}, case when open_until > ? then 0 when open_until is not null then 1
           else ? end as places
         from (select 1) as one left join provider_health on provider_id = ?),
       own as materialized (
         select count(*) filter (where number < health.places) as count,
           ceil(health.places::numeric / (select greatest(1, count(*)) from live))::bigint as share
         from health left join slots on slots.provider_id = ? and slots.replica = ?
         group by health.places),
       free as (
         select number from slots
         where provider_id = ? and number < (select places from health)
           and (replica is null or replica not in (select id from live))
         order by number limit (select greatest(0, share - count) from own)
         for update skip locked),
       taken as (
         update slots set replica = ? from free
         where slots.provider_id = ? and slots.number = free.number returning slots.number),
       excess as (
         select number from slots
         where provider_id = ? and replica = ?
         order by number desc
         limit (select greatest(0, count - greatest(share, ?::bigint)) from own)),
       given as (
         update slots set replica = null from excess
         where slots.provider_id = ? and slots.number = excess.number returning slots.number)
       select health.*, own.count + (select count(*) from taken) - (select count(*) from given) as size
       from health, own`,
      [
        now,
        room,
        keyText(providerId),
        keyText(providerId),
        replica,
        keyText(providerId),
        replica,
        keyText(providerId),
        keyText(providerId),
        replica,
        running,
        keyText(providerId),
      ],
    );
    const found = row ?? {};
    const health = found['failures'] === null ? UNTRIED : healthOf(found);
    return { size: Math.max(running, integer(found, 'size')), health };
  }

  async leave(providerId: string, replica: number): Promise<void> {
    await this.#database.run(
      '/* leaveRoom */ update slots set replica = null where provider_id = ? and replica = ?',
      [keyText(providerId), replica],
    );
  }

  async #make(providerId: string, room: number): Promise<void> {
    if ((this.#made.get(providerId) ?? 0) >= room) return;
    await this.#database.run(
      `/* makeRoom */ insert into slots (provider_id, number)
       select ?, number from generate_series(0, ?::bigint - 1) as number
       on conflict (provider_id, number) do nothing`,
      [keyText(providerId), room],
    );
    this.#made.set(providerId, room);
  }
}
