import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { atEnd } from '../support/at-end.ts';
import { createDatabase } from '../support/postgres.ts';
import { ReplicaVendors } from '../support/replica-vendors.ts';
import type { Asking } from '../support/replica-vendors.ts';
import { Replicas } from '../support/replicas.ts';
import { ask, at, until } from '../support/world.ts';

const REPLICAS = 3;
const CONCURRENCY = 6;

const RETRY_AFTER_S = 1;
const REFUSAL = {
  status: 429,
  headers: { 'retry-after': String(RETRY_AFTER_S) },
  body: '',
};

/** Times that the vendor refuses what tries whether the pause is over. */
const TRIES = 6;

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { userErrors { message } } }`;

/** Turns that are waited for while the vendor begins to refuse are one matter more. */
const BUDGETS = [
  { name: 'without a budget', budget: undefined, concurrency: CONCURRENCY },
  { name: 'with a budget that many wait for', budget: { perSecond: 10 }, concurrency: 40 },
] as const;

for (const { name, budget, concurrency } of BUDGETS) {
  test(`a vendor ${name} that asks one replica to wait is left alone by all of them`, async (t) => {
    const vendors = new ReplicaVendors();
    const replicas = await startReplicas(t, vendors, {
      poll: { minInterval: '100ms', maxInterval: '100ms' },
      concurrency,
      ...(budget && { budget }),
    });
    await trackMany(vendors, replicas, 60);
    const { askings } = vendors;
    await until(() => countReplicas(askings) === REPLICAS);

    const refused = askings.length;
    vendors.instead = () => REFUSAL;
    await until(async () => (await listHealth(replicas)).every((state) => state === 'DOWN'));
    // Once more: what was on its way when the first said so has come.
    await until(async () => (await listHealth(replicas)).every((state) => state === 'DOWN'));
    const inPause = askings.length;
    await until(() => askings.length >= inPause + TRIES);
    vendors.instead = () => null;
    const answered = askings.length;
    const gaps = gapsOf(askings.slice(inPause - 1, answered));
    assert.ok(
      gaps.every((gap) => gap >= RETRY_AFTER_S * 1_000),
      `asked again after ${gaps.join(', ')} ms`,
    );
    await until(() => countReplicas(askings.slice(answered)) === REPLICAS);
    t.diagnostic(`${inPause - refused} looks were under way when the vendor began to refuse`);
  });
}

test('what a vendor allows a second and a month holds for all replicas together', async (t) => {
  const perSecond = 20;
  const perMonth = 40;
  const imports = 60;
  const vendors = new ReplicaVendors();
  const replicas = await startReplicas(t, vendors, {
    poll: { minInterval: '500ms', maxInterval: '500ms' },
    budget: { perSecond, perMonth },
    concurrency: 30,
  });
  const startedAt = Date.now();
  await trackMany(vendors, replicas, imports);
  await until(() => vendors.askings.length >= perMonth);
  const spentAt = Date.now();
  await until(async () => (await findLastFailure(replicas)) > spentAt);
  assert.equal(vendors.askings.length, perMonth);
  assert.ok(countReplicas(vendors.askings) > 1);
  for (const [index, asking] of vendors.askings.entries()) {
    const sinceMs = asking.at - startedAt;
    const allowed = (sinceMs / 1_000) * perSecond + 1;
    assert.ok(index + 1 <= allowed, `${index + 1} requests in ${sinceMs} ms`);
  }
});

async function startReplicas(
  t: TestContext,
  vendors: ReplicaVendors,
  provider: Readonly<Record<string, unknown>>,
): Promise<Replicas> {
  const storeUrl = await createDatabase(t);
  atEnd(t, () => {
    vendors.instead = () => null;
  });
  return Replicas.start(t, { vendors, storeUrl, count: REPLICAS, provider });
}

/** Has imports watched that run for long, all at one vendor. */
async function trackMany(
  vendors: ReplicaVendors,
  { urls }: Replicas,
  count: number,
): Promise<void> {
  const refs = Array.from({ length: count }, () => ({
    providerId: 'qobra',
    externalId: vendors.start('qobra', { ...ORDINARY_LOAD, runsForMs: 3_600_000 }),
  }));
  await Promise.all(
    refs.map(async (input, index) => {
      const { data, errors } = await ask(urls[index % urls.length] ?? '', TRACK, { input });
      assert.deepEqual([errors, at(data, 'trackImport.userErrors')], [[], []]);
    }),
  );
}

async function listHealth({ urls }: Replicas): Promise<readonly unknown[]> {
  const answers = await Promise.all(
    urls.map((url) => ask(url, '{ importProvider(id: "qobra") { health { state } } }')),
  );
  return answers.map(({ data }) => at(data, 'importProvider.health.state'));
}

/** When somebody was last refused, by the vendor or by its budget. */
async function findLastFailure({ urls: [url = ''] }: Replicas): Promise<number> {
  const { data } = await ask(url, '{ importProvider(id: "qobra") { health { lastFailureAt } } }');
  return Date.parse(String(at(data, 'importProvider.health.lastFailureAt')));
}

function countReplicas(askings: readonly Asking[]): number {
  return new Set(askings.map(({ replica }) => replica)).size;
}

function gapsOf(askings: readonly Asking[]): readonly number[] {
  return askings.slice(1).map(({ at }, index) => at - (askings[index]?.at ?? 0));
}
