import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fleetConfig, startFleet } from '../../../src/simulated-fleet.ts';
import { atEnd } from '../../support/at-end.ts';
import { createFolder } from '../../support/ledgers.ts';
import { startOutageLoad } from '../../support/outage-load.ts';
import { run, startPostgres } from '../../support/postgres.ts';
import { startService, urlOf } from '../../support/service.ts';
import { ask, at, until } from '../../support/world.ts';

const LIST = '{ imports(first: 500) { nodes { id revision freshness { state } } } }';

test('services go on by themselves when their database has ended or was killed, and nothing is lost', async (t) => {
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  atEnd(t, () => fleet.close());
  const database = await startPostgres(t, { isSafe: true });
  const folder = await createFolder(t);
  const config = JSON.parse(fleetConfig(fleet, { live: { drainFor: '0s' } }));
  for (const provider of config.providers) {
    provider.poll = { minInterval: '200ms', maxInterval: '400ms' };
    provider.budget = { perMonth: 1_000_000, perSecond: 100 };
  }
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify(config));
  const services = [1, 2].map(() => startService(t, folder, { STORE_URL: database.url }));
  const urls = await Promise.all(services.map(urlOf));
  const load = startOutageLoad(t, { urls, fleet });

  for (const deed of ['stop', 'kill'] as const) {
    const before = load.tracked.size;
    await until(() => load.tracked.size > before + 10);
    await database[deed]();
    for (const url of urls) await until(async () => !(await isReady(url)));
    const outages = load.outages.map(({ count }) => count);
    await until(() => load.outages.every(({ count }, place) => count > (outages[place] ?? 0)));
    await database.start();
    const backAt = performance.now();
    for (const url of urls) {
      await until(async () => (await isReady(url)) && (await ask(url, LIST)).errors.length === 0);
    }
    t.diagnostic(
      `after a ${deed} all answer ${Math.round(performance.now() - backAt)} ms after it`,
    );
  }
  const before = load.tracked.size;
  await until(() => load.tracked.size > before + 10);
  await load.rest();

  const settled = new Map<string, unknown>();
  await until(async () => {
    const nodes = at((await ask(urls[0] ?? '', LIST)).data, 'imports.nodes');
    assert.ok(Array.isArray(nodes));
    for (const node of nodes) {
      if (at(node, 'freshness.state') === 'SETTLED')
        settled.set(String(at(node, 'id')), at(node, 'revision'));
    }
    return [...load.tracked].every((id) => settled.has(id));
  });
  await until(() =>
    load.seen.every((seen) => [...settled].every(([id, revision]) => seen.get(id) === revision)),
  );
  assert.deepEqual(load.faults, []);
  const half = await run(
    database.url,
    `select id from imports where revision <> (
       select count(*) from revisions where import_seq = imports.seq)`,
  );
  assert.deepEqual(half, []);
  for (const { process, log, errors } of services) {
    assert.equal(process.exitCode, null);
    assert.equal(errors(), '');
    assert.deepEqual(log.map(readLine).filter(isFault), []);
  }
});

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).status === 200;
}

interface Line {
  readonly level: number;
  readonly msg: string;
}

function readLine(line: string): Line {
  return JSON.parse(line);
}

/** That the store is away is said, and is the only thing to be said. */
function isFault({ level, msg }: Line): boolean {
  return level >= 50 && msg !== 'the store cannot be reached';
}
