import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { importId } from '../domain/import.ts';
import type { ImportRef } from '../domain/import.ts';
import { StoreUnavailableError } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { logFailure } from '../ledger/log-failure.ts';
import { isOpen } from '../ledger/provider-health.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import type { ProviderDataSource } from '../providers/provider.ts';
import { answerOf, GIVEN_UP, NOT_IN_BUDGET } from './answer.ts';
import type { Answer } from './answer.ts';
import { tellMisses } from './asked-looks.ts';
import { Budget } from './budget.ts';
import { Callers } from './callers.ts';
import { Claims } from './claims.ts';
import type { FreeRoom } from './claims.ts';
import { Health } from './health.ts';
import type { WatcherObserver } from './observer.ts';
import { batchOf, listTelling, runTasks } from './tasks.ts';
import type { LookTask } from './look.ts';
import { createRowGuard } from './row-guard.ts';
import type { RowKeeping } from './row-keeper.ts';
import type { Circumstances } from './verdict.ts';
import { Wake } from './wake.ts';
import type { WatchedProvider } from './watched-provider.ts';
import { Work } from './work.ts';

export interface LaneOptions {
  readonly provider: WatchedProvider;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly holdFinishForMs: number;
  readonly logger: Logger;
  readonly observer: WatcherObserver;
  readonly health: ProviderHealth;
}

/** The loop of one provider. It shares nothing with the others, so a sick one delays nobody. */
export class Lane {
  readonly source: ProviderDataSource;
  readonly budget: Budget;
  readonly keeping: RowKeeping;
  readonly #options: LaneOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #callers: Callers;
  readonly #wake: Wake;
  readonly #health: Health;
  readonly #claims: Claims;
  readonly #work: Work;
  #isOn = false;
  #isPumping = false;
  #pumping: Promise<void> = Promise.resolve();
  #isNudged = false;

