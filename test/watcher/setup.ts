import { setImmediate } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { atEnd } from '../support/at-end.ts';
import { pino } from 'pino';
import type { Clock } from '../../src/domain/clock.ts';
import type { ImportRef } from '../../src/domain/import.ts';
import type { Observation } from '../../src/domain/observation.ts';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type {
  Look,
  LookTarget,
  ProviderDataSource,
  RowsAnswer,
  RowsTarget,
} from '../../src/providers/provider.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { observation, REF, START } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { openLedger } from '../support/ledgers.ts';

export const CADENCE = { minIntervalMs: 2_000, maxIntervalMs: 300_000 };
export const LEASE_MS = 160_000;

type Answer = (target: LookTarget, signal: AbortSignal) => Look | Promise<Look>;
type ReadRows = (target: RowsTarget, signal: AbortSignal) => RowsAnswer | Promise<RowsAnswer>;

/** A vendor that a test answers for, and what it was asked. */
export interface Vendor {
  readonly provider: WatchedProvider;
  /** The ids that each look was about, in the order of the looks. */
  readonly looks: (readonly string[])[];
  /** The same as instants. */
  readonly lookedAt: readonly number[];
  /** What each request was about: the ids of a look, or an id and where its rows were read from. */
  readonly requests: string[];
  /** How many looks ran at once at most. */
  readonly mostAtOnce: () => number;
  /** Answers in another way from now on. */
  answer(answer: Answer): void;
  /** Answers for rows in another way from now on. */
  answerRows(readRows: ReadRows): void;
}

export interface VendorOptions extends Partial<Omit<WatchedProvider, 'connect'>> {
  readonly largestBatch?: number;
  readonly answer?: Answer;
  /** Absent: it has no rows but those that come along with a look. */
  readonly readRows?: ReadRows;
  readonly readResponse?: ProviderDataSource['readResponse'];
}

export function createVendor(clock: Pick<Clock, 'now'>, options: VendorOptions = {}): Vendor {
  const { largestBatch = 1, readResponse, ...settings } = options;
  const requests: string[] = [];
  const looks: (readonly string[])[] = [];
  const lookedAt: number[] = [];
  const running = { now: 0, most: 0 };
  let answer: Answer = options.answer ?? (() => seen());
  let readRows = options.readRows ?? null;
  const connect = (admit: (signal: AbortSignal) => Promise<void>): ProviderDataSource => ({
    largestBatch,
    async look(targets, signal) {
      await admit(signal);
      const ids = targets.map(({ externalId }) => externalId);
      looks.push(ids);
      requests.push(ids.join());
      lookedAt.push(clock.now());
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      try {
        const answers = Promise.all(targets.map(async (target) => answer(target, signal)));
        return await Promise.race([answers, aborted(signal)]);
      } finally {
        running.now -= 1;
      }
    },
    ...(readRows !== null && {
      async readRows(target, signal) {
        await admit(signal);
        requests.push(`${target.externalId} from ${target.next ?? 'the beginning'}`);
        const answers = (async () => readRows?.(target, signal) ?? NOT_GRANTED)();
        return Promise.race([answers, aborted(signal)]);
      },
    }),
    ...(readResponse !== undefined && { readResponse }),
  });
  return {
    provider: {
      id: REF.providerId,
      kind: 'in-test',
      name: 'In test',
      capabilities: {
        appearsWithinMs: 10_000,
        retentionMs: null,
        reportsRowErrors: true,
        reportsEveryRow: false,
        acceptsResponses: false,
      },
      cadence: CADENCE,
      budget: { perSecond: null, perMonth: null },
      concurrency: 4,
      rowValues: { kind: 'keep' },
      maxRows: 1_000_000,
      leaseMs: LEASE_MS,
      ...settings,
      connect,
    },
    looks,
    lookedAt,
    requests,
    mostAtOnce: () => running.most,
    answer: (next) => {
      answer = next;
    },
    answerRows: (next) => {
      readRows = next;
    },
  };
}

const NOT_GRANTED: RowsAnswer = { kind: 'not-granted' };

/** Rejects once the signal is aborted, as a request does. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export interface Setup {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly watcher: Watcher;
  /** What was logged above `info`. */
  readonly complaints: readonly string[];
}

export interface SetupOptions {
  readonly clock: TestClock;
  readonly ledger?: Ledger;
  readonly random?: () => number;
  readonly holdFinishForMs?: number;
}

/** A watcher that runs until the test ends. */
export async function startWatcher(
  t: TestContext,
  vendors: readonly Pick<Vendor, 'provider'>[],
  options: SetupOptions,
): Promise<Setup> {
  const setup = await createWatcher(t, vendors, options);
  setup.watcher.start();
  return setup;
}

/** A watcher that was not started yet; stopped when the test ends. */
export async function createWatcher(
  t: TestContext,
  vendors: readonly Pick<Vendor, 'provider'>[],
  options: SetupOptions,
): Promise<Setup> {
  const { clock, ledger = openLedger(t), random = () => 0.5, holdFinishForMs = 60_000 } = options;
  const complaints: string[] = [];
  const watcher = await Watcher.create({
    providers: vendors.map(({ provider }) => provider),
    ledger,
    clock,
    random,
    logger: pino({ level: 'error' }, { write: (line) => void complaints.push(line) }),
    holdFinishForMs,
  });
  atEnd(t, async () => {
    const stopped = watcher.stop(0);
    clock.advance(0);
    await stopped;
  });
  return { clock, ledger, watcher, complaints };
}

/** A clock at the instant at which tests begin. */
export function createClock(): TestClock {
  return new TestClock(START);
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
}

export function seen(changes: Partial<Observation> = {}): Look {
  return { kind: 'observed', observation: observation(changes) };
}

export function failed(kind: ProviderErrorKind, retryAfterMs?: number): Look {
  return { kind: 'failed', error: failure(kind, retryAfterMs) };
}

export function failure(kind: ProviderErrorKind, retryAfterMs?: number): ProviderError {
  return new ProviderError(
    kind,
    `the vendor is ${kind}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** Tracks so many imports of a provider in one go. */
export async function trackMany(
  { watcher, clock }: Pick<Setup, 'watcher' | 'clock'>,
  count: number,
  providerId = REF.providerId,
): Promise<readonly ImportRef[]> {
  const refs = Array.from({ length: count }, (_, index) => ({
    providerId,
    externalId: `load-${index + 1}`,
  }));
  await Promise.all(refs.map((ref) => watcher.track({ ref, now: clock.now() })));
  return refs;
}
