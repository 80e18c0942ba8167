import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { atEnd } from '../support/at-end.ts';
import { createFolder } from '../support/ledgers.ts';
import { plant, SECRET } from '../support/planted-rows.ts';
import { serveVendors } from '../support/simulated-vendors.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

/** A response of Micro that somebody hands in. */
const RESPONSE = {
  job_id: null,
  status: 'complete',
  total: 1,
  processed: 1,
  succeeded: 0,
  failed: 1,
  results: [{ id: null, error: { code: 'invalid_value', message: `"${SECRET}" is no name` } }],
};

/** A load that is over at once. */
const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 0 };

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { userErrors { message } } }`;
const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { id } userErrors { message } } }`;
const STATES = '{ imports(first: 100) { nodes { freshness { state } } } }';
const ROW = 'code message detail values valuesForm recordId resource';
const EVERYTHING = `{ imports(first: 50) { nodes { id
  csv: rowsExportUrl(format: CSV) ndjson: rowsExportUrl(format: NDJSON)
  job { message explanation providerStatus error { code message detail } }
  resources { key name error { code message detail } categories { error { message detail } } }
  rows(first: 100) { nodes { id recordId resource error { ${ROW} } } }
  rowErrors(first: 100) { availability nodes { ${ROW} } }
  rowErrorGroups { code message sample { ${ROW} } }
  freshness { state error { message } } } } }`;

interface Planted extends World {
  readonly log: readonly string[];
  /** The folder of its store. */
  readonly folder: string;
}

/** A world whose vendors have loads that failed, in part and as a whole, with the secret in them. */
async function startPlanted(t: TestContext, options: WorldOptions): Promise<Planted> {
  const fleet = await serveVendors(t, plant);
  const folder = await createFolder(t);
  const log: string[] = [];
  const world = await startWorld(t, {
    fleet,
    onLog: (line) => log.push(line),
    ...options,
    service: { ...options.service, store: { url: `sqlite:${join(folder, 'imports.db')}` } },
    provider: { poll: { minInterval: '20ms', maxInterval: '40ms' }, ...options.provider },
  });
  for (const { provider, endings, vendor } of fleet.members) {
    for (const ending of endings) {
      await track(world, provider.kind, vendor.start({ ...LOAD, ending }));
    }
  }
  await record(world, 'handed-in', RESPONSE);
  return { ...world, log, folder };
}

async function track(world: World, providerId: string, externalId: string): Promise<void> {
  const input = { providerId, externalId, continueOnError: true };
  assert.deepEqual((await world.ask(TRACK, { input })).errors, []);
}

async function record(world: World, externalId: string, response: unknown): Promise<unknown> {
  const input = { providerId: 'micro', externalId, response };
  return (await world.ask(RECORD, { input })).data;
}

async function isAllSettled(world: World): Promise<boolean> {
  const nodes = at((await world.ask(STATES)).data, 'imports.nodes');
  assert.ok(Array.isArray(nodes) && nodes.length > 0);
  return nodes.every((node) => at(node, 'freshness.state') === 'SETTLED');
}

/** Everything that the service tells of each import, in the graph and as files, by id. */
async function readEverything(world: World): Promise<ReadonlyMap<string, string>> {
  const { data, errors } = await world.ask(EVERYTHING);
  assert.deepEqual(errors, []);
  const nodes = at(data, 'imports.nodes');
  assert.ok(Array.isArray(nodes));
  const told = new Map<string, string>();
  for (const node of nodes) {
    const texts = [JSON.stringify(node)];
    for (const path of [at(node, 'csv'), at(node, 'ndjson')]) {
      if (typeof path !== 'string') continue;
      const file = await fetch(new URL(path, world.app.url));
      assert.equal(file.status, 200);
      texts.push(await file.text());
    }
    told.set(String(at(node, 'id')), texts.join('\n'));
  }
  return told;
}

/** Looks that fail, in the middle of an answer that quotes rows or in one that is a refusal. */
async function failLooks(world: Planted): Promise<void> {
  for (const scenario of ['malformed', 'expired', 'outage', 'unauthorized'] as const) {
    for (const { provider, vendor } of world.fleet.members) {
      vendor.setScenario(scenario);
      const looks = vendor.requests.length;
      await track(world, provider.kind, vendor.start(LOAD));
      await until(() => vendor.requests.length > looks);
    }
  }
  for (const kind of ['unexpected-response', 'unavailable']) {
    await until(() => world.log.some((line) => line.includes(kind) && line.includes('fails')));
  }
}

test('nothing of a row is ever logged', async (t) => {
  const world = await startPlanted(t, {});
  await until(() => isAllSettled(world));
  // It is there, and whoever may see rows sees it.
  const told = await readEverything(world);
  for (const { provider } of world.fleet.members) {
    const own = [...told].filter(([id]) => id.startsWith(`${provider.kind}:`));
    assert.ok(
      own.some(([, text]) => text.split(SECRET).length > 20),
      provider.kind,
    );
  }

  await failLooks(world);
  // Responses that are none.
  for (const response of [
    SECRET,
    [SECRET],
    { ...RESPONSE, status: SECRET, total: SECRET },
    { ...RESPONSE, results: [SECRET, { error: SECRET }, { id: { [SECRET]: SECRET } }] },
    { ...RESPONSE, results: { [SECRET]: SECRET } },
    { [SECRET]: SECRET },
  ]) {
    await record(world, 'nonsense', response);
  }
  await world.ask(`mutation { recordImport(input: { response: "${SECRET}" }) { import { id } } }`);
  await world.ask(RECORD, {
    input: { providerId: 'micro', externalId: SECRET.length, response: SECRET },
  });
  await world.ask(RECORD, { input: SECRET });

  // A store that breaks while rows are written and read.
  for (const { vendor } of world.fleet.members) vendor.setScenario('healthy');
  const store = new DatabaseSync(join(world.folder, 'imports.db'));
  atEnd(t, () => store.close());
  store.exec('alter table import_rows rename to broken');
  await record(world, 'into-a-broken-store', RESPONSE);
  await world.ask(EVERYTHING);
  await fetch(`${world.app.url}/imports/micro:handed-in/rows.csv`);
  await until(() => world.log.some((line) => line.includes('no such table')));
  await world.app.stop();

  assert.ok(world.log.length > 0);
  assert.deepEqual(
    world.log.filter((line) => line.includes(SECRET)),
    [],
  );
});

for (const rowValues of ['drop', 'hash'] as const) {
  test(`nothing of a row is kept or told whose values the configuration says to ${rowValues}`, async (t) => {
    const world = await startPlanted(t, {
      service: { rowValuesKey: 'the key of this environment' },
      provider: { rowValues },
    });
    await until(() => isAllSettled(world));
    await record(world, 'handed-in', RESPONSE);
    await failLooks(world);

    const told = [...(await readEverything(world)).values()].join('\n');

    assert.ok(!told.includes(SECRET), told.slice(told.indexOf(SECRET) - 200).slice(0, 400));
    // Yet the rows are there, and why they failed.
    assert.match(told, /No asset type matches the specified criteria\./);
    assert.match(told, rowValues === 'drop' ? /"valuesForm":"DROPPED"/ : /"valuesForm":"HASHED"/);
    await world.app.stop();
    for (const file of await readdir(world.folder)) {
      const bytes = await readFile(join(world.folder, file));
      assert.ok(!bytes.includes(SECRET), file);
    }
    assert.ok(!world.log.join().includes(SECRET));
  });
}
