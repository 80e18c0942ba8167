import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { fleetConfig, startFleet } from '../../src/simulated-fleet.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask, at, until } from '../support/world.ts';

/** A folder of its own, gone when the test ends. */
async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imports-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('everything that is wrong with a configuration is told at once, and it exits with 78', async (t) => {
  const folder = await makeFolder(t);
  const config = `
    providers:
      - { id: crm, kind: micro, teamId: t, apiKey: "\${NO_SUCH_SECRET}" }
      - { id: crm, kind: qobra, apiKey: k, baseUrl: "not a url" }
      - { id: other, kind: excel }
    poll: 3
  `;
  await writeFile(join(folder, 'imports.config.yml'), config);
  const service = startService(t, folder, { HOST: '0.0.0.0' });
  const [code] = await once(service.process, 'exit');
  assert.equal(code, 78);
  for (const problem of [
    /providers\[0\]\.apiKey: the environment variable NO_SUCH_SECRET is not set/,
    /providers\[1\]\.id: "crm" is already the id of providers\[0\]/,
    /providers\[1\]\.baseUrl: /,
    /providers\[2\]\.kind: "excel" is not a kind of provider; .*collibra, marketing-cloud, micro, qobra/,
    /"poll"/,
    /host: .*allowRemote: true/,
    /An example that works:/,
  ]) {
    assert.match(service.errors(), problem);
  }
});

test('a configuration that is not there, or is no YAML, is told in a sentence', async (t) => {
  const folder = await makeFolder(t);
  const missing = startService(t, folder);
  assert.deepEqual(await once(missing.process, 'exit'), [78, null]);
  assert.match(missing.errors(), /imports\.config\.yml: cannot be read .*IMPORTS_CONFIG/);
  await writeFile(join(folder, 'imports.config.yml'), 'providers: [');
  const broken = startService(t, folder);
  assert.deepEqual(await once(broken.process, 'exit'), [78, null]);
  assert.match(broken.errors(), /imports\.config\.yml: /);
});

test('a port that is taken and a store that cannot be opened are told in a sentence', async (t) => {
  const folder = await makeFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), 'providers: []');
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const port = String(at(other.address(), 'port'));
  const taken = startService(t, folder, { PORT: port });
  assert.deepEqual(await once(taken.process, 'exit'), [78, null]);
  assert.match(taken.errors(), new RegExp(`cannot listen on 127.0.0.1, port ${port} .*PORT=4001`));
  const unopened = startService(t, folder, { STORE_URL: 'sqlite:/no/such/folder/imports.db' });
  assert.deepEqual(await once(unopened.process, 'exit'), [78, null]);
  assert.match(unopened.errors(), /cannot open the store \/no\/such\/folder\/imports\.db/);
});

test('it starts while every vendor is down, and stops cleanly when told to', async (t) => {
  const folder = await makeFolder(t);
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  const config = fleetConfig(fleet, {});
  await fleet.close();
  await writeFile(join(folder, 'imports.config.yml'), config);
  const service = startService(t, folder);
  const url = await urlOf(service);
  const ready = await fetch(`${url}/health/ready`);
  assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ready' }]);
  const { data, errors } = await ask(
    url,
    '{ import(id: "micro:1") { freshness { state error { kind } } } }',
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'import.freshness'), {
    state: 'BACKING_OFF',
    error: { kind: 'UNAVAILABLE' },
  });
  service.process.kill('SIGTERM');
  assert.deepEqual(await once(service.process, 'exit'), [0, null]);
});

