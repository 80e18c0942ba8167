import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Line } from '../support/line.ts';
import { createFolder } from '../support/ledgers.ts';
import { createRandom } from '../support/random.ts';
import { FOLLOWERS } from '../support/resuming-followers.ts';
import type { Account } from '../support/resuming-followers.ts';
import { startService, urlOf } from '../support/service.ts';
import type { Service } from '../support/service.ts';
import { ask, at } from '../support/world.ts';

const CLIENTS = Number(process.env['CLIENTS'] ?? 20);
const CHANGES = Number(process.env['CHANGES'] ?? 200);
const RESTARTS = Number(process.env['RESTARTS'] ?? 2);

const IMPORTS = Array.from({ length: 10 }, (_, index) => `load-${index}`);

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { revision } userErrors { message } }
}`;

test(`${CLIENTS} clients that are cut off at random, and ${RESTARTS} restarts, lose nothing of ${CHANGES} changes and see nothing twice`, async (t) => {
  const random = createRandom(1);
  const port = await findFreePort();
  const folder = await createFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify(configOn(port)));
  const start = async (): Promise<Service> => {
    const service = startService(t, folder, { PORT: String(port) });
    await urlOf(service);
    return service;
  };
  let service = await start();
  const url = `http://127.0.0.1:${port}`;
  for (const externalId of IMPORTS) await record(url, { externalId, processed: 1 });

  const line = await Line.lay(t);
  line.leadTo(url);
  const accounts = Array.from({ length: CLIENTS }, (_, index): Account => {
    const follower = FOLLOWERS[index % FOLLOWERS.length];
    const only = IMPORTS[index % IMPORTS.length];
    assert.ok(follower && only);
    const ids = (follower.isOfOne ? [only] : IMPORTS).map((externalId) => `crm:${externalId}`);
    return { follower, ids, shown: [], cuts: 0 };
  });
  const following = accounts.map((account) =>
    account.follower.follow(`http://${line.host}`, account.ids, {
      show: (shown) => void account.shown.push(shown),
      onCut: () => void (account.cuts += 1),
      random,
    }),
  );

  const perImport = CHANGES / IMPORTS.length;
  const restartEvery = Math.ceil(CHANGES / (RESTARTS + 1));
  let made = 0;
  for (let processed = 2; processed <= perImport; processed += 1) {
    for (const externalId of IMPORTS) {
      await record(url, { externalId, processed, isLast: processed === perImport });
      made += 1;
      if (random() < 0.2) line.cut(() => random() < 0.05);
      if (made % restartEvery === 0) {
        service.process.kill('SIGKILL');
        await once(service.process, 'exit');
        service = await start();
      }
    }
  }
  await Promise.all(following);
  const cuts = accounts.reduce((sum, { cuts }) => sum + cuts, 0);
  assert.ok(cuts >= CLIENTS, `only ${cuts} cuts: nothing was tried`);
  for (const account of accounts) check(account, perImport);
  service.process.kill('SIGTERM');
  assert.deepEqual(await once(service.process, 'exit'), [0, null]);
});

/** Each import of a client only goes forward, and to its end. */
function check({ follower, ids, shown, cuts }: Account, revisions: number): void {
  for (const id of ids) {
    const name = `${follower.name} of ${id}, cut ${cuts} times`;
    const own = shown.filter((one) => one.id === id);
    for (const [index, one] of own.entries()) {
      const before = own[index - 1];
      if (before === undefined) continue;
      assert.ok(one.revision > before.revision, `${name}: ${one.revision} came twice`);
      if (!follower.isOfOne) continue;
      const skipped = one.revision - before.revision - 1;
      assert.equal(one.skippedRevisions, skipped, `${name}: what was skipped`);
    }
    assert.equal(own.at(-1)?.revision, revisions, `${name}: the last was lost`);
    assert.equal(own.at(-1)?.phase, 'FINISHED', `${name}: the finish was lost`);
  }
}

interface Report {
  readonly externalId: string;
  readonly processed: number;
  readonly isLast?: boolean;
}

/** Hands in one state of a load, again if the server is killed meanwhile. */
async function record(
  url: string,
  { externalId, processed, isLast = false }: Report,
): Promise<void> {
  const response = {
    job_id: null,
    status: isLast ? 'complete' : 'processing',
    total: isLast ? processed : 1_000_000,
    processed,
    succeeded: processed,
    failed: 0,
  };
  const input = { providerId: 'crm', externalId, response };
  const { data, errors } = await ask(url, RECORD, { input });
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'recordImport.userErrors'), []);
}

/** A vendor that nobody looks at while the test runs. */
function configOn(port: number): unknown {
  return {
    port,
    store: { url: 'sqlite:imports.db' },
    logLevel: 'info',
    live: { drainFor: '200ms' },
    providers: [
      {
        id: 'crm',
        kind: 'micro',
        baseUrl: 'http://127.0.0.1:9',
        teamId: '0f0e0d0c-0b0a-4908-8706-050403020100',
        apiKey: 'key',
        poll: { minInterval: '1h', maxInterval: '1h' },
      },
    ],
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
