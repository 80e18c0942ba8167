import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { ImportRef } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { Pruner } from '../../src/ledger/pruner.ts';
import type { Retention } from '../../src/ledger/pruner.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { atEnd } from '../support/at-end.ts';
import { freshness, refOf, rowError, START } from '../support/builders.ts';
import { listAllRows, recordRows } from '../support/captures.ts';
import { TestClock } from '../support/clock.ts';
import { createFolder } from '../support/ledgers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROUND_MS = 60_000;
const FOREVER: Retention = { rows: null, imports: null };

interface Setup {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly pruner: Pruner;
  /** The file of the store. */
  readonly path: string;
  readonly complaints: readonly string[];
}

/** A pruner that was not started yet; what is not named is kept as `other` says. */
async function createPruner(
  t: TestContext,
  retentions: Readonly<Record<string, Retention>>,
  other: Retention = FOREVER,
): Promise<Setup> {
  const clock = new TestClock(START);
  const path = join(await createFolder(t), 'imports.db');
  const ledger = openSqliteLedger(path);
  atEnd(t, () => ledger.close());
  const complaints: string[] = [];
  const pruner = new Pruner({
    ledger,
    clock,
    logger: pino({ level: 'error' }, { write: (line) => void complaints.push(line) }),
    retentionOf: (providerId) => retentions[providerId] ?? other,
  });
  atEnd(t, () => pruner.stop());
  return { clock, ledger, pruner, path, complaints };
}

/** Has the ledger know a settled import with so many failed rows. */
async function keep({ ledger, clock }: Setup, ref: ImportRef, count = 1): Promise<void> {
  const settled = freshness({ state: 'SETTLED', nextLookAt: null });
  const rows = Array.from({ length: count }, (_, number) => rowError({ number }));
  await recordRows(ledger, rows, { ref, freshness: settled, now: clock.now() });
}

/** The imports that are known, each with how many of its rows show. */
async function listKept({ ledger }: Setup): Promise<Readonly<Record<string, number>>> {
  const { items } = await ledger.listImports({ filter: {}, first: 100, after: null });
  const kept: Record<string, number> = {};
  for (const { import: known } of items) {
    const id = `${known.ref.providerId}:${known.ref.externalId}`;
    kept[id] = (await listAllRows(ledger, id)).length;
  }
  return kept;
}

/** How many rows there are in the store, seen or not. */
function countRows({ path }: Setup): number {
  const store = new DatabaseSync(path, { readOnly: true });
  const row = store.prepare('select count(*) as count from import_rows').get();
  store.close();
  return Number(row?.['count']);
}

