import { setImmediate } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import type { Tracer } from '../../src/domain/tracer.ts';
import { traceLedger } from '../../src/telemetry/traced-ledger.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { atEnd } from './at-end.ts';
import { TestClock } from './clock.ts';
import { MonthVendor } from './month-vendor.ts';
import type { ExpiryRule, MonthJob } from './month-vendor.ts';
import { createRandom } from './random.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface MonthOptions {
  /** One for each who watches, of one store. */
  readonly ledgers: readonly Ledger[];
  readonly startAt: number;
  /** Absent: 1,000. */
  readonly perMonth?: number;
  readonly rule?: ExpiryRule;
}

const SHORTEST_MS = 5 * MINUTE_MS;

/** A vendor with a monthly budget, jobs that run at it, and those who watch them, in fake time. */
export class Month {
  readonly clock: TestClock;
  readonly vendor: MonthVendor;
  readonly perMonth: number;
  /** The same in every run. */
  readonly random = createRandom(1);
  /** What was logged above `info`, and what failed. */
  readonly complaints: string[] = [];
  readonly #provider: WatchedProvider;
  readonly #ledgers: readonly Ledger[];
  #watchers: readonly Watcher[] = [];
  #turn = 0;
  /** What is under way and does not wait for the clock. */
  #busy = 0;

  constructor({ ledgers, startAt, perMonth = 1_000, rule = 'told' }: MonthOptions) {
    this.perMonth = perMonth;
    this.clock = new TestClock(startAt);
    const span = { set: () => undefined, fail: () => undefined };
    const step: Tracer['step'] = (_, work) => this.#while(() => work(span));
    // Whoever shares the store is not looked after by the second: that would be millions of wakings.
    this.#ledgers = ledgers.map((ledger) => ({
      ...traceLedger(ledger, { step, begin: step }),
      isShared: false,
    }));
    this.vendor = new MonthVendor({ clock: this.clock, rule });
    this.#provider = {
      ...this.vendor.provider,
      budget: { perSecond: 10, perMonth },
      connect: (admit) =>
        this.vendor.provider.connect(async (signal) => {
          this.#busy -= 1;
          await admit(signal).finally(() => (this.#busy += 1));
        }),
    };
  }

  get ledger(): Ledger {
    const [ledger] = this.#ledgers;
    if (ledger === undefined) throw new Error('there is no ledger');
    return ledger;
  }

  /** The next of those who watch, in turn. */
  get watcher(): Watcher {
    this.#turn += 1;
    const watcher = this.#watchers[this.#turn % this.#watchers.length];
    if (watcher === undefined) throw new Error('nobody watches');
    return watcher;
  }

  /** Watches until the test ends. */
  async start(t: TestContext): Promise<void> {
    await this.#startWatchers();
    atEnd(t, () => this.#stop());
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.#startWatchers();
  }

  /** So many jobs begin, of five minutes to `longestMs`, and are watched from then on. */
  begin(count: number, longestMs: number): void {
    for (let index = 0; index < count; index += 1) this.#begin(longestMs);
  }

  /** Keeps so many jobs running, while any begin: when one ends, the next one begins. */
  keepRunning(count: number, longestMs: number, { forMs }: { readonly forMs: number }): void {
    const endAt = this.clock.now() + forMs;
    const next = (): void => {
      if (this.clock.now() >= endAt) return;
      const { endsAt } = this.#begin(longestMs);
      this.clock.after(endsAt - this.clock.now(), next);
    };
    for (let index = 0; index < count; index += 1) next();
  }

  /** Something happens again and again. */
  every(intervalMs: number, action: () => Promise<unknown>): void {
    this.clock.after(intervalMs, () => {
      action().catch((error: unknown) => this.#complain(error));
      this.every(intervalMs, action);
    });
  }

  /** Somebody else uses up requests. */
  async spend(count: number): Promise<void> {
    const query = {
      providerId: 'crm',
      perMonth: this.perMonth,
      spacingMs: 0,
      now: this.clock.now(),
    };
    for (let index = 0; index < count; index += 1) await this.ledger.takeRequest(query);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.settle());
  }

  /** Resolves when everything waits for the clock. */
  async settle(): Promise<void> {
    for (let calm = 0; calm < 4; calm += 1) {
      await setImmediate();
      if (this.#busy > 0) calm = -1;
    }
  }

  async #stop(): Promise<void> {
    const stopped = Promise.all(this.#watchers.map((watcher) => watcher.stop(0)));
    this.clock.advance(0);
    await stopped;
  }

  async #startWatchers(): Promise<void> {
    const started: Watcher[] = [];
    for (const ledger of this.#ledgers) {
      const watcher = await Watcher.create({
        providers: [this.#provider],
        ledger,
        clock: this.clock,
        // Chance of their own: what happens at the vendor is the same whatever they do.
        random: createRandom(started.length + 1),
        logger: pino({ level: 'warn' }, { write: (line) => void this.complaints.push(line) }),
        holdFinishForMs: MINUTE_MS,
        observer: {
          apart: (work) => work(),
          wait: (_, work) => work(),
          look: (_, work) => this.#while(work),
        },
      });
      watcher.start();
      started.push(watcher);
    }
    this.#watchers = started;
  }

  #begin(longestMs: number): MonthJob {
    const runsForMs = Math.ceil(SHORTEST_MS + this.random() * (longestMs - SHORTEST_MS));
    const job = this.vendor.start(runsForMs);
    const now = this.clock.now();
    this.#while(() => this.watcher.track({ ref: job.ref, now })).catch((error: unknown) =>
      this.#complain(error),
    );
    return job;
  }

  #complain(error: unknown): void {
    this.complaints.push(String(error));
  }

  #while<T>(work: () => T): T {
    this.#busy += 1;
    const result = work();
    void Promise.resolve(result)
      .catch(() => undefined)
      .finally(() => (this.#busy -= 1));
    return result;
  }
}
