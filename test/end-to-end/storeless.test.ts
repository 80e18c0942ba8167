import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createFolder } from '../support/ledgers.ts';
import { startPostgres } from '../support/postgres.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask, at, until } from '../support/world.ts';

const CONFIG = 'drain: { noticeWithin: 0s }';
const LIST = '{ imports { nodes { id } } }';

test('a service whose database is away says so, answers again when it is back, and always ends', async (t) => {
  const folder = await createFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), CONFIG);
  const database = await startPostgres(t);
  const environment = { STORE_URL: database.url };
  const service = startService(t, folder, environment);
  const url = await urlOf(service);
  const ready = async (): Promise<readonly [number, unknown]> => {
    const answer = await fetch(`${url}/health/ready`);
    return [answer.status, at(await answer.json(), 'status')];
  };
  assert.deepEqual(await ready(), [200, 'ready']);

  for (const deed of ['stop', 'kill'] as const) {
    await database[deed]();
    assert.deepEqual(await ready(), [503, 'storeless']);
    const { data, errors } = await ask(url, LIST);
    assert.equal(data, null);
    assert.equal(errors[0]?.extensions?.code, 'STORE_UNAVAILABLE');
    // Nothing of where it is.
    assert.doesNotMatch(errors[0]?.message ?? '', /127\.0\.0\.1/);
    assert.equal((await fetch(`${url}/health/live`)).status, 200);
    await database.start();
    await until(async () => (await ready())[0] === 200);
    assert.deepEqual((await ask(url, LIST)).errors, []);
  }

  await database.stop();
  const late = startService(t, folder, environment);
  assert.deepEqual(await once(late.process, 'exit'), [69, null]);
  assert.match(late.errors(), /the store cannot be reached/);
  service.process.kill('SIGTERM');
  const [code, signal] = await once(service.process, 'exit');
  assert.equal(signal, null);
  assert.ok(code === 0 || code === 1, `it ended with ${code}: ${service.errors()}`);
  assert.equal(service.errors(), '');
});
