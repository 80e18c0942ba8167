import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Row } from '../../src/ledger/columns.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { connectionOptions } from '../../src/ledger/postgres/database.ts';
import type { Session } from '../../src/ledger/postgres/database.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/postgres-ledger.ts';
import { atEnd } from './at-end.ts';

export interface LedgerOptions {
  /** Absent: that of the system. */
  readonly clock?: Clock;
  /** Told each line of the log above `debug`. */
  readonly onLog?: (line: string) => void;
}

/** A ledger as one process among others has it, closed when the test ends. */
export async function joinStore(
  t: TestContext,
  url: string,
  { clock = SYSTEM_CLOCK, onLog }: LedgerOptions = {},
): Promise<Ledger> {
  const level = onLog === undefined ? 'silent' : 'info';
  const logger = pino({ level }, { write: onLog ?? (() => undefined) });
  const ledger = await openPostgresLedger(url, { clock, logger });
  atEnd(t, () => ledger.close());
  return ledger;
}

/** A connection of the test's own, closed when the test ends. */
export async function connect(t: TestContext, url: string): Promise<Client> {
  const client = new Client(connectionOptions(url));
  client.on('error', () => undefined);
  await client.connect();
  atEnd(t, () => client.end());
  return client;
}

/** A connection as the ledger sees it: what it asks of it must have no parameters. */
export function sessionOf(client: Client): Session {
  const all = async (sql: string): Promise<readonly Row[]> => (await client.query<Row>(sql)).rows;
  return {
    all,
    get: async (sql) => (await all(sql))[0],
    run: async (sql) => void (await all(sql)),
  };
}

/** Whether a statement that is like a pattern of SQL waits for somebody who holds a lock. */
export async function isWaiting(client: Client, like: string): Promise<boolean> {
  const { rows } = await client.query(
    `select 1 from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
    [like],
  );
  return rows.length > 0;
}
