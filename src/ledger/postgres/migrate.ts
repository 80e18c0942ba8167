import { readdirSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { DatabaseError } from 'pg';
import type { Client } from 'pg';
import { integer } from '../columns.ts';
import { LedgerError, StoreUnavailableError } from '../ledger.ts';
import { connectFirst, refusal } from './first-connection.ts';

const MIGRATIONS = new URL('../postgres/migrations/', import.meta.url);

/** A step that the schema takes. */
export interface Migration {
  /** From 1 on, without a gap. */
  readonly version: number;
  /** The oldest schema version whose releases still work once it was taken. */
  readonly worksFrom: number;
  readonly sql: string;
}

/** One number for all who bring this schema up to date: they take turns. */
const LOCK = 4_706_113_290;

/**
 * Statements of requests wait behind a step that waits for a lock: it gives up soon, lets them pass, and
 * tries again. Sooner than a server looks for those who wait for one another, as that may end a request.
 */
const LOCK_TIMEOUT_MS = 500;
const PAUSE_S = 1;
const MOST_TRIES = 40;

/** A lock is not to be had, or whoever has it waits for one of ours. */
const LOCKED = new Set(['55P03', '40P01']);

const FIRST_LINE = /^-- Works with releases from (\d+) on\.\n/;

/** The steps that this release knows. */
export function listMigrations(): readonly Migration[] {
  const files = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  return files.map((file, index) => {
    const sql = readFileSync(new URL(file, MIGRATIONS), 'utf8');
    const worksFrom = Number(FIRST_LINE.exec(sql)?.[1]);
    if (Number.isNaN(worksFrom))
      throw new Error(`${file} does not say which releases it works with`);
    return { version: index + 1, worksFrom, sql };
  });
}

/**
 * Brings the schema up to date, one step in one transaction each. Of many processes that start at once
 * one does it; where nothing is to be done, nothing is locked, and no right to change tables is needed.
 * A schema that is newer than this release is left as it is if it says that this release works with it,
 * so that old and new run side by side; else it throws a `LedgerError`.
 */
export async function migrate(
  url: string,
  { migrations, logger }: { readonly migrations: readonly Migration[]; readonly logger: Logger },
): Promise<void> {
  const client = await connectFirst(url, logger);
  try {
    const version = await readVersion(client);
    for (const step of migrations.slice(version)) await takeStep(client, step);
    await checkVersion(client, migrations.length, logger);
  } catch (error) {
    throw refusal(error) ?? error;
  } finally {
    await client.end();
  }
}

/** 0 when there is no schema yet. */
async function readVersion(client: Client): Promise<number> {
  const { rows: found } = await client.query(
    `select to_regclass('schema_versions') is not null as is_there`,
  );
  if (found[0]?.is_there !== true) return 0;
  const { rows } = await client.query(
    'select coalesce(max(version), 0) as version from schema_versions',
  );
  return integer(rows[0] ?? {}, 'version');
}

async function takeStep(client: Client, step: Migration): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await tryStep(client, step);
      return;
    } catch (error) {
      await client.query('rollback');
      const isLocked = error instanceof DatabaseError && LOCKED.has(error.code ?? '');
      if (!isLocked) throw error;
      if (tries === MOST_TRIES) throw stillLocked(step, error);
      await client.query('select pg_sleep($1)', [PAUSE_S]);
    }
  }
}

function stillLocked({ version }: Migration, cause: Error): StoreUnavailableError {
  return new StoreUnavailableError(
    `the schema of the store could not be brought to version ${version}: others hold its tables locked; end what runs so long in the database (pg_stat_activity shows it), and start again`,
    { cause },
  );
}

async function tryStep(client: Client, { version, worksFrom, sql }: Migration): Promise<void> {
  await client.query('begin');
  // Whoever comes later waits for as long as it takes.
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query(
    `create table if not exists schema_versions (
       version bigint primary key, works_from bigint not null)`,
  );
  const { rows } = await client.query('select 1 from schema_versions where version = $1', [
    version,
  ]);
  if (rows.length === 0) {
    await client.query(sql);
    await client.query('insert into schema_versions (version, works_from) values ($1, $2)', [
      version,
      worksFrom,
    ]);
  }
  await client.query('commit');
}

async function checkVersion(client: Client, known: number, logger: Logger): Promise<void> {
  const { rows } = await client.query(
    'select max(version) as version, max(works_from) as works_from from schema_versions',
  );
  const row = rows[0] ?? {};
  const version = integer(row, 'version');
  if (version <= known) return;
  if (integer(row, 'works_from') > known) {
    throw new LedgerError(
      `the store has schema version ${version}, this release knows ${known} and does not work with it: start a newer release, or point STORE_URL at another database`,
    );
  }
  logger.warn(
    { version, known },
    'the schema of the store is newer than this release, and works with it',
  );
}
