import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { atEnd } from '../support/at-end.ts';
import { createDatabase } from '../support/postgres.ts';
import { createRandom } from '../support/random.ts';
import { checkAccount, startFollowers, startReader } from '../support/replica-followers.ts';
import type { Follower } from '../support/replica-followers.ts';
import { planLoads, startLoad } from '../support/replica-loads.ts';
import { checkLooks } from '../support/replica-looks.ts';
import { checkChanges, checkImports, readHistories } from '../support/replica-truth.ts';
import { ReplicaVendors } from '../support/replica-vendors.ts';
import { Replicas } from '../support/replicas.ts';

const KILLS = Number(process.env['REPLICA_KILLS'] ?? 5);
const IMPORTS = Number(process.env['REPLICA_IMPORTS'] ?? 120);
const FOLLOWERS = Number(process.env['REPLICA_FOLLOWERS'] ?? 12);

const REPLICAS = 3;
const MIN_INTERVAL_MS = 500;

/** A kill comes after so many looks for each import that was started since the one before, at most. */
const LOOKS_AN_IMPORT = 6;

/** And after this at the latest: they may all have ended. */
const KILL_WITHIN_MS = 2_000;

/** A kill comes so many turns of the event loop after a vendor was asked, at most. */
const MOST_TURNS = 50;

/** An import that nobody looks at any more would be waited for without end. */
const PATIENCE_MS = 60_000;

test(`three replicas killed ${KILLS} times bring ${IMPORTS} imports to their end, and ${FOLLOWERS} followers lose nothing`, async (t) => {
  const random = createRandom(1);
  const storeUrl = await createDatabase(t);
  const vendors = new ReplicaVendors();
  const replicas = await Replicas.start(t, {
    vendors,
    storeUrl,
    count: REPLICAS,
    provider: { poll: { minInterval: `${MIN_INTERVAL_MS}ms`, maxInterval: '2s' }, concurrency: 50 },
  });
  const pick = (): Promise<string> => replicas.pick(random());
  const loads = planLoads(IMPORTS, Math.ceil(FOLLOWERS / 4), random);
  const groups = [...Map.groupBy(loads, ({ group }) => group).values()];
  const stopping = new AbortController();
  atEnd(t, () => stopping.abort());
  const { signal } = stopping;
  const reader = startReader(loads, { pick, random, signal });
  const followers = [...startFollowers(groups, FOLLOWERS, { pick, random, signal }), reader];

  let started = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const some = loads.slice(started, Math.ceil((IMPORTS * kill) / KILLS));
    started += some.length;
    const starting = Promise.all(some.map((load) => startLoad(load, vendors, pick)));
    const looks = random() * some.length * LOOKS_AN_IMPORT;
    await vendors.untilAsked(looks, AbortSignal.any([signal, AbortSignal.timeout(KILL_WITHIN_MS)]));
    for (let turns = random() * MOST_TURNS; turns > 0; turns -= 1) await setImmediate();
    await replicas.kill(Math.floor(random() * REPLICAS));
    await starting;
  }
  await untilDone(followers, stopping);
  await replicas.untilAllListen();
  assert.deepEqual(replicas.complaints.filter(isSurprise), []);

  const askings = [...vendors.askings];
  const fleet = await vendors.open('truth');
  atEnd(t, () => fleet.close());
  const ledger = await openStore(t, storeUrl);
  await checkImports(ledger, loads, fleet);
  const histories = await readHistories(ledger, loads);
  await checkChanges(ledger, histories);
  const places = new Map(
    [...histories].map(([id, history]) => [id, history.map(({ position }) => position)]),
  );
  for (const { account } of followers) checkAccount(account, places);
  const cuts = followers.reduce((sum, { account }) => sum + account.cuts, 0);
  assert.ok(cuts > 0, 'nobody was cut off: nothing was tried');
  const { killedAt } = replicas;
  const looks = checkLooks({
    askings,
    loads,
    histories,
    killedAt,
    minIntervalMs: MIN_INTERVAL_MS,
  });
  assert.deepEqual(looks.faults, []);
  t.diagnostic(`${looks.count} looks, ${looks.lost} of them lost by kills; ${cuts} cuts`);
});

/** Until everybody has seen the end of everything; throws when long nobody has seen anything. */
async function untilDone(followers: readonly Follower[], stopping: AbortController): Promise<void> {
  const all = Promise.all(followers.map(({ done }) => done));
  const countShown = (): number =>
    followers.reduce((sum, { account }) => sum + account.shown.length, 0);
  let shown = countShown();
  const watch = setInterval(() => {
    if (shown === countShown()) stopping.abort();
    shown = countShown();
  }, PATIENCE_MS);
  await all.finally(() => clearInterval(watch));
  const account = followers.at(-1)?.account;
  const seen = new Set(account?.shown.filter((one) => one.isSettled).map(({ id }) => id));
  const left = account?.loads.filter(({ id }) => !seen.has(id)).map(({ id }) => id) ?? [];
  assert.ok(!stopping.signal.aborted, `nothing moves any more; not settled: ${left.join(', ')}`);
}

/** The others say of one that was killed that it is gone. */
function isSurprise(line: string): boolean {
  return line !== '' && !line.includes('processes are gone without a word');
}

async function openStore(t: TestContext, url: string): Promise<Ledger> {
  const ledger = await openLedger(url, {
    clock: SYSTEM_CLOCK,
    logger: pino({ level: 'silent' }),
  });
  atEnd(t, () => ledger.close());
  return ledger;
}
