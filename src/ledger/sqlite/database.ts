import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { ImportState } from '../../domain/import.ts';
import { integer } from '../columns.ts';
import type { Row } from '../columns.ts';
import { LedgerError } from '../ledger.ts';
import { storedText } from '../stored-text.ts';

export type Parameters = readonly SQLInputValue[];

/** How long a statement waits for another process to finish its own. */
const BUSY_TIMEOUT_MS = 5_000;

/** More than the code has; only filters can be put together in more ways. */
const MOST_STATEMENTS = 200;

/** Some two kilobytes each. */
const MOST_STATES = 2_000;

const MIGRATIONS = new URL('../sqlite/migrations/', import.meta.url);

/** One SQLite database, its schema brought up to date. Statements are prepared once. */
export class Database {
  readonly #connection: DatabaseSync;
  /** States that were parsed, by position: a position stands for one state of one import. */
  readonly states = new LRUCache<number, ImportState>({ max: MOST_STATES });
  /** Imports that somebody watches, by id. */
  readonly watched = new Set<string>();
  readonly #statements = new LRUCache<string, StatementSync>({ max: MOST_STATEMENTS });

  /** Throws a `LedgerError` when the file cannot be opened or is newer than this code. */
  constructor(path: string) {
    this.#connection = open(path);
    try {
      this.#migrate();
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  all(sql: string, parameters: Parameters): readonly Row[] {
    return this.#prepare(sql).all(...parameters.map(storedValue));
  }

  get(sql: string, parameters: Parameters): Row | undefined {
    return this.#prepare(sql).get(...parameters.map(storedValue));
  }

  run(sql: string, parameters: Parameters): void {
    this.#prepare(sql).run(...parameters.map(storedValue));
  }

  /** Runs `work` in one transaction: all of it is kept, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.#connection.exec('begin immediate');
    try {
      const result = work();
      this.#connection.exec('commit');
      return result;
    } catch (error) {
      if (this.#connection.isTransaction) this.#connection.exec('rollback');
      // Positions that were taken are given out again.
      this.states.clear();
      throw error;
    }
  }

  close(): void {
    if (this.#connection.isOpen) this.#connection.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #migrate(): void {
    const files = readdirSync(MIGRATIONS)
      .filter((name) => name.endsWith('.sql'))
      .toSorted();
    // Read inside the transaction: of two processes that start at once, one finds nothing to do.
    this.transaction(() => {
      const version = integer(this.get('pragma user_version', []) ?? {}, 'user_version');
      if (version > files.length) {
        throw new LedgerError(
          `the store has schema version ${version}, this release knows ${files.length}: start a newer release, or point STORE_URL at another file`,
        );
      }
      for (const file of files.slice(version)) {
        this.#connection.exec(readFileSync(new URL(file, MIGRATIONS), 'utf8'));
      }
      this.#connection.exec(`pragma user_version = ${files.length}`);
    });
  }
}

function open(path: string): DatabaseSync {
  let connection: DatabaseSync | null = null;
  try {
    // Before anything that takes a lock: of several that start at once, the others wait.
    connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // WAL lets readers of other processes in; NORMAL loses no commit when the process is killed. A
    // checkpoint every 300 pages takes some 12 ms in the midst of many rows, one every 1,000 takes 25.
    connection.exec(
      'pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma wal_autocheckpoint = 300;',
    );
    return connection;
  } catch (error) {
    connection?.close();
    throw new LedgerError(
      `cannot open the store ${path}: ${error instanceof Error ? error.message : String(error)}; check that its folder exists and can be written`,
      { cause: error },
    );
  }
}

function storedValue(value: SQLInputValue): SQLInputValue {
  return typeof value === 'string' ? storedText(value) : value;
}
