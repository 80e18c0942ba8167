import { integer } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Line, Room, RoomQuery } from '../look-ledger.ts';
import { isOnProbation, isOpen, UNTRIED } from '../provider-health.ts';
import type { Database } from './database.ts';
import { HEALTH_COLUMNS, healthOf } from '../stored-import.ts';
import { keyText } from './text.ts';

/** So long is a turn to have one place more than others. */
const TURN_MS = 1_000;

/** Room to look, which all who look share: places with numbers, each of which one of them has. */
export class Rooms {
  readonly #database: Database;
  /** How many places were made, by provider. */
  readonly #made = new Map<string, number>();
  /** Where there may be something to give back. */
  readonly #held = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Mostly what it has is what it is to have: that is only read. */
  async take(query: RoomQuery, replica: number): Promise<Room> {
    await this.#make(query.providerId, query.room);
    this.#held.add(query.providerId);
    return (await this.#keep(query, replica)) ?? (await this.#change(query, replica));
  }

  /** Null when there is more to take, or something to give. */
  async #keep(
    { providerId, room, running, now }: RoomQuery,
    replica: number,
  ): Promise<Room | null> {
    const row = await this.#database.get(
      `/* takeRoom: keep */ select ${HEALTH_COLUMNS},
         (select count(*) from slots
          where slots.provider_id = ? and replica = ? and number < ?) as own,
         (select count(*) from replicas) as sharers,
         (select count(*) from replicas where id < ?) as before,
         (select count(*) from replicas where id = ?) as here
       from (select 1) as one left join provider_health on provider_id = ?`,
      [keyText(providerId), replica, room, replica, replica, keyText(providerId)],
    );
    const found = row ?? {};
    const health = found['failures'] === null ? UNTRIED : healthOf(found);
    const line = lineOf(found);
    // Or the others took this process for gone: what it took would be theirs at once.
    if (isOpen(health, now) || integer(found, 'here') === 0) return { size: running, health, line };
    const own = integer(found, 'own');
    const turn = (line.place + Math.floor(now / TURN_MS)) % line.length;
    const share = Math.floor(room / line.length) + (turn < room % line.length ? 1 : 0);
    if (isOnProbation(health) || own !== share || own === 0) return null;
    return { size: Math.max(running, own), health, line };
  }

  /**
   * Takes what is free, up to a fair share, and gives what is beyond it. Where the places do not come
   * out even, who has one more, or one at all, takes turns: else who comes last waits for as long as the
   * others have work. Whose turn it is not takes a place that nobody has, for one look. On probation the
   * first place alone counts; while the provider is left alone, none does. What runs keeps its place.
   */
  async #change({ providerId, room, running, now }: RoomQuery, replica: number): Promise<Room> {
    const row = await this.#database.get(
      `/* takeRoom */ with live as materialized (select id from replicas),
       health as materialized (
         select ${HEALTH_COLUMNS}, case when open_until > ? then 0 when open_until is not null then 1
           else ?::bigint end as places
         from (select 1) as one left join provider_health on provider_id = ?),
       turn as materialized (
         select sharers, before, places / sharers
           + case when (before + ?::bigint) % sharers < places % sharers then 1 else 0 end as share
         from health cross join (
           select count(*) as sharers, count(*) filter (where id < ?) as before from live
           having bool_or(id = ?)) as line),
       own as materialized (
         select count(*) filter (where number < places) as count, coalesce(max(share), 0) as share,
           coalesce(max(sharers), 0) as sharers, coalesce(max(before), 0) as before,
           coalesce(max(case when share is not null then greatest(share, least(places, 1)) end), 0) as most
         from health left join turn on true
           left join slots on slots.provider_id = ? and slots.replica = ?),
       free as (
         select number from slots
         where provider_id = ? and number < (select places from health)
           and replica is null
         order by number limit (select greatest(0, most - count) from own)
         for update skip locked),
       taken as (
         update slots set replica = ? from free
         where slots.provider_id = ? and slots.number = free.number returning slots.number),
       excess as (
         select number from slots
         where provider_id = ? and replica = ? and number < (select places from health)
         order by number desc
         limit (select greatest(0, count - greatest(share, ?::bigint)) from own)),
       given as (
         update slots set replica = null from excess
         where slots.provider_id = ? and slots.number = excess.number returning slots.number)
       select health.*, own.sharers, own.before, own.count + (select count(*) from taken) - (select count(*) from given) as size
       from health, own`,
      [
        now,
        room,
        keyText(providerId),
        Math.floor(now / TURN_MS),
        replica,
        replica,
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
    return { size: Math.max(running, integer(found, 'size')), health, line: lineOf(found) };
  }

  async leave(providerId: string, replica: number): Promise<void> {
    if (!this.#held.has(providerId)) return;
    await this.#database.run(
      '/* leaveRoom */ update slots set replica = null where provider_id = ? and replica = ?',
      [keyText(providerId), replica],
    );
    this.#held.delete(providerId);
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

/** One that the others took for gone stands alone, until it joins them again. */
function lineOf(row: Row): Line {
  return { place: integer(row, 'before'), length: Math.max(1, integer(row, 'sharers')) };
}
