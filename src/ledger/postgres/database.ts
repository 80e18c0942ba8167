import { LRUCache } from 'lru-cache';
import { DatabaseError, Pool, types } from 'pg';
import type { ClientConfig, PoolClient } from 'pg';
import type { Logger } from 'pino';
import type { ImportState } from '../../domain/import.ts';
import { LedgerError } from '../ledger.ts';
import type { StoreUnavailableError } from '../ledger.ts';
import type { Row } from '../columns.ts';
import { storedText } from '../stored-text.ts';
import type { OutageLog } from './outage-log.ts';
import { away, unavailable } from './unavailable.ts';

export type Parameter = string | number | boolean | null | readonly (string | number)[];
export type Parameters = readonly Parameter[];

/** Where statements run: in a transaction, or each by itself. A `?` stands for the next parameter. */
export interface Session {
  all(sql: string, parameters: Parameters): Promise<readonly Row[]>;
  get(sql: string, parameters: Parameters): Promise<Row | undefined>;
  run(sql: string, parameters: Parameters): Promise<void>;
}

/** More than the code has; only filters can be put together in more ways. */
const MOST_STATEMENTS = 500;

/** Some two kilobytes each. */
const MOST_STATES = 2_000;

const MOST_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** A server that has gone without a word answers never. */
const QUERY_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 5_000;
const LONGEST_LIFE_S = 600;

/** Deadlock, and a conflict of transactions: the same again may go well. */
const PASSING = new Set(['40P01', '40001']);
const MOST_TRIES = 3;

export interface DatabaseOptions {
  readonly logger: Logger;
  readonly outages: OutageLog;
  /** How many at most; absent: as many as requests and looks need. */
  readonly connections?: number;
  /** How long one statement may take. */
  readonly timeoutMs?: number;
}

/** One PostgreSQL database. Statements are prepared once on each connection. */
export class Database implements Session {
  /** States that were parsed, by position: a position stands for one state of one import. */
  readonly states = new LRUCache<number, ImportState>({ max: MOST_STATES });
  readonly #pool: Pool;
  readonly #outages: OutageLog;
  readonly #statements = new LRUCache<string, Statement>({ max: MOST_STATEMENTS });
  #count = 0;

  constructor(
    url: string,
    {
      logger,
      outages,
      connections = MOST_CONNECTIONS,
      timeoutMs = QUERY_TIMEOUT_MS,
    }: DatabaseOptions,
  ) {
    this.#outages = outages;
    this.#pool = new Pool({
      ...connectionOptions(url),
      max: connections,
      // What was prepared on a connection goes with it.
      maxLifetimeSeconds: LONGEST_LIFE_S,
      query_timeout: timeoutMs,
      // What the caller gave up must not go on, nor hold locks, at the server.
      statement_timeout: timeoutMs,
      // Transactions wait for nothing but the store; who is cut off in the midst of one holds up others.
      idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
    });
    const broke = (error: Error): void => logger.debug({ err: error }, 'a store connection broke');
    // A connection that breaks while nobody uses it is replaced by the next that is needed.
    this.#pool.on('error', broke);
    // The last word of a server may come with the first, before whoever is to use it listens.
    this.#pool.on('connect', (client) => client.on('error', broke));
  }

  async all(sql: string, parameters: Parameters): Promise<readonly Row[]> {
    return this.#again(() => this.#withClient((client) => this.#query(client, sql, parameters)));
  }

  async get(sql: string, parameters: Parameters): Promise<Row | undefined> {
    return (await this.all(sql, parameters))[0];
  }

  async run(sql: string, parameters: Parameters): Promise<void> {
    await this.all(sql, parameters);
  }

  /** Runs `work` in one transaction: all of it is kept, or nothing when it throws. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#again(() => this.#withClient((client) => this.#transact(client, work)));
  }

  /** What was in the way of others, and was undone for it, may go well the next time. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (tries === MOST_TRIES || !isPassing(error)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #transact<T>(client: PoolClient, work: (session: Session) => Promise<T>): Promise<T> {
    await client.query('begin');
    try {
      const result = await work({
        all: (sql, parameters) => this.#query(client, sql, parameters),
        get: async (sql, parameters) => (await this.#query(client, sql, parameters))[0],
        run: async (sql, parameters) => void (await this.#query(client, sql, parameters)),
      });
      await client.query('commit');
      return result;
    } catch (error) {
      // Positions that were taken are given out again.
      this.states.clear();
      // A connection that is gone takes its transaction with it; one that hangs is not waited for twice.
      if (unavailable(error) === null) await client.query('rollback');
      throw error;
    }
  }

  async #withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const answered = this.#outages.begin();
    const client = await this.#pool.connect().catch((error: unknown) => {
      // It let us in at the start: whatever it has against us now, somebody is to see to it there.
      throw this.#outageOf(error instanceof DatabaseError ? away(error) : error) ?? error;
    });
    let isBroken = false;
    const onError = (): void => {
      isBroken = true;
    };
    client.on('error', onError);
    try {
      const result = await use(client);
      answered();
      return result;
    } catch (error) {
      const gone = this.#outageOf(error);
      isBroken ||= gone !== null;
      throw gone ?? error;
    } finally {
      client.off('error', onError);
      client.release(isBroken);
    }
  }

  #outageOf(error: unknown): StoreUnavailableError | null {
    const outage = unavailable(error);
    if (outage !== null) this.#outages.failed(outage);
    return outage;
  }

  async #query(client: PoolClient, sql: string, parameters: Parameters): Promise<readonly Row[]> {
    const { name, text } = this.#prepare(sql);
    const result = await client.query<Row>({ name, text, values: parameters.map(stored) });
    return result.rows;
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      this.#count += 1;
      statement = { name: `s${this.#count}`, text: numbered(sql) };
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Texts are kept as PostgreSQL can keep them; `text` reads them as they were. */
function stored(parameter: Parameter): Parameter {
  if (typeof parameter === 'string') return storedText(parameter);
  if (!Array.isArray(parameter)) return parameter;
  return parameter.map((part) => (typeof part === 'string' ? storedText(part) : part));
}

interface Statement {
  readonly name: string;
  readonly text: string;
}

/** `?` as SQLite has it, to `$1` as PostgreSQL has it. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}

const INT8_OID = 20;

/** How every connection to the store is made. Throws a `LedgerError` when the address is none. */
export function connectionOptions(url: string): ClientConfig {
  if (!URL.canParse(url)) {
    throw new LedgerError(
      'STORE_URL is not an address: write it like postgres://user:password@host:5432/database, with what is odd in a name percent-encoded',
    );
  }
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'import-status-subgraph',
    // What positions stand on: what was committed stays, and each statement sees what was before it.
    options: '-c synchronous_commit=on -c default_transaction_isolation=read\\ committed',
    types: {
      // Numbers of ours are far below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID ? Number : types.getTypeParser(oid, format),
    },
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof DatabaseError && PASSING.has(error.code ?? '');
}
