import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { importId } from '../../src/domain/import.ts';
import type { ImportRef } from '../../src/domain/import.ts';
import { isFailed, sumTally } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { fleetConfig, startFleet } from '../../src/simulated-fleet.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from '../support/at-end.ts';
import { listAllRows } from '../support/captures.ts';
import { createFolder } from '../support/ledgers.ts';
import { createRandom } from '../support/random.ts';
import { startService, urlOf } from '../support/service.ts';
import type { Service } from '../support/service.ts';
import { memberOf } from '../support/simulated-vendors.ts';
import { readVendor, withoutId } from '../support/vendor-truth.ts';
import { ask, at, until } from '../support/world.ts';

/** Where the service keeps what it knows, in its folder. */
const STORE = 'imports.db';

const KILLS = Number(process.env['KILLS'] ?? 5);

/** Of one vendor the rows are read page by page, of the others they come in one long answer. */
const LOADS = {
  collibra: { rows: 40_000, failedRows: 40_000, kept: 40_000 },
  micro: { rows: 12_000, failedRows: 4_000, kept: 12_000 },
  qobra: { rows: 20_000, failedRows: 8_000, kept: 8_000 },
} as const;
const KINDS = ['collibra', 'micro', 'qobra'] as const;

/** A kill comes so many turns of the event loop after a batch of rows was kept, at most. */
const MOST_TURNS = 200;

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { userErrors { message } } }`;
const LIST = `{ imports(first: 500) { nodes { id externalId providerId freshness { state }
  rowErrors(first: 1) { totalCount availability nodes { id } } rowErrorGroups { count } } } }`;

test(`killed ${KILLS} times while rows come in, it has each of them exactly once`, async (t) => {
  const random = createRandom(1);
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  atEnd(t, () => fleet.close());
  const folder = await createFolder(t);
  const config = JSON.parse(fleetConfig(fleet, {}));
  for (const provider of config.providers) {
    provider.poll = { minInterval: '20ms', maxInterval: '40ms' };
  }
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify(config));
  const started: ImportRef[] = [];
  let taken: Taken = new Map();

  for (let kill = 0; kill < KILLS; kill += 1) {
    const service = startService(t, folder);
    const url = await urlOf(service);
    started.push(...(await keepBusy(url, fleet)));
    const store = new DatabaseSync(join(folder, STORE), { readOnly: true });
    const before = taken;
    const wanted = KINDS[Math.floor(random() * KINDS.length)] ?? 'micro';
    const kind = countLeft(before, wanted) > 0 ? wanted : 'micro';
    const killAt = random() * countLeft(before, kind);
    await until(() => countSince(before, (taken = readTaken(store)), kind) >= killAt);
    for (let turns = random() * MOST_TURNS; turns > 0; turns -= 1) await setImmediate();
    // The service is to find its store as a killed process leaves it.
    store.close();
    service.process.kill('SIGKILL');
    await once(service.process, 'exit');
    assert.deepEqual(complaintsOf(service), []);
  }

  const service = startService(t, folder);
  const url = await urlOf(service);
  await until(async () => (await listImports(url)).every(isSettled));
  assert.equal((await listImports(url)).length, started.length);
  service.process.kill('SIGTERM');
  assert.deepEqual(await once(service.process, 'exit'), [0, null]);
  assert.deepEqual(complaintsOf(service), []);
  const ledger = openSqliteLedger(join(folder, STORE));
  for (const ref of started) await checkImport(ledger, ref, fleet);
  await ledger.close();
});

/** Has an import of each vendor that is not settled, and shows none or all of its rows meanwhile. */
async function keepBusy(url: string, fleet: SimulatedFleet): Promise<readonly ImportRef[]> {
  const known = await listImports(url);
  for (const one of known) checkShown(one);
  const refs: ImportRef[] = [];
  for (const providerId of KINDS) {
    const isBusy = known.some((one) => at(one, 'providerId') === providerId && !isSettled(one));
    if (isBusy) continue;
    const { vendor } = memberOf(fleet, providerId);
    const { rows, failedRows } = LOADS[providerId];
    const load = { ...ORDINARY_LOAD, rows, failedRows, queuedForMs: 0, runsForMs: 0 };
    const externalId = vendor.start(load);
    refs.push({ providerId, externalId });
  }
  for (const input of refs) {
    const { errors } = await ask(url, TRACK, { input: { ...input, continueOnError: true } });
    assert.deepEqual(errors, []);
  }
  return refs;
}

async function listImports(url: string): Promise<readonly unknown[]> {
  const { data, errors } = await ask(url, LIST);
  assert.deepEqual(errors, []);
  const nodes = at(data, 'imports.nodes');
  assert.ok(Array.isArray(nodes));
  return nodes;
}

function isSettled(node: unknown): boolean {
  return at(node, 'freshness.state') === 'SETTLED';
}

function checkShown(node: unknown): void {
  const groups = at(node, 'rowErrorGroups');
  assert.ok(Array.isArray(groups));
  const count = groups.reduce((sum, group) => sum + Number(at(group, 'count')), 0);
  const isWhole = at(node, 'rowErrors.availability') === 'COMPLETE';
  assert.equal(count, isWhole ? at(node, 'rowErrors.totalCount') : 0);
  assert.equal(at(node, 'rowErrors.nodes.length'), isWhole ? 1 : 0);
}

/** What it logged above `info`. */
function complaintsOf({ log }: Service): readonly string[] {
  return log.filter((line) => !line.startsWith('{"level":30'));
}

/** What is held of an import is what its vendor shows, no more, no less, and in its order. */
async function checkImport(ledger: Ledger, ref: ImportRef, fleet: SimulatedFleet): Promise<void> {
  const id = importId(ref);
  const shown = await readVendor(ref, fleet, true);
  const known = (await ledger.findImports([id])).get(id);
  assert.deepEqual(known?.state.counters, shown.observation.counters);
  assert.deepEqual(known.state.job, shown.observation.job);
  const failed = shown.rows.filter(isFailed).length;
  const rowErrors = { availability: 'COMPLETE', totalCount: failed, limit: null };
  assert.deepEqual(known.state.rowErrors, rowErrors);
  assert.equal(known.freshness.state, 'SETTLED');
  const kept = await listAllRows(ledger, id);
  assert.deepEqual(kept.map(withoutId), shown.rows);
  assert.equal(new Set(kept.map((row) => row.id)).size, kept.length);
  const groups = await ledger.listRowErrorGroups(id);
  assert.equal(
    groups.reduce((sum, { count }) => sum + count, 0),
    failed,
  );
  const { revisions } = await ledger.listRevisions({ importId: id, first: 100, after: 0 });
  assert.deepEqual(
    revisions.map(({ revision }) => revision),
    revisions.map((_, index) => index + 1),
  );
  // The finish, and that its rows are there.
  assert.ok(revisions.length <= 2);
}

interface TakenRows {
  readonly providerId: string;
  readonly count: number;
}

/** How many rows each capture in a store has taken, by its id, the oldest first. */
type Taken = ReadonlyMap<number, TakenRows>;

function readTaken(store: DatabaseSync): Taken {
  const captures = store.prepare('select id, provider_id, seen from captures order by id').all();
  return new Map(
    captures.map(({ id, provider_id: providerId, seen }) => [
      Number(id),
      { providerId: String(providerId), count: sumTally(JSON.parse(String(seen))) },
    ]),
  );
}

function countSince(before: Taken, now: Taken, kind: string): number {
  let count = 0;
  for (const [id, taken] of now) {
    if (taken.providerId === kind) count += taken.count - (before.get(id)?.count ?? 0);
  }
  return count;
}

/** How many rows there are to be kept at least: those of a long answer all come again. */
function countLeft(before: Taken, kind: (typeof KINDS)[number]): number {
  if (kind !== 'collibra') return LOADS[kind].kept;
  const last = [...before.values()].findLast(({ providerId }) => providerId === kind);
  return LOADS[kind].kept - (last?.count ?? 0);
}
