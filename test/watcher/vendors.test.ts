import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { Import, ImportRef } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import type { SimulatedVendor } from '../../src/providers/simulation-server.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import type { TestClock } from '../support/clock.ts';
import { openLedger } from '../support/ledgers.ts';
import { CADENCE, createClock, LEASE_MS, startWatcher } from './setup.ts';

const LONG_LOAD = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 86_400_000 };

for (const provider of ALL_PROVIDERS) {
  test(`a load at ${provider.title} is followed to its end over HTTP`, async (t) => {
    const clock = createClock();
    const ledger = openLedger(t);
    const served = await serve(t, provider, clock);
    const { watcher } = await startWatcher(t, [served], { clock, ledger });
    const ref = { providerId: provider.kind, externalId: served.vendor.start(ORDINARY_LOAD) };

    await watcher.track({ ref, now: clock.now() });
    let known = await until(ledger, [ref], ([one]) => one?.revision === 1);
    const seen = new Set<string | undefined>();
    while (known[0]?.freshness.state !== 'SETTLED') {
      seen.add(known[0]?.state.job.phase);
      const before = known[0]?.freshness.observedAt ?? 0;
      clock.advance(CADENCE.minIntervalMs * 1.1);
      known = await until(ledger, [ref], ([one]) => (one?.freshness.observedAt ?? 0) > before);
    }

    assert.ok(!seen.has('FINISHED'));
    assert.equal(known[0].state.job.outcome, 'SUCCEEDED');
    const requests = served.vendor.requests.length;
    await clock.pass(3_600_000);
    assert.equal(served.vendor.requests.length, requests);
  });

  test(`a thousand loads at ${provider.title} are looked at in full batches, each round`, async (t) => {
    const clock = createClock();
    const ledger = openLedger(t);
    const served = await serve(t, provider, clock);
    const { watcher } = await startWatcher(t, [served], { clock, ledger });
    const count = served.largestBatch === 1 ? 40 : 50 * served.largestBatch;
    const refs = Array.from({ length: count }, () => ({
      providerId: provider.kind,
      externalId: served.vendor.start(LONG_LOAD),
    }));
    await Promise.all(refs.map((ref) => watcher.track({ ref, now: clock.now() })));

    for (let round = 1; round <= 3; round += 1) {
      await until(ledger, refs, (known) =>
        known.every(({ freshness }) => freshness.observedAt === clock.now()),
      );
      const looks = served.vendor.requests.filter((request) => !request.includes('token'));
      assert.equal(looks.length, (round * count) / served.largestBatch, `round ${round}`);
      clock.advance(CADENCE.minIntervalMs * 1.05);
    }
  });
}

test('looks at the others when one vendor is slow and one is down', async (t) => {
  const clock = createClock();
  const ledger = openLedger(t);
  const fleet = await Promise.all(ALL_PROVIDERS.map((provider) => serve(t, provider, clock)));
  const { watcher } = await startWatcher(t, fleet, { clock, ledger });
  const refs = fleet.map(({ provider, vendor }) => ({
    providerId: provider.id,
    externalId: vendor.start(LONG_LOAD),
  }));
  fleet[0]?.vendor.setScenario('slow');
  fleet[1]?.vendor.setScenario('outage');

  await Promise.all(refs.map((ref) => watcher.track({ ref, now: clock.now() })));
  const others = refs.slice(2);
  await until(ledger, others, (known) => known.every(({ revision }) => revision === 1));
  clock.advance(CADENCE.minIntervalMs * 1.05);
  await until(ledger, others, (known) =>
    known.every(({ freshness }) => freshness.observedAt === clock.now()),
  );

  const [slow, down] = await find(ledger, refs);
  assert.equal(slow?.freshness.state, 'PENDING');
  assert.equal(down?.freshness.state, 'BACKING_OFF');
});

interface Served {
  readonly provider: WatchedProvider;
  readonly vendor: SimulatedVendor;
  readonly largestBatch: number;
}

async function serve(t: TestContext, provider: Provider, clock: TestClock): Promise<Served> {
  const now = () => clock.now();
  const vendor = await serveSimulator(provider.simulate({ now, seed: 1 }), { port: 0 });
  t.after(() => vendor.close());
  const settings = provider.settings.parse(provider.simulatedSettings(vendor.url));
  const connect: WatchedProvider['connect'] = (admit) => {
    const http = createHttp({
      fetch: globalThis.fetch,
      timeoutMs: 10_000,
      maxResponseBytes: 10_000_000,
      admit,
    });
    return settings({ http, now });
  };
  const { kind, title: name, capabilities } = provider;
  return {
    vendor,
    largestBatch: connect(async () => {}).largestBatch,
    provider: {
      id: kind,
      kind,
      name,
      capabilities,
      cadence: CADENCE,
      budget: { perSecond: null, perMonth: null },
      concurrency: 4,
      rowValues: { kind: 'keep' },
      maxRows: 1_000_000,
      leaseMs: LEASE_MS,
      connect,
    },
  };
}

async function find(ledger: Ledger, refs: readonly ImportRef[]): Promise<readonly Import[]> {
  const known = await ledger.findImports(refs.map(importId));
  return refs.flatMap((ref) => known.get(importId(ref)) ?? []);
}

/** Waits until what is known of these imports is so. */
async function until(
  ledger: Ledger,
  refs: readonly ImportRef[],
  isSo: (known: readonly Import[]) => boolean,
): Promise<readonly Import[]> {
  for (let turn = 0; turn < 1_000_000; turn += 1) {
    const known = await find(ledger, refs);
    if (known.length === refs.length && isSo(known)) return known;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('what was waited for never came');
}