/** Lets it be that time, and a round begin and end. */
async function passTo({ clock }: Setup, instant: number): Promise<void> {
  clock.advance(instant - clock.now());
  await clock.pass(ROUND_MS / 2);
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

test('each provider keeps rows and imports for as long as it is told', async (t) => {
  const setup = await createPruner(t, {
    catalog: { rows: DAY_MS, imports: null },
    crm: { rows: null, imports: 2 * DAY_MS },
    email: { rows: DAY_MS, imports: 2 * DAY_MS },
  });
  for (const provider of ['catalog', 'crm', 'email', 'other']) {
    await keep(setup, refOf('old', provider));
  }
  setup.pruner.start();
  await passTo(setup, START + HOUR_MS);
  for (const provider of ['catalog', 'crm', 'email', 'other']) {
    await keep(setup, refOf('new', provider));
  }

  await passTo(setup, START + DAY_MS - ROUND_MS);
  const before = await listKept(setup);
  assert.deepEqual(new Set(Object.values(before)), new Set([1]));
  assert.equal(countRows(setup), 8);

  await passTo(setup, START + DAY_MS);
  assert.deepEqual(await listKept(setup), { ...before, 'catalog:old': 0, 'email:old': 0 });
  assert.equal(countRows(setup), 6);

  await passTo(setup, START + 2 * DAY_MS);
  assert.deepEqual(await listKept(setup), {
    'catalog:new': 0,
    'catalog:old': 0,
    'crm:new': 1,
    'email:new': 0,
    'other:new': 1,
    'other:old': 1,
  });

  await passTo(setup, START + 365 * DAY_MS);
  assert.deepEqual(await listKept(setup), {
    'catalog:new': 0,
    'catalog:old': 0,
    'other:new': 1,
    'other:old': 1,
  });
  assert.equal(countRows(setup), 2);
  assert.deepEqual(setup.complaints, []);
});

test('what is left of providers that are not configured any more grows old, too', async (t) => {
  const setup = await createPruner(t, { catalog: FOREVER }, { rows: DAY_MS, imports: null });
  await keep(setup, refOf('a', 'catalog'));
  await keep(setup, refOf('a', 'gone'));
  setup.pruner.start();
  setup.clock.advance(DAY_MS);
  await settle();
  assert.deepEqual(await listKept(setup), { 'catalog:a': 1, 'gone:a': 0 });
});

test('what is old when the service starts is deleted at once', async (t) => {
  const setup = await createPruner(t, { catalog: { rows: 0, imports: null } });
  await keep(setup, refOf('a'));
  setup.pruner.start();
  await settle();
  assert.deepEqual(await listKept(setup), { 'catalog:a': 0 });
});

test('many rows are deleted in small steps, between which others have their turn', async (t) => {
  const setup = await createPruner(t, { catalog: { rows: 0, imports: null } });
  await keep(setup, refOf('a'), 2_500);
  setup.pruner.start();
  await settle();
  // They show no more from the first step on.
  assert.deepEqual(await listKept(setup), { 'catalog:a': 0 });
  const counts = [countRows(setup)];
  for (let step = 0; step < 14; step += 1) {
    await setup.clock.pass(5);
    await settle();
    counts.push(countRows(setup));
  }
  const steps = Array.from({ length: 13 }, (_, step) => 2_500 - step * 200);
  assert.deepEqual(counts, [...steps, 0, 0]);
});

test('rows of captures that were given up are deleted whatever the retention', async (t) => {
  const setup = await createPruner(t, {});
  const { ledger, clock } = setup;
  const opened = await ledger.openCapture(refOf('a'), clock.now());
  const rows = [rowError(), rowError()];
  await ledger.addRows({ capture: opened, rows, limit: 9, next: null, totalFailed: null });
  setup.pruner.start();
  await settle();
  assert.equal(countRows(setup), 2, 'they are being read');
  await ledger.dropCapture(opened.id);
  await clock.pass(ROUND_MS);
  assert.equal(countRows(setup), 0);
});

test('many imports are deleted in small steps, and their rows after them', async (t) => {
  const setup = await createPruner(t, { catalog: { rows: null, imports: 0 } });
  for (let index = 0; index < 50; index += 1) await keep(setup, refOf(`load-${index}`), 2);
  setup.pruner.start();
  await settle();
  const counts = [Object.keys(await listKept(setup)).length];
  for (let step = 0; step < 2; step += 1) {
    await setup.clock.pass(5);
    counts.push(Object.keys(await listKept(setup)).length);
  }
  assert.deepEqual(counts, [30, 10, 0]);
  await setup.clock.pass(ROUND_MS);
  assert.equal(countRows(setup), 0);
});

test('a store that fails is told, and tried again in the next round', async (t) => {
  const setup = await createPruner(t, { catalog: { rows: 0, imports: null } });
  await keep(setup, refOf('a'));
  const store = new DatabaseSync(setup.path);
  atEnd(t, () => store.close());
  store.exec('alter table imports rename to broken');
  setup.pruner.start();
  await setup.clock.pass(2 * ROUND_MS);
  assert.equal(setup.complaints.length, 3);
  assert.match(setup.complaints.join(), /could not delete what is old.*no such table/s);

  store.exec('alter table broken rename to imports');
  await setup.clock.pass(ROUND_MS);

  assert.equal(setup.complaints.length, 3);
  assert.deepEqual(await listKept(setup), { 'catalog:a': 0 });
});

test('it stops in the middle of its work, and leaves the rest for the next start', async (t) => {
  const setup = await createPruner(t, { catalog: { rows: 0, imports: null } });
  await keep(setup, refOf('a'), 2_500);
  setup.pruner.start();
  await settle();
  await setup.clock.pass(20);
  await setup.pruner.stop();
  assert.equal(setup.clock.waiting, 0);
  const left = countRows(setup);
  assert.ok(left > 0);
  await setup.clock.pass(DAY_MS);
  assert.equal(countRows(setup), left);
  assert.deepEqual(setup.complaints, []);
});

test('it stops between its rounds, before its first, and again', async (t) => {
  const setup = await createPruner(t, {});
  setup.pruner.start();
  await setup.clock.pass(3 * ROUND_MS);
  assert.equal(setup.clock.waiting, 1);
  await setup.pruner.stop();
  await setup.pruner.stop();
  assert.equal(setup.clock.waiting, 0);
  const idle = await createPruner(t, {});
  await idle.pruner.stop();
  assert.equal(idle.clock.waiting, 0);
});
