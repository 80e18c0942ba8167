import DataLoader from 'dataloader';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { importId } from '../domain/import.ts';
import type { Import, ImportRef } from '../domain/import.ts';
import type { Ledger, Tracking } from '../ledger/ledger.ts';
import { logFailure } from '../ledger/log-failure.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import { isOpen } from '../ledger/provider-health.ts';
import { UNTRIED } from '../ledger/provider-health.ts';
import type { BudgetState, Risk } from './budget.ts';
import { Interest } from './interest.ts';
import { Lane } from './lane.ts';
import { GIVEN_UP, OVERLOADED } from './answer.ts';
import type { Answer } from './answer.ts';
import { MISS_MEMORY_MS } from './asked-looks.ts';
import { UNOBSERVED } from './observer.ts';
import type { WatcherObserver } from './observer.ts';
import { intervalMs } from './schedule.ts';
import { recordResponse } from './record-response.ts';
import type { ResponseInput, ResponseResult } from './record-response.ts';
import type { WatchedProvider } from './watched-provider.ts';

export interface WatcherOptions {
  readonly providers: readonly WatchedProvider[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** How long a finish that is not whole is held back. */
  readonly holdFinishForMs: number;
  /** Absent: nobody looks on. */
  readonly observer?: WatcherObserver;
}

const MOST_REMEMBERED = 10_000;

/** So often it is seen what others have learnt of providers. */
const SEE_HEALTH_EVERY_MS = 1_000;

/** The only thing that talks to vendors: one loop per provider, one look at a time per import. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #observer: WatcherObserver;
  readonly #interest: Interest;
  readonly #lanes = new Map<string, Lane>();
  /** When an import was last refreshed, for those that the vendor does not show. */
  readonly #refreshes = new Map<string, number>();
  /** Those that many ask for at once are read at once; nothing is remembered. */
  readonly #known: DataLoader<string, Import | null>;
  readonly #misses = new Map<string, { readonly answer: Answer; readonly until: number }>();

  #cancelTimer: () => void = () => undefined;
  #isOn = false;

