import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { OUTAGE } from '../../src/graphql/errors.ts';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { keepRows, pruneRows } from '../support/kept-rows.ts';
import { askSlowly, LARGE, PATH, serve, SMALL } from '../support/served-rows.ts';
import { until } from '../support/world.ts';

/** Many more turns than it would take to read everything. */
async function letEverybodyRun(): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) await setImmediate();
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
    await until(() => served.read.pages > pages);
    socket.resetAndDestroy();
    await until(() => served.ended() === round + 1);
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

  const late = await serve(t, { rows: SMALL, beforePage: failAt(2) });
  const cut = await fetch(late.url + PATH);
  assert.equal(cut.status, 200);
  await assert.rejects(cut.text());
  assert.match(late.log.join(''), /disk I\/O error.*micro:load|micro:load.*disk I\/O error/);
});

test('a store that cannot be reached is told to whoever wants a file', async (t) => {
  const error = new StoreUnavailableError('no store at 10.0.0.1');
  const served = await serve(t, { rows: SMALL, beforePage: () => Promise.reject(error) });
  const answered = await fetch(served.url + PATH);
  assert.equal(answered.status, 503);
  assert.equal(answered.headers.get('retry-after'), '1');
  assert.deepEqual(await answered.json(), { statusCode: 503, ...OUTAGE });
  assert.match(served.log.join(''), /no store at 10\.0\.0\.1/);
});

test('a file is asked about without its rows being read', async (t) => {
  const served = await serve(t, { rows: SMALL });
  for (const path of [PATH, PATH.replace('ndjson', 'csv')]) {
    const response = await fetch(served.url + path, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), null);
  }
  assert.equal(served.read.pages, 0);
});
