import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { startServer } from '../../src/server/server.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { createHub, LIMITS } from '../support/live.ts';
import { openGate, OPERATION_LIMITS } from '../support/gate.ts';
import { atEnd } from '../support/at-end.ts';
import { rowError } from '../support/builders.ts';
import { keepRows, pruneRows } from '../support/kept-rows.ts';
import { openLedger } from '../support/ledgers.ts';
import { at, until } from '../support/world.ts';

const PATH = '/imports/micro%3Aload/rows.ndjson';

/** Seventy megabytes: several times what the sockets of both sides hold together. */
const LARGE: readonly ImportRow[] = Array.from({ length: 560 }, (_, index) =>
  rowError({ number: index, message: 'x'.repeat(128_000) }),
);

const SMALL: readonly ImportRow[] = Array.from({ length: 5_000 }, (_, index) =>
  rowError({ number: index, values: { name: `Ann ${index}` } }),
);

interface Served {
  readonly url: string;
  readonly log: readonly string[];
  readonly draining: AbortController;
  /** How many pages and rows were read. */
  readonly read: { pages: number; rows: number };
  close(): Promise<void>;
}

interface ServeOptions {
  readonly rows: readonly ImportRow[];
  /** Called before each page is read, with the number of pages before it. */
  readonly beforePage?: (pages: number, ledger: Ledger) => void | Promise<void>;
}

/** A server over a ledger that counts what is read of it. */
async function serve(t: TestContext, { rows, beforePage }: ServeOptions): Promise<Served> {
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
  const write = (line: string): void => void (line.includes('"answered"') || log.push(line));
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
  const close = (): Promise<void> => {
    draining.abort();
    closing ??= server.close();
    return closing;
  };
  atEnd(t, close);
  return { url: server.url, log, draining, read, close };
}

