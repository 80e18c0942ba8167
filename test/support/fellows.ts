import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Clock } from '../../src/domain/clock.ts';
import type { Freshness, ImportRef } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Look, LookTarget } from '../../src/providers/provider.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { createVendor } from '../watcher/setup.ts';
import type { Vendor, VendorOptions } from '../watcher/setup.ts';
import { atEnd } from './at-end.ts';
import { joinStore } from './postgres-ledgers.ts';

/** A request that a vendor was sent. */
export interface Asking {
  /** Which of the fellows it was. */
  readonly by: number;
  readonly name: string;
  readonly at: number;
}

/** One of some processes that share a store, and watch with it the same vendor. */
export interface Fellow {
  readonly ledger: Ledger;
  readonly watcher: Watcher;
  readonly vendor: Vendor;
  /** What was logged above `warn`. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

/** What a vendor that is shared was asked. */
export interface SharedVendor {
  readonly askings: readonly Asking[];
  /** How many requests ran at once at most. */
  readonly mostAtOnce: () => number;
}

export interface FellowsOptions extends Omit<VendorOptions, 'answer' | 'largestBatch'> {
  readonly url: string;
  readonly count: number;
  readonly clock: Clock;
  /** Absent: as all. */
  readonly ledgerClockOf?: (fellow: number) => Clock;
  readonly answer: (
    target: LookTarget,
    asking: Asking,
    signal: AbortSignal,
  ) => Look | Promise<Look>;
}

export interface Fellows extends SharedVendor {
  /** Two at least. */
  readonly fellows: readonly [Fellow, Fellow, ...Fellow[]];
}

/** Processes that do nothing yet; stopped when the test ends. */
export async function createFellows(
  t: TestContext,
  { url, count, clock, ledgerClockOf = () => clock, answer, ...provider }: FellowsOptions,
): Promise<Fellows> {
  const askings: Asking[] = [];
  const running = { now: 0, most: 0 };
  const create = async (by: number): Promise<Fellow> => {
    const vendor = createVendor(clock, {
      ...provider,
      answer: async (target, signal) => {
        const asking = { by, name: target.externalId, at: clock.now() };
        askings.push(asking);
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        try {
          return await answer(target, asking, signal);
        } finally {
          running.now -= 1;
        }
      },
    });
    const ledger = await joinStore(t, url, { clock: ledgerClockOf(by) });
    return createFellow(t, { ledger, clock, vendor });
  };
  const others = Array.from({ length: count - 2 }, (_, index) => create(index + 2));
  return {
    fellows: [await create(0), await create(1), ...(await Promise.all(others))],
    askings,
    mostAtOnce: () => running.most,
  };
}

interface FellowOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly vendor: Vendor;
}

async function createFellow(
  t: TestContext,
  { ledger, clock, vendor }: FellowOptions,
): Promise<Fellow> {
  const complaints: string[] = [];
  const watcher = await Watcher.create({
    providers: [vendor.provider],
    ledger,
    clock,
    random: () => 0.5,
    logger: pino({ level: 'error' }, { write: (line) => void complaints.push(line) }),
    holdFinishForMs: 60_000,
  });
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= watcher.stop(0));
  atEnd(t, stop);
  return { ledger, watcher, vendor, complaints, stop };
}

/** The names that a vendor was asked for, in alphabetical order. */
export function namesOf(askings: readonly Asking[]): readonly string[] {
  return askings.map(({ name }) => name).toSorted();
}

/** Which of the fellows asked. */
export function whoAsked(askings: readonly Asking[]): readonly number[] {
  return [...new Set(askings.map(({ by }) => by))].toSorted((a, b) => a - b);
}

/** Has each of the fellows track some of these. */
export async function trackAll(
  fellows: readonly Fellow[],
  refs: readonly ImportRef[],
  clock: Clock,
): Promise<void> {
  await Promise.all(
    refs.map(async (ref, index) =>
      fellows[index % fellows.length]?.watcher.track({ ref, now: clock.now() }),
    ),
  );
}

/** How many imports are in this state. */
export async function countIn({ ledger }: Fellow, state: Freshness['state']): Promise<number> {
  const { items } = await ledger.listImports({ filter: {}, first: 500, after: null });
  return items.filter((item) => item.import.freshness.state === state).length;
}

export function complaintsOf(fellows: readonly Fellow[]): readonly string[] {
  return fellows.flatMap(({ complaints }) => complaints);
}
