import type { Logger } from 'pino';
import { delay } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import { integer } from '../columns.ts';
import { StoreUnavailableError } from '../ledger.ts';
import { logFailure } from '../log-failure.ts';
import { forgetOld } from './asks.ts';
import { dropAbandoned } from './captures.ts';
import type { Database, Session } from './database.ts';
import { keyText } from './text.ts';

export interface ReplicaOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** So often a process says that it is here. */
const BEAT_MS = 1_000;

/** And when it has not said so for this long, it is gone, and what it held is free. */
const GONE_AFTER_MS = 10_000;

/** When nobody at all was heard for this long, the store was away. */
const MISSED_AFTER_MS = 3_000;

/** By the clock of the database, which is the same for all. */
const NOW = `(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * This process among those that watch with the same store. Leases, room and interest belong to it; when
 * it is gone without a word, the others say so after a while, and all of that is free.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #stopping = new AbortController();
  /** Imports that somebody here watches. */
  readonly #watched = new Set<string>();
  #id = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  get id(): number {
    return this.#id;
  }

  async start(): Promise<void> {
    await this.#join(this.#options.database);
    this.#running = this.#run();
  }

  /** Leaves at once: what it held is free. If the store cannot be told, the others say so later. */
  async stop(): Promise<void> {
    const { database } = this.#options;
    this.#stopping.abort();
    await this.#running;
    try {
      await database.run('/* leave */ delete from replicas where id = ?', [this.#id]);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      logFailure(this.#options, error, 'could not tell the store that this process stops');
    }
  }

  async setWatched(importIds: readonly string[], isWatched: boolean): Promise<void> {
    for (const id of importIds) {
      if (isWatched) this.#watched.add(id);
      else this.#watched.delete(id);
    }
    const { database } = this.#options;
    if (isWatched) await this.#tellWatched(database, importIds);
    else {
      await database.run(
        '/* setWatched: not */ delete from interests where replica = ? and import_id = any(?)',
        [this.#id, importIds.map(keyText)],
      );
    }
  }

  async #join(session: Session): Promise<void> {
    const row = await session.get(
      `/* join */ insert into replicas (alive_until) values (${NOW} + ?) returning id`,
      [GONE_AFTER_MS],
    );
    this.#id = integer(row ?? {}, 'id');
    if (this.#watched.size > 0) await this.#tellWatched(session, [...this.#watched]);
  }

  async #tellWatched(session: Session, importIds: readonly string[]): Promise<void> {
    await session.run(
      `/* setWatched */ insert into interests (import_id, replica)
       select id, ? from unnest(?::text[]) as id on conflict do nothing`,
      [this.#id, importIds.map(keyText)],
    );
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await delay(clock, BEAT_MS, signal);
        await this.#beat();
      } catch (error) {
        if (signal.aborted) return;
        logFailure(this.#options, error, 'could not tell the store that this process is here');
      }
    }
  }

  async #beat(): Promise<void> {
    const { database, logger } = this.#options;
    const row = await database.get(
      `/* beat */ with pulse as (
         update pulse set since = case when last < ${NOW} - ? then ${NOW} else since end, last = ${NOW}
         returning since)
       update replicas set alive_until = ${NOW} + ? where id = ?
       returning id, ${NOW} - (select since from pulse) as steady_ms`,
      [MISSED_AFTER_MS, GONE_AFTER_MS, this.#id],
    );
    if (row === undefined) {
      logger.warn('the others took this process for gone; it joins them again');
      await database.transaction((session) => this.#join(session));
      return;
    }
    if (integer(row, 'steady_ms') > GONE_AFTER_MS) await this.#sayWhoIsGone();
    await forgetOld(database);
  }

  /** Only after nobody could have missed their beats because the store was away. */
  async #sayWhoIsGone(): Promise<void> {
    const { database, logger } = this.#options;
    const gone = await database.all(
      `/* findGone */ select id from replicas where alive_until < ${NOW} limit 100`,
      [],
    );
    if (gone.length === 0) return;
    logger.warn(
      { processes: gone.length },
      'processes are gone without a word: what they held is free',
    );
    await database.transaction(async (session) => {
      await session.run(
        `/* sayWhoIsGone */ delete from replicas where id = any(?) and alive_until < ${NOW}`,
        [gone.map((row) => integer(row, 'id'))],
      );
      await dropAbandoned(session);
    });
  }
}
