import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { Client } from 'pg';
import { delay } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import { importId } from '../../domain/import.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { ChangeHint } from '../ledger.ts';
import { logFailure } from '../log-failure.ts';
import { connectionOptions } from './database.ts';
import type { Database } from './database.ts';
import { refOf } from '../stored-import.ts';
import { getLatestPosition } from './positions.ts';

export interface FeedOptions {
  readonly url: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** So often it is read what changed, whether or not anybody says that something did. */
const POLL_MS = 1_000;

/** Not more often, however much changes: many changes are read at once. */
const READ_AGAIN_MS = 50;

/** Others are told of many changes at once. */
const TELL_AFTER_MS = 10;
const TELL_AGAIN_MS = 50;

const LISTEN_TIMEOUT_MS = 5_000;
const END_WITHIN_MS = 1_000;

/** A connection that broke is made again after this. */
const LISTEN_AGAIN_MS = 250;

const PAGE = 1_000;

const CHANNEL = 'imports_changed';

/**
 * Says what changed in the store, whoever changed it. A notification is only a hint that it is worth
 * reading on from the last number that was read; that alone is the truth, so one that is lost costs at
 * most the time until it is read anyway.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #listeners = new Set<(hint: ChangeHint) => void>();
  readonly #stopping = new AbortController();
  #last = 0;
  #running: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  #isWoken = false;
  #toldAt = -Infinity;
  /** Tells the own notifications from those of others. */
  readonly #name = randomUUID();
  #cancelTelling: (() => void) | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#last = await getLatestPosition(this.#options.database);
    this.#running = Promise.all([this.#read(), this.#listen()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelTelling?.();
    this.#wake();
    await this.#running;
  }

  subscribe(listener: (hint: ChangeHint) => void): () => void {
    // A listener of its own, so that subscribing one function twice is two subscriptions.
    const own = (hint: ChangeHint): void => listener(hint);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Something was changed here: it is read at once, or soon if just read, and the others are told soon. */
  changed(): void {
    this.#wakeUp();
    const { clock } = this.#options;
    const isSoon = clock.now() < this.#toldAt + TELL_AGAIN_MS;
    this.#cancelTelling ??= clock.after(isSoon ? TELL_AGAIN_MS : TELL_AFTER_MS, () => {
      this.#cancelTelling = null;
      this.#toldAt = clock.now();
      this.#tell().catch((error: unknown) => {
        this.#options.logger.debug({ err: error }, 'could not tell of a change; it is read anyway');
      });
    });
  }

  async #tell(): Promise<void> {
    await this.#options.database.run(`/* tell */ select pg_notify('${CHANNEL}', ?)`, [this.#name]);
  }

  #wakeUp(): void {
    this.#isWoken = true;
    this.#wake();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#isWoken = false;
        await this.#readOn();
      } catch (error) {
        logFailure(this.#options, error, 'could not read what changed; it is read again');
      }
      await this.#sleep();
    }
  }

  async #sleep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    const readAt = clock.now();
    await new Promise<void>((resolve) => {
      let cancel = clock.after(POLL_MS, resolve);
      let isPlanned = false;
      this.#wake = () => {
        const hasJustRead = clock.now() < readAt + READ_AGAIN_MS && !signal.aborted;
        if (hasJustRead && isPlanned) return;
        cancel();
        isPlanned = hasJustRead;
        if (hasJustRead) cancel = clock.after(READ_AGAIN_MS, resolve);
        else resolve();
      };
      if (this.#isWoken || signal.aborted) this.#wake();
    });
  }

  async #readOn(): Promise<void> {
    for (let count = PAGE; count === PAGE && !this.#stopping.signal.aborted;) {
      const before = this.#last;
      const rows = await this.#options.database.all(
        `/* readFeed */ select provider_id, external_id, position, touched from imports where touched > ?
         order by touched limit ?`,
        [before, PAGE],
      );
      for (const row of rows) {
        this.#last = integer(row, 'touched');
        const id = importId(refOf(row));
        this.#announce({ importId: id, position: integerOrNull(row, 'position') });
      }
      count = rows.length;
    }
  }

  #announce(hint: ChangeHint): void {
    for (const listener of this.#listeners) listener(hint);
  }

  async #listen(): Promise<void> {
    const { clock, logger, url } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const client = new Client({ ...connectionOptions(url), query_timeout: LISTEN_TIMEOUT_MS });
      try {
        await this.#listenWith(client);
      } catch (error) {
        logger.debug({ err: error }, 'the connection that listens for changes broke');
      } finally {
        await this.#end(client);
      }
      await delay(clock, LISTEN_AGAIN_MS, signal).catch(() => undefined);
    }
  }

  /** A server that has gone without a word is not waited for. */
  async #end(client: Client): Promise<void> {
    const waited = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(END_WITHIN_MS, () => waited.resolve());
    await Promise.race([client.end().catch(() => undefined), waited.promise]);
    cancel();
  }

  /** Resolves when it is to stop or the connection is closed; rejects when that breaks. */
  async #listenWith(client: Client): Promise<void> {
    const { signal } = this.#stopping;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    client.on('error', reject);
    client.on('end', () => resolve());
    client.on('notification', ({ payload }) => {
      if (payload !== this.#name) this.#wakeUp();
    });
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      // What changed while nobody listened.
      this.#wakeUp();
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