test('killed in the middle, it goes on where it stopped and loses nothing', async (t) => {
  const folder = await makeFolder(t);
  let vendorNow = Date.now();
  const fleet = await startFleet({ now: () => vendorNow, firstPort: 0 });
  t.after(() => fleet.close());
  const config = JSON.parse(fleetConfig(fleet, {}));
  for (const provider of config.providers)
    provider.poll = { minInterval: '30ms', maxInterval: '60ms' };
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify(config));
  const ids = fleet.members.flatMap(({ provider, vendor }) =>
    [0, 5].map((failedRows) => ({
      providerId: provider.kind,
      externalId: vendor.start({
        ...ORDINARY_LOAD,
        failedRows,
        queuedForMs: 200,
        runsForMs: 20_000,
      }),
    })),
  );
  const LIST = `{ imports(first: 20) { nodes { id revision job { phase outcome } freshness { state }
    history(first: 500) { nodes { revision position phase outcome } } } } }`;

  let isTracked = false;
  for (let life = 0; life < 3; life += 1) {
    const service = startService(t, folder);
    const url = await urlOf(service);
    if (!isTracked) {
      for (const input of ids) {
        await ask(
          url,
          'mutation ($input: TrackImportInput!) { trackImport(input: $input) { import { id } } }',
          {
            input: { ...input, continueOnError: true },
          },
        );
      }
      isTracked = true;
    }
    const countRevisions = async (): Promise<number> => {
      const nodes = at((await ask(url, LIST)).data, 'imports.nodes');
      assert.ok(Array.isArray(nodes));
      return nodes.reduce((sum, node) => sum + Number(at(node, 'revision')), 0);
    };
    const before = await countRevisions();
    // The vendors move on only as far as each life is to see.
    vendorNow += 2_000;
    await until(async () => (await countRevisions()) >= before + 4);
    service.process.kill('SIGKILL');
    await once(service.process, 'exit');
  }

  const service = startService(t, folder);
  const url = await urlOf(service);
  vendorNow += 60_000;
  const isSettled = async (): Promise<boolean> => {
    const { data } = await ask(url, LIST);
    const nodes = at(data, 'imports.nodes');
    return Array.isArray(nodes) && nodes.every((node) => at(node, 'freshness.state') === 'SETTLED');
  };
  await until(isSettled);
  const { data } = await ask(url, LIST);
  const nodes = at(data, 'imports.nodes');
  assert.ok(Array.isArray(nodes));
  assert.equal(nodes.length, ids.length);
  const positions = new Set<unknown>();
  for (const node of nodes) {
    const history = at(node, 'history.nodes');
    assert.ok(Array.isArray(history));
    const revisions = history.map((revision) => at(revision, 'revision'));
    assert.deepEqual(
      revisions,
      Array.from({ length: revisions.length }, (_, index) => index + 1),
    );
    assert.equal(at(node, 'revision'), revisions.length);
    // Its finish, and its rows where they are read page by page.
    const finishes = history.filter((revision) => at(revision, 'phase') === 'FINISHED');
    assert.ok(finishes.length === 1 || finishes.length === 2, `finished ${finishes.length} times`);
    assert.equal(new Set(finishes.map((finish) => at(finish, 'outcome'))).size, 1);
    for (const revision of history) positions.add(at(revision, 'position'));
  }
  const total = nodes.reduce((sum, node) => sum + Number(at(node, 'revision')), 0);
  assert.equal(positions.size, total, 'a position was given twice');
});

test('what is built for a container starts, keeps what it learns, and answers', async (t) => {
  const folder = await makeFolder(t);
  const built = join(folder, 'built');
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const build = spawn(process.execPath, ['.build.ts', built], { cwd: root, stdio: 'ignore' });
  assert.deepEqual(await once(build, 'exit'), [0, null]);
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  t.after(() => fleet.close());
  await writeFile(join(folder, 'imports.config.yml'), fleetConfig(fleet, {}));
  const service = startService(t, folder, { ENTRY: join(built, 'src', 'bundle', 'main.js') });
  const url = await urlOf(service);
  const { data, errors } = await ask(
    url,
    '{ import(id: "qobra:647a13fe875af4b4eb7133c2") { job { outcome } } }',
  );
  assert.deepEqual(errors, []);
  assert.equal(at(data, 'import.job.outcome'), 'COMPLETED_WITH_ERRORS');
  service.process.kill('SIGTERM');
  assert.deepEqual(await once(service.process, 'exit'), [0, null]);
});
