import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { recording, REF, refOf, START } from '../../support/builders.ts';
import { TestClock } from '../../support/clock.ts';
import { connect, joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase, killConnections } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';

const ID = 'catalog:load-1';

/** A process that does nothing waits to say that it is here, and to read what changed. */
const WAITING = 2;

// Only the first of some changes may be read by a process because it has just begun to listen.
const NAMES = ['first', 'second', 'third'];

test('who listens is told of what another process changes, although nobody polls', async (t) => {
  const url = await createDatabase(t);
  const writing = await joinStore(t, url);
  const clock = new TestClock();
  const listening = await joinStore(t, url, { clock });
  const heard = hear(listening);
  await untilListening(await connect(t, url), 2);
  const before = clock.now();
  for (const name of NAMES) {
    await writing.track({ ref: refOf(name), now: START });
    await until(async () => {
      await sleep(10);
      clock.advance(10);
      return heard.has(`catalog:${name}`);
    });
  }
  assert.ok(clock.now() < before + 1_000, 'it has polled');
});

test('a change of which nobody is told is heard within a second, without another one', async (t) => {
  const url = await createDatabase(t);
  // It tells when a timer is over, and this clock stands still.
  const writing = await joinStore(t, url, { clock: new TestClock() });
  const clock = new TestClock();
  const listening = await joinStore(t, url, { clock });
  const heard = hear(listening);
  await untilListening(await connect(t, url), 2);
  for (const name of NAMES) {
    await until(() => clock.waiting === WAITING);
    await writing.track({ ref: refOf(name), now: START });
    clock.advance(1_000);
    await until(() => heard.has(`catalog:${name}`));
  }
});

test('what changed while the connection that listens was broken is heard once it is made again', async (t) => {
  const url = await createDatabase(t);
  const watching = await connect(t, url);
  const clock = new TestClock();
  const heard = hear(await joinStore(t, url, { clock }));
  await untilListening(watching, 1);
  await until(() => clock.waiting === WAITING);
  const [broken] = await listListening(watching);

  await killConnections(url, 'listen %');
  await until(() => clock.waiting === WAITING + 1);
  // What it was to read because it listened is read.
  clock.advance(100);
  await until(() => clock.waiting === WAITING + 1);
  const writing = await joinStore(t, url, { clock: new TestClock() });
  await writing.track({ ref: REF, now: START });
  // Sooner than it is read anyway.
  clock.advance(150);

  await until(() => heard.has(ID));
  const again = await listListening(watching);
  assert.equal(again.length, 2);
  assert.ok(!again.some((pid) => pid === broken));
});

test('every change is heard while the connections that listen are broken again and again', async (t) => {
  const url = await createDatabase(t);
  const writing = await joinStore(t, url);
  const listening = [await joinStore(t, url), await joinStore(t, url)];
  const heard = listening.map(hear);
  const names = Array.from({ length: 300 }, (_, index) => `load-${index}`);

  let broken = 0;
  for (const [index, name] of names.entries()) {
    await writing.record(recording({ ref: refOf(name) }));
    if (index % 10 === 0) broken += await killConnections(url, 'listen %');
  }

  assert.ok(broken > 5, `${broken} were broken`);
  for (const own of heard) await until(() => names.every((name) => own.has(`catalog:${name}`)));
  await untilListening(await connect(t, url), 3);
});

test('one that stops listens no more', async (t) => {
  const url = await createDatabase(t);
  const watching = await connect(t, url);
  const ledger = await joinStore(t, url);
  await untilListening(watching, 1);
  await ledger.close();
  await until(async () => (await listListening(watching)).length === 0);
});

function hear(ledger: Ledger): ReadonlySet<string> {
  const heard = new Set<string>();
  ledger.subscribe(({ importId }) => heard.add(importId));
  return heard;
}

/** The connections that listen, by the id of their process at the server. */
async function listListening(client: pg.Client): Promise<readonly number[]> {
  const { rows } = await client.query(
    `select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
  );
  return rows.map(({ pid }) => Number(pid));
}

async function untilListening(client: pg.Client, count: number): Promise<void> {
  await until(async () => (await listListening(client)).length === count);
}
