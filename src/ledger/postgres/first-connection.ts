import { Client, DatabaseError } from 'pg';
import type { Logger } from 'pino';
import { LedgerError } from '../ledger.ts';
import { connectionOptions } from './database.ts';
import { unavailable } from './unavailable.ts';

/** The oldest release of PostgreSQL that this is tried with, as the server tells it. */
const OLDEST_SERVER = 140_000;

/** What a server that answers says of an address that cannot be used, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28000': 'the server refuses the user in STORE_URL; correct it, or let it in (pg_hba.conf)',
  '28P01': 'the server refuses the user and password in STORE_URL; correct them',
  '3D000': 'the database in STORE_URL does not exist; create it, or correct STORE_URL',
  '42501': 'the user in STORE_URL may not do what is needed; let it create and alter tables',
};

/**
 * The first connection to a store. Throws a `LedgerError` that says what to do when the address or the
 * server cannot be used, and a `StoreUnavailableError` when it cannot be reached.
 */
export async function connectFirst(url: string, logger: Logger): Promise<Client> {
  const client = createClient(url);
  client.on('error', (error) =>
    logger.debug({ err: error }, 'the connection for migrations broke'),
  );
  try {
    await client.connect();
    await checkServer(client);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw refusal(error) ?? unusable(error);
  }
}

/** What is to be said to whoever runs the service of what the server refuses; null of a fault of ours. */
export function refusal(error: unknown): Error | null {
  if (error instanceof LedgerError) return error;
  const gone = unavailable(error);
  if (gone !== null) return gone;
  if (!(error instanceof DatabaseError)) return null;
  const sentence = REFUSALS[error.code ?? ''];
  if (sentence === undefined) return null;
  return new LedgerError(`${sentence} (${error.message})`, { cause: error });
}

function unusable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return new LedgerError(
    `cannot connect to the database in STORE_URL (${error.message}); correct STORE_URL, or the server`,
    { cause: error },
  );
}

function createClient(url: string): Client {
  const options = connectionOptions(url);
  try {
    return new Client(options);
  } catch (error) {
    throw unusable(error);
  }
}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int as number,
       current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
  );
  const { number, version, encoding } = rows[0] ?? {};
  if (Number(number) < OLDEST_SERVER) {
    throw new LedgerError(
      `the server of STORE_URL is PostgreSQL ${version}; it must be 14 or later: upgrade it, or point STORE_URL at another one`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new LedgerError(
      `the database in STORE_URL keeps texts as ${encoding}, which cannot hold all that vendors say; create one with encoding 'UTF8'`,
    );
  }
}
