import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { createFolder } from '../support/ledgers.ts';
import { LoadBalancer } from '../support/load-balancer.ts';
import { createDatabase } from '../support/postgres.ts';
import { startService, urlOf } from '../support/service.ts';
import type { Service } from '../support/service.ts';
import { startSteadyLoad } from '../support/steady-load.ts';
import { ask, at, until } from '../support/world.ts';

/** Answers of this vendor are handed in; nobody can reach it. */
const CONFIG = `
providers:
  - { id: crm, kind: micro, baseUrl: "http://127.0.0.1:9", teamId: t, apiKey: k }
live: { drainFor: 500ms }
drain: { noticeWithin: 2s }
`;

interface StoreSetup {
  readonly name: string;
  /** Whether all replicas have the same. */
  readonly isShared: boolean;
  /** Answers the store of each replica, by its number. */
  readonly open: (t: TestContext) => Promise<(replica: number) => string>;
}

const STORES: readonly StoreSetup[] = [
  {
    name: 'a SQLite store for each',
    isShared: false,
    open: async () => (replica) => `sqlite:imports-${replica}.db`,
  },
  {
    name: 'one PostgreSQL store for all',
    isShared: true,
    open: async (t) => {
      const url = await createDatabase(t);
      return () => url;
    },
  },
];

const REPLICAS = 3;

for (const { name, isShared, open } of STORES) {
  test(`replicas that are restarted one after the other refuse and cut nothing, with ${name}`, async (t) => {
    const folder = await createFolder(t);
    await writeFile(join(folder, 'imports.config.yml'), CONFIG);
    const storeOf = await open(t);
    const balancer = await LoadBalancer.start(t);
    const start = async (replica: number): Promise<Running> => {
      const service = startService(t, folder, { STORE_URL: storeOf(replica) });
      const url = await urlOf(service);
      balancer.add(url);
      await until(() => balancer.isUsing(url));
      return { service, url };
    };
    const replicas = await Promise.all(
      Array.from({ length: REPLICAS }, (_, index) => start(index)),
    );
    const load = startSteadyLoad(t, { url: balancer.url, isShared });
    const isBusy = (since: ReadonlyMap<string, number>): boolean =>
      load.done.size === 3 &&
      [...load.done].every(([deed, times]) => times > (since.get(deed) ?? 0) + 50);
    await until(() => isBusy(new Map()));

    for (const [index, { service, url }] of replicas.entries()) {
      const before = new Map(load.done);
      const servedBefore = balancer.countServed(url);
      service.process.kill('SIGTERM');
      await until(() => !balancer.isUsing(url));
      assert.ok(balancer.countServed(url) > servedBefore, 'it was sent requests to the end');
      assert.deepEqual(await once(service.process, 'exit'), [0, null], service.errors());
      await start(index);
      await until(() => isBusy(before));
      assert.deepEqual([...load.faults, ...balancer.faults], []);
    }

    await load.rest();
    assert.ok(load.drained() >= REPLICAS, `${load.drained()} subscriptions were let go`);
    if (isShared) await until(async () => hasSeenAll(load.seen, await listRevisions(balancer.url)));
    assert.deepEqual([...load.faults, ...balancer.faults], []);
    for (const { service } of replicas) {
      assert.deepEqual(service.log.filter(isError), []);
    }
  });
}

interface Running {
  readonly service: Service;
  readonly url: string;
}

function isError(line: string): boolean {
  return Number(at(JSON.parse(line), 'level')) >= 50;
}

function hasSeenAll(
  seen: readonly ReadonlyMap<string, number>[],
  revisions: ReadonlyMap<string, number>,
): boolean {
  return seen.every((own) => [...revisions].every(([id, revision]) => own.get(id) === revision));
}

async function listRevisions(url: string): Promise<ReadonlyMap<string, number>> {
  const { data } = await ask(url, '{ imports(first: 100) { nodes { id revision } } }');
  const nodes = at(data, 'imports.nodes');
  assert.ok(Array.isArray(nodes));
  return new Map(nodes.map((node) => [String(at(node, 'id')), Number(at(node, 'revision'))]));
}
