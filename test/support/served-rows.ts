import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { startServer } from '../../src/server/server.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { atEnd } from './at-end.ts';
import { rowError } from './builders.ts';
import { openGate, OPERATION_LIMITS } from './gate.ts';
import { keepRows } from './kept-rows.ts';
import { openLedger } from './ledgers.ts';
import { createHub, LIMITS } from './live.ts';

/** Where the rows are a file. */
export const PATH = '/imports/micro%3Aload/rows.ndjson';

/** Seventy megabytes: several times what the sockets of both sides hold together. */
export const LARGE: readonly ImportRow[] = Array.from({ length: 560 }, (_, index) =>
  rowError({ number: index, message: 'x'.repeat(128_000) }),
);

export const SMALL: readonly ImportRow[] = Array.from({ length: 5_000 }, (_, index) =>
  rowError({ number: index, values: { name: `Ann ${index}` } }),
);

export interface Served {
  readonly url: string;
  readonly log: readonly string[];
  /** How many requests are over, answered or not. */
  readonly ended: () => number;
  readonly draining: AbortController;
  /** How many pages and rows were read. */
  readonly read: { pages: number; rows: number };
  /** Nothing is waited for once `cutOff` is aborted, as it is when absent. */
  close(cutOff?: AbortSignal): Promise<void>;
}

export interface ServeOptions {
  readonly rows: readonly ImportRow[];
  /** Called before each page is read, with the number of pages before it. */
  readonly beforePage?: (pages: number, ledger: Ledger) => void | Promise<void>;
}

/** A server over a ledger that counts what is read of it. */
export async function serve(t: TestContext, { rows, beforePage }: ServeOptions): Promise<Served> {
  const ledger = openLedger(t);
  await keepRows(ledger, { rows });
  const read = { pages: 0, rows: 0 };
  const counted: Ledger = {
    ...ledger,
    listRows: async (query) => {
      await beforePage?.(read.pages, ledger);
      const page = await ledger.listRows(query);
      read.pages += 1;
      read.rows += page.items.length;
      return page;
    },
  };
  const log: string[] = [];
  // Every request is told of, at the level of details; what matters here is what else is said.
  let ended = 0;
  const write = (line: string): void => {
    if (line.includes('"answered"')) ended += 1;
    else log.push(line);
  };
  const logger = pino({ level: 'trace' }, { write });
  const clock = SYSTEM_CLOCK;
  const watcher = await Watcher.create({
    providers: [],
    ledger: counted,
    clock,
    random: () => 0.5,
    logger,
    holdFinishForMs: 0,
  });
  const draining = new AbortController();
  const server = await startServer({
    schema: createSchema(),
    services: {
      ledger: counted,
      watcher,
      clock,
      hub: createHub({ ledger }),
      draining: draining.signal,
    },
    publicUrl: null,
    gate: openGate(['imports:read', 'imports:rows']),
    limits: LIMITS,
    random: () => 0.5,
    fetch,
    logger,
    host: '127.0.0.1',
    port: 0,
    isGraphiqlOn: false,
    isIntrospectionOn: false,
    corsOrigins: [],
    operationLimits: OPERATION_LIMITS,
    persistedOperations: null,
    maxRequestBytes: 1_000,
  });
  let closing: Promise<void> | null = null;
  const close = (cutOff = AbortSignal.abort()): Promise<void> => {
    draining.abort();
    closing ??= server.close(cutOff);
    return closing;
  };
  atEnd(t, () => close());
  return { url: server.url, log, ended: () => ended, draining, read, close };
}

/** A client that has asked for the file and takes nothing of it yet. */
export async function askSlowly(t: TestContext, { url }: Served, version = '1.1'): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  atEnd(t, () => void socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${PATH} HTTP/${version}\r\nhost: x\r\n\r\n`);
  return socket;
}
