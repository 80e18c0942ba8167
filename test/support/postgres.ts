import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { atEnd } from './at-end.ts';
import { startServer } from './postgres-server.ts';
import type { PostgresOptions, PostgresServer } from './postgres-server.ts';

/** Where the server is that `global-setup.ts` started for all tests. */
export const SHARED_SERVER = 'TEST_POSTGRES_URL';

/** A server for all tests of this process, when there is none for all processes. */
let own: Promise<PostgresServer> | null = null;

/** An empty database on the server that all tests share, gone when the test ends; answers its URL. */
export async function createDatabase(t: TestContext): Promise<string> {
  const given = process.env[SHARED_SERVER];
  const server = given ?? (await (own ??= startServer())).url;
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name} template template0`);
  atEnd(t, async () => void (await run(server, `drop database ${name} with (force)`)));
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

/** A server of the test's own, which it may stop and kill; gone when the test ends. */
export async function startPostgres(
  t: TestContext,
  options?: PostgresOptions,
): Promise<PostgresServer> {
  const server = await startServer(options);
  atEnd(t, () => server.end());
  return server;
}

/**
 * Breaks the connections of a database whose last statement, or whose name as an application, is like
 * a pattern of SQL (`listen%`); answers how many there were.
 */
export async function killConnections(url: string, like: string): Promise<number> {
  const killed = await run(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and (query ilike $1 or application_name ilike $1)`,
    [like],
  );
  return killed.length;
}

/** Runs one statement on a connection of its own. */
export async function run(
  url: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  // What is under way is told of it, too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(sql, [...parameters]);
    return rows;
  } finally {
    await client.end();
  }
}
