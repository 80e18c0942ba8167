import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { importId } from '../../../src/domain/import.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { takePosition } from '../../../src/ledger/postgres/positions.ts';
import { job, recording, refOf, START, state } from '../../support/builders.ts';
import { connect, isWaiting, joinStore, sessionOf } from '../../support/postgres-ledgers.ts';
import { createDatabase, run } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';

/** A way to give numbers to writers, each inside its transaction. */
interface Numbers {
  /** Takes the next number. */
  readonly take: (client: pg.Client) => Promise<number>;
}

const POSITIONS: Numbers = { take: (client) => takePosition(sessionOf(client)) };

const SEQUENCE: Numbers = {
  take: async (client) => {
    const { rows } = await client.query(`select nextval('plain')::int as number`);
    return Number(rows[0]?.number);
  },
};

/** Connections that write numbers down, and one that reads them. */
interface Writers {
  readonly first: pg.Client;
  readonly second: pg.Client;
  readonly reader: pg.Client;
}

async function createWriters(t: Parameters<typeof connect>[0]): Promise<Writers> {
  const url = await createDatabase(t);
  await joinStore(t, url);
  await run(url, 'create sequence plain');
  await run(url, 'create table written (number bigint primary key)');
  return {
    first: await connect(t, url),
    second: await connect(t, url),
    reader: await connect(t, url),
  };
}

/**
 * Has one writer take a number and keep its transaction open while another takes one and commits, if it
 * is let; answers the numbers that a reader finds only afterwards, below one that it has seen.
 */
async function findLateNumbers(
  { first, second, reader }: Writers,
  { take }: Numbers,
): Promise<readonly number[]> {
  const write = async (client: pg.Client): Promise<void> => {
    await client.query('begin');
    await client.query('insert into written (number) values ($1)', [await take(client)]);
  };
  const read = async (): Promise<readonly number[]> => {
    const { rows } = await reader.query('select number from written order by number');
    return rows.map(({ number }) => Number(number));
  };
  await write(first);
  let isWritten = false;
  const written = write(second)
    .then(() => second.query('commit'))
    .then(() => (isWritten = true));
  await until(async () => isWritten || (await isWaiting(reader, '%takePosition%')));
  const seen = await read();
  await first.query('commit');
  await written;
  const last = seen.at(-1) ?? 0;
  return (await read()).filter((number) => number < last && !seen.includes(number));
}

test('nobody who has seen a position finds a new one below it', async (t) => {
  assert.deepEqual(await findLateNumbers(await createWriters(t), POSITIONS), []);
});

test('a plain sequence breaks that promise: its numbers can be seen in another order', async (t) => {
  assert.deepEqual(await findLateNumbers(await createWriters(t), SEQUENCE), [1]);
});

const LEDGERS = 8;
const ROUNDS = 20;
const SHARED = refOf('shared');

test('readers page through what many processes write at once and miss nothing', async (t) => {
  const url = await createDatabase(t);
  const reading = await joinStore(t, url);
  const raw = await connect(t, url);
  const ledgers = await Promise.all(Array.from({ length: LEDGERS }, () => joinStore(t, url)));
  const writing = { isOver: false };

  const readers = [readChanges(reading, writing), readRevisions(raw, writing)] as const;
  await Promise.all(ledgers.map((ledger, index) => writeMuch(ledger, index)));
  writing.isOver = true;
  const [shown, positions] = await Promise.all(readers);

  const { rows } = await raw.query('select position from revisions order by position');
  assert.deepEqual(
    positions,
    rows.map(({ position }) => Number(position)),
  );
  const { items } = await reading.listImports({ filter: {}, first: 500, after: null });
  assert.equal(items.length, LEDGERS * ROUNDS + 1);
  assert.deepEqual(
    new Map(items.map((item) => [importId(item.import.ref), item.import.revision])),
    shown,
  );

  // A server tells how often two waited for one another once the connections are closed.
  for (const ledger of ledgers) await ledger.close();
  const [stats] = await run(
    url,
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  assert.deepEqual(stats, { deadlocks: 0 });
});

/** Of each import: made known, seen, seen again with another state, and labelled beside all others. */
async function writeMuch(ledger: Ledger, writer: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const ref = refOf(`load-${writer}-${round}`);
    await Promise.all([
      ledger.track({ ref, now: START }),
      ledger.track({ ref: SHARED, labels: { [`run-${writer}`]: `${round}` }, now: START }),
    ]);
    const first = await ledger.record(recording({ ref }));
    const more = state({ job: job({ progressPercent: 50 }) });
    const next = await ledger.record(
      recording({ ref, basedOnRevision: first?.revision ?? 0, state: more }),
    );
    assert.equal(next?.revision, 2);
    const seen = await ledger.record(
      recording({ ref: SHARED, state: more, basedOnRevision: 1_000 }),
    );
    assert.notEqual(seen, null);
  }
}

interface Writing {
  readonly isOver: boolean;
}

/** Answers the latest revision of each import that was shown; fails when a page goes back. */
async function readChanges(ledger: Ledger, writing: Writing): Promise<ReadonlyMap<string, number>> {
  const shown = new Map<string, number>();
  for (let after = 0, isLast = false; !isLast;) {
    const isOver = writing.isOver;
    const { changes, endPosition } = await ledger.listChanges({ filter: {}, first: 7, after });
    for (const { position, import: known } of changes) {
      assert.ok(position > after, `${position} came after ${after}`);
      after = position;
      shown.set(importId(known.ref), known.revision);
    }
    assert.ok(endPosition >= after);
    after = endPosition;
    isLast = isOver && changes.length === 0;
  }
  return shown;
}

/** Answers the positions of revisions in the order in which they were found. */
async function readRevisions(client: pg.Client, writing: Writing): Promise<readonly number[]> {
  const positions: number[] = [];
  for (let isLast = false; !isLast;) {
    const isOver = writing.isOver;
    const { rows } = await client.query(
      'select position from revisions where position > $1 order by position',
      [positions.at(-1) ?? 0],
    );
    positions.push(...rows.map(({ position }) => Number(position)));
    isLast = isOver && rows.length === 0;
  }
  return positions;
}