  private constructor(options: WatcherOptions, health: ReadonlyMap<string, ProviderHealth>) {
    this.#options = options;
    this.#observer = options.observer ?? UNOBSERVED;
    this.#interest = new Interest(options);
    this.#known = new DataLoader(
      async (ids) => {
        const found = await options.ledger.findImports(ids);
        return ids.map((id) => found.get(id) ?? null);
      },
      { cache: false, maxBatchSize: 1_000 },
    );
    for (const provider of options.providers) {
      const { ledger, clock, random, logger, holdFinishForMs } = options;
      const lane = new Lane({
        provider,
        ledger,
        clock,
        random,
        logger,
        holdFinishForMs,
        observer: this.#observer,
        health: health.get(provider.id) ?? UNTRIED,
      });
      this.#lanes.set(provider.id, lane);
    }
  }

  /** A watcher that goes on where an earlier one stopped. It looks at nothing until `start`. */
  static async create(options: WatcherOptions): Promise<Watcher> {
    return new Watcher(options, await options.ledger.listProviderHealth());
  }

  start(): void {
    for (const lane of this.#lanes.values()) lane.start();
    this.#isOn = true;
    if (this.#options.ledger.isShared) this.#seeHealthAgain();
  }

  /** Leaves what is due to others; what is asked for is still looked at. */
  stopClaiming(): void {
    for (const lane of this.#lanes.values()) lane.stopClaiming();
  }

  /** Starts no more looks, lets the running ones finish for `graceMs`, then aborts them. */
  async stop(graceMs: number): Promise<void> {
    this.#interest.stop();
    this.#isOn = false;
    this.#cancelTimer();
    const ends = [...this.#lanes.values()].map((lane) => lane.stop(graceMs));
    // Whatever one of them comes to, the others are waited for.
    await Promise.allSettled(ends);
    await Promise.all(ends);
  }

  /** In the order of the configuration. */
  listProviders(): readonly WatchedProvider[] {
    return this.#options.providers;
  }

  findProvider(providerId: string): WatchedProvider | null {
    return this.#lanes.get(providerId)?.provider ?? null;
  }

  /** How a provider fares right now. */
  getHealth(providerId: string): ProviderHealth {
    return this.#lanes.get(providerId)?.health ?? UNTRIED;
  }

  /** Whether a provider is being left alone right now. */
  isDown(providerId: string): boolean {
    return isOpen(this.getHealth(providerId), this.#options.clock.now());
  }

  /** What is left of a provider's budget; null when it has none. */
  async findBudget(providerId: string): Promise<BudgetState | null> {
    return (await this.#lanes.get(providerId)?.budget.state()) ?? null;
  }

  /**
   * What will be lost of what a provider did at what is left of its budget, with up to `first` imports
   * of it; null where the vendor does not say how long it keeps an import.
   */
  async findRisk(providerId: string, first: number): Promise<Risk | null> {
    const lane = this.#lanes.get(providerId);
    return (await lane?.budget.findRisk(lane.source.largestBatch, first)) ?? null;
  }

  /**
   * Looks at an import that is in no ledger: once, however many ask. A vendor that does not know
   * it, or fails, is not asked about it again for a short while.
   */
  async ask(ref: ImportRef): Promise<Answer> {
    const id = importId(ref);
    const lane = this.#lanes.get(ref.providerId);
    if (lane === undefined) return { kind: 'not-found' };
    const remembered = this.#misses.get(id);
    if (remembered !== undefined && this.#options.clock.now() < remembered.until) {
      return remembered.answer;
    }
    // A look may have ended since the caller read the ledger.
    const known = await this.#known.load(id);
    if (known !== null) return { kind: 'found', import: known };
    const answer = await this.#observer.wait(id, () => lane.ask(ref));
    if (answer.kind === 'found') this.#misses.delete(id);
    else if (answer !== GIVEN_UP && answer !== OVERLOADED) this.#remember(id, answer);
    return answer;
  }

  /** Watches an import from now on. */
  async track(tracking: Tracking): Promise<Import> {
    const id = importId(tracking.ref);
    const lane = this.#lanes.get(tracking.ref.providerId);
    const tracked = await this.#options.ledger.track(tracking);
    this.#misses.delete(id);
    lane?.nudge();
    return tracked;
  }

  /** Stops looks at an import and keeps what is known; null when there is no such import. */
  async untrack(ref: ImportRef): Promise<Import | null> {
    const id = importId(ref);
    const untracked = await this.#options.ledger.untrack(id);
    this.#lanes.get(ref.providerId)?.giveUp(id);
    return untracked;
  }

  /** Makes an import of a vendor response that somebody hands in as it came. */
  async recordResponse(input: ResponseInput): Promise<ResponseResult> {
    const { clock, random } = this.#options;
    const lane = this.#lanes.get(input.ref.providerId);
    if (lane === undefined) return { kind: 'not-accepted' };
    const result = await recordResponse(input, {
      source: lane.source,
      keeping: lane.keeping,
      now: clock.now(),
      circumstances: (claim) => lane.circumstances(claim, random()),
    });
    this.#misses.delete(importId(input.ref));
    lane.nudge();
    return result;
  }

  /**
   * Looks at a known import now and waits for it. Does nothing when it is settled, when nobody
   * wants it looked at, when its vendor fails (the schedule alone decides when to try again), or
   * when it was looked at or refreshed within the shortest interval.
   */
  async refresh(known: Import): Promise<void> {
    const { clock, ledger } = this.#options;
    const lane = this.#lanes.get(known.ref.providerId);
    if (lane === undefined || this.isDown(known.ref.providerId)) return;
    const now = clock.now();
    const id = importId(known.ref);
    const { observedAt, state, nextLookAt } = known.freshness;
    const lastAt = Math.max(observedAt ?? 0, this.#refreshes.get(id) ?? 0);
    if (state === 'BACKING_OFF' || now < lastAt + lane.provider.cadence.minIntervalMs) return;
    rememberIn(this.#refreshes, id, now);
    if (!(await ledger.bringForward(id, { from: nextLookAt, to: now }))) return;
    await this.#observer.wait(id, () => lane.waitForLook(known.ref));
  }

  /**
   * Says that somebody watches these imports: they are looked at as often as their provider
   * allows. Answers how to stop.
   */
  watch(ids: readonly string[]): () => void {
    const { newIds, stop } = this.#interest.add(ids);
    if (newIds.length > 0) {
      this.#hasten(newIds).catch((error: unknown) => {
        logFailure(this.#options, error, 'could not hasten a look; it stays on schedule');
      });
    }
    return stop;
  }

  /**
   * The first to watch an import brings its next look forward; the others change nothing. A look that
   * is under way learns of it from the store, which is told first.
   */
  async #hasten(ids: readonly string[]): Promise<void> {
    const { ledger } = this.#options;
    await this.#interest.tell();
    for (const [id, known] of await ledger.findImports(ids)) {
      const lane = this.#lanes.get(known.ref.providerId);
      const { state, observedAt, nextLookAt } = known.freshness;
      if (lane === undefined || state !== 'LIVE' || observedAt === null) continue;
      const waitMs = intervalMs({
        cadence: lane.provider.cadence,
        runningForMs: 0,
        isWatched: true,
        budgetFloorMs: await lane.budget.floorMs(lane.source.largestBatch),
        expiresInMs: null,
        // The longest that jitter makes it: what is due within that anyway stays as it is.
        random: 1,
      });
      const to = Math.ceil(observedAt + waitMs);
      await ledger.bringForward(id, { from: nextLookAt, to });
      lane.nudge();
    }
  }

  /** What others learn of providers, also of those that nobody here looks at just now. */
  #seeHealthAgain(): void {
    const { clock, logger } = this.#options;
    this.#cancelTimer = clock.after(SEE_HEALTH_EVERY_MS, () => {
      this.#seeHealth()
        .catch((error: unknown) => {
          logger.debug({ err: error }, 'could not see how providers fare; it is seen again');
        })
        .finally(() => {
          if (this.#isOn) this.#seeHealthAgain();
        });
    });
  }

  async #seeHealth(): Promise<void> {
    const readings = [...this.#lanes].map(([id, lane]) => [id, lane.beginReadingHealth()] as const);
    const health = await this.#options.ledger.listProviderHealth();
    for (const [id, tell] of readings) tell(health.get(id) ?? UNTRIED);
  }

  #remember(id: string, answer: Answer): void {
    const until = this.#options.clock.now() + MISS_MEMORY_MS;
    rememberIn(this.#misses, id, { answer, until });
  }
}

/** Keeps the latest, and no more than so many. */
function rememberIn<T>(memory: Map<string, T>, id: string, value: T): void {
  const [oldest] = memory.keys();
  if (memory.size >= MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
  memory.delete(id);
  memory.set(id, value);
}
