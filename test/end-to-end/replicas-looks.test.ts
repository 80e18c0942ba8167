import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { atEnd } from '../support/at-end.ts';
import { createDatabase } from '../support/postgres.ts';
import { createRandom } from '../support/random.ts';
import { startFollowers, startReader } from '../support/replica-followers.ts';
import { planLoads, startLoad } from '../support/replica-loads.ts';
import { checkLooks } from '../support/replica-looks.ts';
import type { Looks } from '../support/replica-looks.ts';
import { readHistories } from '../support/replica-truth.ts';
import { ReplicaVendors } from '../support/replica-vendors.ts';
import { Replicas } from '../support/replicas.ts';

const IMPORTS = Number(process.env['REPLICA_LOADS'] ?? 40);
const FOLLOWERS = 8;

const MIN_INTERVAL_MS = 300;

/** So many loads run at once. */
const AT_ONCE = 40;

/**
 * How many looks come of one fleet is a matter of chance and of how busy the machine is. A look that no
 * schedule of one replica alone would have had is one that comes sooner than the shortest interval after
 * the one before, or after the end.
 */
test(`three replicas make no look at ${IMPORTS} imports that one alone would not have made`, async (t) => {
  const counts: number[] = [];
  for (const replicas of [1, 3]) {
    await t.test(`${replicas} of them`, async (part) => {
      const { count, faults } = await watchFleet(part, replicas);
      assert.deepEqual(faults, []);
      counts.push(count);
    });
  }
  const [one = 0, three = 0] = counts;
  const more = ((100 * (three - one)) / one).toFixed(1);
  t.diagnostic(`one replica made ${one} looks, three made ${three}: ${more} % more, none too many`);
});

async function watchFleet(t: TestContext, count: number): Promise<Looks> {
  const random = createRandom(1);
  const storeUrl = await createDatabase(t);
  const vendors = new ReplicaVendors();
  const replicas = await Replicas.start(t, {
    vendors,
    storeUrl,
    count,
    provider: {
      poll: { minInterval: `${MIN_INTERVAL_MS}ms`, maxInterval: '2s' },
      concurrency: 20,
      // No turn is waited for.
      budget: { perSecond: 1_000, perMonth: 1_000_000 },
    },
  });
  const pick = (): Promise<string> => replicas.pick(random());
  // Half of them are subscribed to, and each is asked for while it begins to be tracked.
  const loads = planLoads(IMPORTS, FOLLOWERS * 2, random).map((load) => ({
    ...load,
    isAskedFor: true,
  }));
  const groups = [...Map.groupBy(loads, ({ group }) => group).values()];
  const stopping = new AbortController();
  atEnd(t, () => stopping.abort());
  const following = { pick, random, signal: stopping.signal };
  const followers = [
    ...startFollowers(groups, FOLLOWERS, following),
    startReader(loads, following),
  ];
  const left = loads.values();
  const starters = Array.from({ length: AT_ONCE }, async () => {
    for (const load of left) {
      await startLoad(load, vendors, pick);
      // As long as the vendor takes for it.
      await setTimeout(load.load.queuedForMs + load.load.runsForMs);
    }
  });
  await Promise.all([...starters, ...followers.map(({ done }) => done)]);
  const ledger = await openLedger(storeUrl, {
    clock: SYSTEM_CLOCK,
    logger: pino({ level: 'silent' }),
  });
  atEnd(t, () => ledger.close());
  const histories = await readHistories(ledger, loads);
  return checkLooks({
    askings: vendors.askings,
    loads,
    histories,
    killedAt: replicas.killedAt,
    minIntervalMs: MIN_INTERVAL_MS,
  });
}