/** A client that has asked for the file and takes nothing of it yet. */
async function askSlowly(t: TestContext, { url }: Served, version = '1.1'): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  atEnd(t, () => void socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${PATH} HTTP/${version}\r\nhost: x\r\n\r\n`);
  return socket;
}

/** Many more turns than it would take to read everything. */
async function letEverybodyRun(): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) await setImmediate();
}

/** Streams that would still be told that the server drains. */
function countStreams({ draining }: Served): number {
  return getEventListeners(draining.signal, 'abort').length;
}

test('a client that takes nothing has the server read no further than its sockets hold', async (t) => {
  const served = await serve(t, { rows: LARGE });
  const socket = await askSlowly(t, served);
  await until(() => served.read.pages > 0);
  await letEverybodyRun();
  const read = served.read.rows;
  assert.ok(read < LARGE.length / 2, `${read} of ${LARGE.length} rows were read`);
  await letEverybodyRun();
  assert.equal(served.read.rows, read, 'and waits there');

  let bytes = 0;
  let end = '';
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    end = (end + chunk.toString('latin1')).slice(-5);
  });
  socket.resume();
  await until(() => end === '0\r\n\r\n');
  assert.equal(served.read.rows, LARGE.length);
  assert.ok(bytes > LARGE.length * 128_000);
});

test('a piece is as large with large rows as with small ones', async (t) => {
  const served = await serve(t, { rows: LARGE });
  const response = await fetch(served.url + PATH);
  await response.arrayBuffer();
  // The first page is read before anything is known of the rows.
  assert.ok(served.read.pages > (LARGE.length - 100) / 3, `${served.read.pages} pages`);
});

test('a client that hangs up has the reading stopped, and leaves nothing behind', async (t) => {
  const served = await serve(t, { rows: LARGE });
  for (let round = 0; round < 20; round += 1) {
    const socket = await askSlowly(t, served);
    const pages = served.read.pages;
    await until(() => served.read.pages > pages && countStreams(served) === 1);
    socket.resetAndDestroy();
    await until(() => countStreams(served) === 0);
  }
  const { rows } = served.read;
  await letEverybodyRun();
  assert.equal(served.read.rows, rows);
  assert.ok(rows < 20 * (LARGE.length / 2), `${rows} rows were read`);
  assert.deepEqual(served.log, []);
});

test('others get their turn between pages, though a client takes everything at once', async (t) => {
  const turns: number[] = [];
  let turn = 0;
  const beforePage = (): void => {
    turns.push(turn);
    void setImmediate().then(() => {
      turn += 1;
    });
  };
  const served = await serve(t, { rows: SMALL, beforePage });
  await (await fetch(served.url + PATH)).arrayBuffer();
  assert.ok(turns.length > 5);
  assert.equal(
    new Set(turns).size,
    turns.length,
    `pages were read in the turns ${turns.join(', ')}`,
  );
});

test('a server that drains cuts a file off, and never so that it looks whole', async (t) => {
  for (const version of ['1.0', '1.1']) {
    const served = await serve(t, { rows: LARGE });
    const socket = await askSlowly(t, served, version);
    await until(() => served.read.pages > 0);
    const failed = once(socket, 'error');
    await served.close();
    socket.resume();
    const [error] = await failed;
    assert.equal(at(error, 'code'), 'ECONNRESET', version);
    assert.equal(countStreams(served), 0);
    assert.deepEqual(served.log, []);
  }
});

test('a client of today is told that a file was cut off', async (t) => {
  const served = await serve(t, { rows: LARGE });
  const response = await fetch(served.url + PATH);
  assert.equal(response.status, 200);
  await served.close();
  await assert.rejects(response.text());
});

test('a server that is draining begins no file', async (t) => {
  const served = await serve(t, { rows: SMALL });
  served.draining.abort();
  const response = await fetch(served.url + PATH);
  assert.equal(response.status, 503);
  assert.equal(at(await response.json(), 'code'), 'DRAINING');
  assert.equal(served.read.pages, 0);
});

test('rows that change while they are read are no file', async (t) => {
  const changes: Readonly<Record<string, (ledger: Ledger) => Promise<void>>> = {
    'others took their place': (ledger) => keepRows(ledger, { rows: SMALL.toReversed() }),
    'fewer took their place': (ledger) => keepRows(ledger, { rows: SMALL.slice(0, 10) }),
    'they were deleted': (ledger) => pruneRows(ledger),
  };
  for (const [name, change] of Object.entries(changes)) {
    const served = await serve(t, {
      rows: SMALL,
      beforePage: (pages, ledger) => (pages === 2 ? change(ledger) : undefined),
    });
    const response = await fetch(served.url + PATH);
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), TypeError, name);
    assert.equal(served.log.length, 1, name);
    const line = served.log[0] ?? '';
    assert.match(line, /micro:load changed while they were read/);
    assert.doesNotMatch(line, /Ann/);
  }
});

function failAt(page: number): (pages: number) => void {
  return (pages) => {
    if (pages === page) throw new Error('disk I/O error');
  };
}

test('a store that fails is an error with a status, or a file that is cut off', async (t) => {
  const early = await serve(t, { rows: SMALL, beforePage: failAt(0) });
  const answered = await fetch(early.url + PATH);
  assert.equal(answered.status, 500);
  assert.equal(answered.headers.get('content-disposition'), null);
  assert.deepEqual(await answered.json(), { statusCode: 500, message: 'failed' });
  assert.match(early.log.join(''), /disk I\/O error/);
  assert.equal(countStreams(early), 0);

  const late = await serve(t, { rows: SMALL, beforePage: failAt(2) });
  const cut = await fetch(late.url + PATH);
  assert.equal(cut.status, 200);
  await assert.rejects(cut.text());
  assert.match(late.log.join(''), /disk I\/O error.*micro:load|micro:load.*disk I\/O error/);
  assert.equal(countStreams(late), 0);
});

test('a file is asked about without its rows being read', async (t) => {
  const served = await serve(t, { rows: SMALL });
  for (const path of [PATH, PATH.replace('ndjson', 'csv')]) {
    const response = await fetch(served.url + path, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), null);
  }
  assert.equal(served.read.pages, 0);
  assert.equal(countStreams(served), 0);
});
