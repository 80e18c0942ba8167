import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/postgres-ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { atEnd } from './at-end.ts';
import { createDatabase } from './postgres.ts';

/** A kind of store that the contract of the ledger is tried on. */
export interface StoreKind {
  readonly name: string;
  /** Whether what it holds outlives the ledger that wrote it. */
  readonly isDurable: boolean;
  /** Makes an empty store, gone when the test ends; answers how to open a ledger on it. */
  create(t: TestContext): Promise<() => Promise<Ledger>>;
}

export const STORES: readonly StoreKind[] = [
  { name: 'SQLite in memory', isDurable: false, create: async (t) => opener(t, ':memory:') },
  {
    name: 'SQLite in a file',
    isDurable: true,
    create: async (t) => opener(t, join(await createFolder(t), 'imports.db')),
  },
  { name: 'PostgreSQL', isDurable: true, create: createPostgres },
];

/** An empty ledger in memory, closed when the test ends. */
export function openLedger(t: TestContext): Ledger {
  const ledger = openSqliteLedger(':memory:');
  atEnd(t, () => ledger.close());
  return ledger;
}

/** An empty folder, gone when the test ends. */
export async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imports-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  return folder;
}

function opener(t: TestContext, path: string): () => Promise<Ledger> {
  return async () => {
    const ledger = openSqliteLedger(path);
    atEnd(t, () => ledger.close());
    return ledger;
  };
}

async function createPostgres(t: TestContext): Promise<() => Promise<Ledger>> {
  const url = await createDatabase(t);
  const options = { clock: SYSTEM_CLOCK, logger: pino({ level: 'silent' }) };
  return async () => {
    const ledger = await openPostgresLedger(url, options);
    atEnd(t, () => ledger.close());
    return ledger;
  };
}
