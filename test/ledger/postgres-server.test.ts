import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { atEnd } from '../support/at-end.ts';
import { createDatabase, killConnections, run, startPostgres } from '../support/postgres.ts';
import { until } from '../support/world.ts';

const SERVER = fileURLToPath(new URL('../support/postgres-server.ts', import.meta.url));

/** Starts a server, says where it is, and stays. */
const PROGRAM = `
  import { startServer } from ${JSON.stringify(SERVER)};
  console.log((await startServer()).url);
  setInterval(() => undefined, 1_000);`;

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
  test(`a server that a process started for tests is gone when that has died of ${signal}`, async (t) => {
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(t, () => void owner.kill('SIGKILL'));
    const [url] = await once(createInterface(owner.stdout), 'line');
    const [shown] = await run(url, 'show data_directory');
    const folder = String(shown?.['data_directory']);
    assert.ok(existsSync(folder));

    owner.kill(signal);
    await once(owner, 'exit');

    await until(() => !existsSync(folder));
    await assert.rejects(run(url, 'select 1'), { code: 'ECONNREFUSED' });
  });
}

test('a server that was stopped or killed starts again where it was, with all that was committed', async (t) => {
  const server = await startPostgres(t);
  const { url } = server;
  await run(url, 'create table kept (id int)');
  for (const end of [() => server.stop(), () => server.kill()]) {
    await run(url, 'insert into kept values (1)');
    await end();
    await assert.rejects(run(url, 'select 1'), { code: 'ECONNREFUSED' });
    await server.start();
  }
  const [kept] = await run(url, 'select count(*)::int as count from kept');
  assert.equal(kept?.['count'], 2);
});

test('connections are broken by what they last asked, and others are not', async (t) => {
  const url = await createDatabase(t);
  const listening = assert.rejects(run(url, 'select 1 as a_listener, pg_sleep(60)'), {
    code: '57P01',
  });
  const other = new Client({ connectionString: url });
  await other.connect();
  atEnd(t, () => other.end());
  await other.query('select 2 as another');
  await until(async () => (await killConnections(url, 'select 1 as a_listener%')) === 1);
  await listening;
  assert.equal((await other.query('select 3')).rowCount, 1);
});
