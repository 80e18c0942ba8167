import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { Import, ImportRef } from '../../src/domain/import.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { Http } from '../../src/providers/http.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedLoad } from '../../src/providers/simulation.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import { CADENCE, createClock, createVendor, settle, startWatcher } from '../watcher/setup.ts';
import type { Setup, Vendor } from '../watcher/setup.ts';
import type { FaultVendor } from './fault-vendors.ts';
import { serveFaulty } from './faulty-vendor.ts';
import type { FaultyVendor } from './faulty-vendor.ts';
import { until } from './world.ts';

/** A vendor that may fail and one that does not, watched side by side. */
export interface Trial {
  readonly vendor: FaultVendor;
  readonly setup: Setup;
  readonly sick: FaultyVendor;
  /** Of the import at the vendor that may fail. */
  readonly ref: ImportRef;
  readonly find: () => Promise<Import>;
  /**
   * Lets the shortest interval pass. Fails unless the neighbour is looked at in that very instant,
   * as it was in all before.
   */
  readonly step: () => Promise<void>;
  /** The same, and waits until the look at the import that is due then has ended. */
  readonly stepAndLook: () => Promise<void>;
  /** Waits until a look at the import has ended in this instant. */
  readonly untilLookedAt: () => Promise<void>;
}

export interface TrialOptions {
  /** Absent: one that goes on for a day. */
  readonly load?: SimulatedLoad;
  /** How far the vendor's clock is ahead of ours. */
  readonly aheadMs?: number;
}

export const STEP_MS = CADENCE.minIntervalMs;

const LONG_LOAD: SimulatedLoad = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 86_400_000 };

/** Nobody waits for what takes too long, and whatever else is slow on a busy machine may be. */
const HASTY_MS = 200;
const PATIENT_MS = 60_000;

/** Starts a load, and watches it until it was seen once; all is gone when the test ends. */
export async function startTrial(
  t: TestContext,
  vendor: FaultVendor,
  { load = LONG_LOAD, aheadMs = 0 }: TrialOptions = {},
): Promise<Trial> {
  const clock = createClock();
  const sick = await serveFaulty(t, vendor, () => clock.now() + aheadMs);
  const neighbour = createVendor(clock, {
    id: 'neighbour',
    cadence: { minIntervalMs: STEP_MS, maxIntervalMs: STEP_MS },
  });
  const provider = watchedProvider(vendor, sick, () => clock.now());
  const setup = await startWatcher(t, [{ provider }, neighbour], { clock, random: () => 0 });
  const { ledger, watcher } = setup;
  const ref = { providerId: provider.id, externalId: sick.start(load) };
  const start = clock.now();
  await watcher.track({ ref, now: start });
  await watcher.track({ ref: { providerId: 'neighbour', externalId: 'load' }, now: start });

  const find = async (): Promise<Import> => {
    const known = (await ledger.findImports([importId(ref)])).get(importId(ref));
    return known ?? assert.fail('the import is not known any more');
  };
  const untilLookedAt = async (): Promise<void> => {
    await until(() => {
      const { lastSuccessAt, lastFailureAt } = watcher.getHealth(ref.providerId);
      return lastSuccessAt === clock.now() || lastFailureAt === clock.now();
    });
    await settle();
  };
  const step = async (): Promise<void> => {
    clock.advance(STEP_MS);
    await checkNeighbour(neighbour, setup, start);
  };
  await untilLookedAt();
  await checkNeighbour(neighbour, setup, start);
  return {
    vendor,
    setup,
    sick,
    ref,
    find,
    step,
    stepAndLook: async () => {
      await step();
      await untilLookedAt();
    },
    untilLookedAt,
  };
}

/** It is looked at each interval from the start on, and in no other instant. */
async function checkNeighbour(
  { lookedAt }: Vendor,
  { clock, ledger }: Setup,
  start: number,
): Promise<void> {
  const now = clock.now();
  await until(async () => {
    const known = (await ledger.findImports(['neighbour:load'])).get('neighbour:load');
    return known?.freshness.observedAt === now;
  });
  await settle();
  const looks = (now - start) / STEP_MS + 1;
  const onSchedule = Array.from({ length: looks }, (_, index) => start + index * STEP_MS);
  assert.deepEqual(lookedAt, onSchedule);
}

function watchedProvider(
  { provider, settingsAt }: FaultVendor,
  sick: FaultyVendor,
  now: () => number,
): WatchedProvider {
  const connect = provider.settings.parse(settingsAt(sick.url));
  return {
    id: 'sick',
    kind: provider.kind,
    name: provider.title,
    // By the second look, "not there" does not mean "not yet" any more.
    capabilities: { ...provider.capabilities, appearsWithinMs: STEP_MS / 2 },
    cadence: CADENCE,
    budget: { perSecond: null, perMonth: null },
    concurrency: 4,
    rowValues: { kind: 'keep' },
    maxRows: 1_000_000,
    leaseMs: 10 * PATIENT_MS,
    connect: (admit) => {
      const make = (timeoutMs: number): Http =>
        createHttp({ fetch: sick.fetch, timeoutMs, maxResponseBytes: 10_000_000, admit });
      const hasty = make(HASTY_MS);
      const patient = make(PATIENT_MS);
      return connect({ http: (request) => (sick.isSlow() ? hasty : patient)(request), now });
    },
  };
}
