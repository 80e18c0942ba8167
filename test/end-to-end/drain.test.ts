import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fleetConfig, startFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from '../support/at-end.ts';
import { createFolder } from '../support/ledgers.ts';
import { startService, urlOf } from '../support/service.ts';
import type { Service } from '../support/service.ts';
import { openConnection } from '../support/sockets.ts';
import { ask, at, until } from '../support/world.ts';

interface Running {
  readonly service: Service;
  readonly url: string;
  /** How it ends: its exit code, and the signal that killed it. */
  readonly exit: Promise<readonly unknown[]>;
}

interface Told {
  readonly noticeWithin?: string;
  readonly finishWithin?: string;
}

/** A service of one store, with every vendor simulated. */
async function start(t: TestContext, drain: Told): Promise<Running> {
  const folder = await createFolder(t);
  const fleet = await startFleet({ now: Date.now, firstPort: 0 });
  atEnd(t, () => fleet.close());
  await writeFile(join(folder, 'imports.config.yml'), fleetConfig(fleet, { drain }));
  const service = startService(t, folder);
  const url = await urlOf(service);
  return { service, url, exit: once(service.process, 'exit') };
}

/** Longer than a test runs. */
const LONG = '10m';

/** A signal that comes sooner after another is the same one. */
const NOT_THE_SAME_MS = 1_100;

const ANSWERED = '{ import(id: "qobra:647a13fe875af4b4eb7133c2") { job { outcome } } }';
const TRACK = `mutation {
  trackImport(input: { providerId: "collibra", externalId: "later" }) {
    import { freshness { state } } userErrors { message }
  }
}`;

test('a service that is to stop answers on until that is noticed, also of imports that nobody has seen', async (t) => {
  const { service, url, exit } = await start(t, { noticeWithin: LONG });
  service.process.kill('SIGTERM');
  await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  const { data, errors } = await ask(url, ANSWERED);
  assert.deepEqual(errors, []);
  assert.equal(at(data, 'import.job.outcome'), 'COMPLETED_WITH_ERRORS');
  const tracked = await ask(url, TRACK);
  assert.deepEqual(at(tracked.data, 'trackImport'), {
    import: { freshness: { state: 'PENDING' } },
    userErrors: [],
  });
  // An operator who does not want to wait.
  await setTimeout(NOT_THE_SAME_MS);
  service.process.kill('SIGINT');
  assert.deepEqual(await exit, [0, null], service.errors());
  assert.deepEqual(messagesOf(service).slice(-3), ['stopping', 'stopping at once', 'stopped']);
});

test('a service that is told twice within a second to stop was told once', async (t) => {
  const { service, url, exit } = await start(t, { noticeWithin: '2s' });
  // What is the same would be delivered once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) service.process.kill(signal);
  await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  assert.deepEqual((await ask(url, ANSWERED)).errors, []);
  assert.deepEqual(await exit, [0, null], service.errors());
  assert.deepEqual(messagesOf(service).slice(-2), ['stopping', 'stopped']);
});

for (const [name, drain, hurries] of [
  ['has waited for long enough', { finishWithin: '300ms' }, false],
  ['is told twice to stop', { noticeWithin: LONG, finishWithin: LONG }, true],
] as const) {
  test(`a service that ${name} ends although a request never does`, async (t) => {
    const { service, url, exit } = await start(t, drain);
    const stalled = await openConnection(t, url);
    const head = 'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
    stalled.write(`${head}content-length: 100\r\n\r\n{"query":`);
    const reset = once(stalled, 'error');
    // It has read what was sent before.
    await ask(url, '{ __typename }');
    service.process.kill('SIGTERM');
    if (hurries) {
      await setTimeout(NOT_THE_SAME_MS);
      service.process.kill('SIGTERM');
    }
    assert.deepEqual(await exit, [0, null], service.errors());
    assert.equal(at((await reset)[0], 'code'), 'ECONNRESET');
  });
}

function messagesOf({ log }: Service): readonly unknown[] {
  return log.map((line) => at(JSON.parse(line), 'msg'));
}
