import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { fleetConfig, startFleet } from '../../src/simulated-fleet.ts';
import { startCollector } from '../support/collector.ts';
import { createFolder } from '../support/ledgers.ts';
import { readMetrics } from '../support/metrics.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask } from '../support/world.ts';

test('what is built for a container counts and traces, and sends what is left when it stops', async (t) => {
  const folder = await createFolder(t);
  const built = join(folder, 'built');
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const build = spawn(process.execPath, ['.build.ts', built], { cwd: root, stdio: 'ignore' });
  assert.deepEqual(await once(build, 'exit'), [0, null]);
  const collector = await startCollector(t);
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  t.after(() => fleet.close());
  const telemetry = { traces: { url: collector.url } };
  await writeFile(join(folder, 'imports.config.yml'), fleetConfig(fleet, { telemetry }));
  const service = startService(t, folder, { ENTRY: join(built, 'src', 'bundle', 'main.js') });
  const url = await urlOf(service);
  // By the book, compiled, and once more.
  for (let asked = 0; asked < 3; asked += 1) {
    const { errors } = await ask(url, '{ import(id: "qobra:647a13fe875af4b4eb7133c2") { id } }');
    assert.deepEqual(errors, []);
  }
  const samples = await readMetrics(url);
  assert.equal(samples.get('imports_looks_total{provider="qobra",result="ok"}'), 1);
  service.process.kill('SIGTERM');
  assert.deepEqual(await once(service.process, 'exit'), [0, null]);
  const names = collector.spans().map(({ name }) => name);
  for (const [name, times] of [
    ['POST /graphql', 3],
    ['Query.import', 3],
    ['look', 1],
    ['ledger record', 1],
  ] as const) {
    assert.equal(names.filter((one) => one === name).length, times, name);
  }
});