  constructor(options: LaneOptions) {
    const { provider, ledger, clock } = options;
    this.#options = options;
    this.#health = new Health(options);
    const { id: providerId, budget, capabilities } = provider;
    this.budget = new Budget({ ...capabilities, providerId, budget, ledger, clock });
    this.source = provider.connect((signal) => this.budget.admit(signal));
    this.keeping = {
      ledger,
      guard: createRowGuard(provider.rowValues),
      maxRows: provider.maxRows,
      now: () => clock.now(),
      renewLease: (lease) => ledger.extendLease(lease, clock.now() + provider.leaseMs),
    };
    this.#claims = new Claims({
      ...options,
      largestBatch: this.source.largestBatch,
      budget: this.budget,
      onPutOff: ({ claim }) => this.giveUp(importId(claim.import.ref)),
    });
    this.#wake = new Wake({ ledger, clock, providerId, onWake: () => this.nudge() });
    this.#callers = new Callers({
      ledger,
      clock,
      leaseMs: provider.leaseMs,
      onQueued: () => this.nudge(),
      onFailed: (error) => logFailure(options, error, 'could not see what others have looked at'),
    });
    const { largestBatch } = this.source;
    this.#work = new Work({ claims: this.#claims, callers: this.#callers, largestBatch });
  }

  get provider(): WatchedProvider {
    return this.#options.provider;
  }

  get health(): ProviderHealth {
    return this.#health.current;
  }

  /** Begins to ask how the provider fares for all who look at it; answers what to do with the answer. */
  beginReadingHealth(): (shared: ProviderHealth) => void {
    return this.#health.beginReading();
  }

  start(): void {
    this.#isOn = true;
    this.nudge();
  }

  /** Looks only at what is asked for from now on: what is due is left to others, or to later. */
  stopClaiming(): void {
    this.#work.stopClaiming();
    this.nudge();
  }

  /** Starts no more looks, lets the running ones finish for a while, then aborts them. */
  async stop(graceMs: number): Promise<void> {
    this.#isOn = false;
    this.#wake.stop();
    const cancel = this.#options.clock.after(graceMs, () => this.#stopping.abort());
    // What is being claimed is given back, too.
    await Promise.all([this.#pumping, ...this.#running]);
    cancel();
    this.#callers.giveUp();
    await this.#claims.release({ isAll: true });
    await this.#options.ledger.leaveRoom(this.#options.provider.id);
    await this.#health.save();
  }

  /** Says that something may be due now. */
  nudge(): void {
    this.#isNudged = true;
    if (!this.#isOn || this.#isPumping) return;
    this.#isPumping = true;
    this.#pumping = this.#options.observer
      .apart(() => this.#pump())
      .catch((error: unknown) => {
        logFailure(this.#options, error, 'the watcher stumbled; it goes on');
        this.#isNudged = false;
        this.#wake.in(this.#options.provider.cadence.minIntervalMs);
      })
      .finally(() => {
        this.#isPumping = false;
        if (this.#isNudged) this.nudge();
      });
  }

  /** Asks for a look at an import that is in no ledger; however many ask, there is one look. */
  async ask(ref: ImportRef): Promise<Answer> {
    if (!this.#isOn) return GIVEN_UP;
    const { error } = this.health;
    if (error !== null && isOpen(this.health, this.#options.clock.now())) {
      return { kind: 'failed', error };
    }
    if (!(await this.budget.hasRoomForAsks(this.source.largestBatch))) return NOT_IN_BUDGET;
    return this.#isOn ? this.#callers.ask(ref) : GIVEN_UP;
  }

  /** Waits for the next look at an import that is in the ledger. */
  async waitForLook(ref: ImportRef): Promise<void> {
    if (this.#isOn) await this.#callers.waitForLook(ref);
  }

  /** What decides, beside the answer itself, what a look means. */
  async circumstances(claim: Circumstances['claim'], random: number): Promise<Circumstances> {
    const { provider, clock, holdFinishForMs } = this.#options;
    return {
      claim,
      cadence: provider.cadence,
      appearsWithinMs: provider.capabilities.appearsWithinMs,
      holdFinishForMs,
      ...(await this.budget.pace(this.source.largestBatch)),
      now: clock.now(),
      random,
    };
  }

  /** Answers those who wait for a look at an import that is not to be looked at any more. */
  giveUp(id: string): void {
    this.#callers.answer(id, GIVEN_UP);
  }

  /** Starts as many looks as there is work and room for, then sleeps until the next is due. */
  async #pump(): Promise<void> {
    const { clock, provider, ledger } = this.#options;
    // Also when there is no room: whoever ends a look nudges again.
    this.#wake.cancel();
    this.#isNudged = false;
    await this.#claims.release({
      isAll: !this.#work.isClaiming || this.#claims.isStale(clock.now()),
    });
    while (this.#isOn && this.#running.size < provider.concurrency) {
      this.#isNudged = false;
      const now = clock.now();
      if (!(await this.#hasWork(now))) return this.#sleep(now);
      const room = await this.#takeRoom(now);
      if (isOpen(this.health, now)) return this.#rest(now);
      if (room.free <= 0) return this.#wake.whenRoom();
      const tasks = await this.#work.take(now, room);
      if (!this.#isOn) return this.#claims.putBack(tasks);
      if (tasks.length === 0) return this.#sleep(now);
      this.#run(tasks);
      for (let { free } = room; free > 1 && !this.#claims.isEmpty; free -= 1) {
        this.#run(this.#claims.next());
      }
      if (ledger.isShared && this.#work.isDrained) return this.#sleep(now);
    }
    if (this.#isOn && !this.#claims.isEmpty) this.#wake.whenRoom();
  }

  /**
   * Where others look, too, room is asked for only when there is something to do with it. What is due
   * next is seen in turn, also while looks run.
   */
  async #hasWork(now: number): Promise<boolean> {
    const { ledger, provider } = this.#options;
    const isIdle = this.#running.size === 0 && this.#claims.isEmpty && this.#callers.isIdle;
    if (!ledger.isShared || !(isIdle || this.#work.isDrained)) return true;
    const { isClaiming } = this.#work;
    if (isClaiming && (await this.#wake.isDue(now))) return true;
    const isOver = !isClaiming || this.#wake.hasRested(now);
    if (this.#running.size === 0 && isOver) await ledger.leaveRoom(provider.id);
    return false;
  }

  async #takeRoom(now: number): Promise<FreeRoom> {
    const { ledger, provider } = this.#options;
    const { id: providerId, concurrency } = provider;
    const tell = this.#health.beginReading();
    const running = this.#running.size;
    const query = { providerId, room: concurrency, running, now };
    const { size, health, line } = await ledger.takeRoom(query);
    tell(health);
    this.#wake.standIn(line);
    return { size, free: size - this.#running.size };
  }

  /** The provider is left alone: who asks is told why, and the schedule goes on afterwards. */
  async #rest(now: number): Promise<void> {
    const { error, openUntil } = this.health;
    this.#callers.answerQueued(error === null ? GIVEN_UP : { kind: 'failed', error });
    await this.#claims.release({ isAll: true });
    this.#wake.in((openUntil ?? now) - now);
  }

  async #sleep(now: number): Promise<void> {
    if (this.#isOn && this.#work.isClaiming) await this.#wake.whenDue(now);
  }

  #run(tasks: readonly LookTask[]): void {
    const run = this.#look(tasks).finally(() => {
      this.#running.delete(run);
      const { ledger, clock } = this.#options;
      const isQuiet = ledger.isShared && this.#work.isDrained && !this.#isPumping;
      if (isQuiet && this.#work.isClaiming) this.#wake.inTurn(clock.now());
      else this.nudge();
    });
    this.#running.add(run);
  }

  async #look(tasks: readonly LookTask[]): Promise<void> {
    const { provider, random, observer, ledger, clock } = this.#options;
    const { signal } = this.#stopping;
    // One draw for the batch: what was looked at together is due together again.
    const batchRandom = random();
    const options = {
      source: this.source,
      keeping: this.keeping,
      appearsWithinMs: provider.capabilities.appearsWithinMs,
      circumstances: (claim: Circumstances['claim']) => this.circumstances(claim, batchRandom),
      signal,
    };
    let answers: readonly Answer[] = [];
    try {
      const batch = batchOf(provider.id, tasks);
      const results = await observer.look(batch, () => runTasks(tasks, options));
      answers = results.map(answerOf);
      await tellMisses(tasks, answers, { ledger, now: clock.now() });
      await this.#health.learn(listTelling(tasks, results));
    } catch (error) {
      // A bug looks again when the lease is over. What had no chance is due as before.
      if (signal.aborted || error instanceof StoreUnavailableError) this.#claims.putBack(tasks);
      if (!signal.aborted) logFailure(this.#options, error, 'a look broke off');
    }
    for (const [index, { claim }] of tasks.entries()) {
      this.#callers.answer(importId(claim.import.ref), answers[index] ?? GIVEN_UP);
    }
  }
}
