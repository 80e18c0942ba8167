import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { importId } from '../domain/import.ts';
import type { ImportRef } from '../domain/import.ts';
import type { Claim, ClaimQuery, Ledger, ProviderHealth } from '../ledger/ledger.ts';
import type { ProviderDataSource } from '../providers/provider.ts';
import { answerOf, GIVEN_UP, NOT_IN_BUDGET, OVERLOADED } from './answer.ts';
import type { Answer } from './answer.ts';
import { isOnProbation, isOpen } from './breaker.ts';
import { Budget } from './budget.ts';
import { Health } from './health.ts';
import type { Interest } from './interest.ts';
import type { WatcherObserver } from './observer.ts';
import { batchOf, listTelling, runTasks } from './tasks.ts';
import { claimOfUnknown } from './look.ts';
import type { LookTask } from './look.ts';
import { createRowGuard } from './row-guard.ts';
import type { RowKeeping } from './row-keeper.ts';
import type { Circumstances } from './verdict.ts';
import { Waiting } from './waiting.ts';
import type { WatchedProvider } from './watched-provider.ts';

export interface LaneOptions {
  readonly provider: WatchedProvider;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly interest: Interest;
  readonly holdFinishForMs: number;
  readonly logger: Logger;
  readonly observer: WatcherObserver;
  readonly health: ProviderHealth;
}

/** More imports than this are not queued because somebody asks. */
const LONGEST_QUEUE = 10_000;

/** The loop of one provider. It shares nothing with the others, so a sick one delays nobody. */
export class Lane {
  readonly source: ProviderDataSource;
  readonly budget: Budget;
  readonly keeping: RowKeeping;
  readonly #options: LaneOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Imports that are in no ledger, to be looked at because somebody asks. */
  readonly #asked: ImportRef[] = [];
  readonly #asking = new Waiting();
  readonly #refreshing = new Waiting();
  readonly #health: Health;
  #isOn = false;
  #isPumping = false;
  #isNudged = false;
  #turn = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: LaneOptions) {
    const { provider, ledger, clock } = options;
    this.#options = options;
    this.#health = new Health(options);
    this.budget = new Budget({ providerId: provider.id, budget: provider.budget, ledger, clock });
    this.source = provider.connect((signal) => this.budget.admit(signal));
    this.keeping = {
      ledger,
      guard: createRowGuard(provider.rowValues),
      maxRows: provider.maxRows,
      now: () => clock.now(),
      renewLease: (ref) => ledger.extendLease(importId(ref), clock.now() + provider.leaseMs),
    };
  }

  get provider(): WatchedProvider {
    return this.#options.provider;
  }

  get health(): ProviderHealth {
    return this.#health.current;
  }

  start(): void {
    this.#isOn = true;
    this.nudge();
  }

  /** Starts no more looks, lets the running ones finish for a while, then aborts them. */
  async stop(graceMs: number): Promise<void> {
    this.#isOn = false;
    this.#cancelTimer();
    const cancel = this.#options.clock.after(graceMs, () => this.#stopping.abort());
    await Promise.all(this.#running);
    cancel();
    this.#asking.giveUp();
    this.#refreshing.giveUp();
    await this.#health.save();
  }

  /** Says that something may be due now. */
  nudge(): void {
    this.#isNudged = true;
    if (!this.#isOn || this.#isPumping) return;
    this.#isPumping = true;
    this.#options.observer
      .apart(() => this.#pump())
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error }, 'the watcher stumbled; it goes on');
        this.#isNudged = false;
        this.#wakeIn(this.#options.provider.cadence.minIntervalMs);
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
    if (!(await this.budget.hasRoomForAsks())) return NOT_IN_BUDGET;
    const id = importId(ref);
    const isFull = this.#asked.length >= LONGEST_QUEUE;
    if (isFull && this.#asking.find(id) === null) return OVERLOADED;
    const { answer, isFirst } = this.#asking.join(id);
    if (isFirst) this.#asked.push(ref);
    this.nudge();
    return answer;
  }

  /**
   * The answer of a look that is under way at an import that is in no ledger; null when there is
   * none. One that is only queued waits for its import to be in the ledger, or not.
   */
  findRunningAsk(id: string): Promise<Answer> | null {
    const isQueued = this.#asked.some((ref) => importId(ref) === id);
    return isQueued ? null : this.#asking.find(id);
  }

  /** Waits for the next look at an import that is in the ledger. */
  async waitForLook(id: string): Promise<void> {
    if (!this.#isOn) return;
    const { answer } = this.#refreshing.join(id);
    this.nudge();
    await answer;
  }

  /** What decides, beside the answer itself, what a look means. */
  async circumstances(claim: Claim, random: number): Promise<Circumstances> {
    const { provider, interest, clock, holdFinishForMs } = this.#options;
    return {
      claim,
      cadence: provider.cadence,
      appearsWithinMs: provider.capabilities.appearsWithinMs,
      holdFinishForMs,
      isWatched: interest.isWatched(importId(claim.import.ref)),
      budgetFloorMs: await this.budget.floorMs(this.source.largestBatch),
      now: clock.now(),
      random,
    };
  }

  /** Answers those who wait for a look at an import that is not to be looked at any more. */
  giveUp(id: string): void {
    this.#refreshing.answer(id, GIVEN_UP);
  }

  /** Starts as many looks as there is work and room for, then sleeps until the next is due. */
  async #pump(): Promise<void> {
    this.#cancelTimer();
    while (this.#isOn) {
      this.#isNudged = false;
      const now = this.#options.clock.now();
      if (isOpen(this.health, now)) return this.#rest(now);
      const room = isOnProbation(this.health) ? 1 : this.#options.provider.concurrency;
      if (this.#running.size >= room) return;
      const tasks = await this.#takeTasks(now);
      // What is leased is free again when the store is next opened, or when the lease is over.
      if (!this.#isOn) return;
      if (tasks.length === 0) return this.#sleep(now);
      this.#run(tasks);
    }
  }

  /** The provider is left alone: who asks is told why, and the schedule goes on afterwards. */
  #rest(now: number): void {
    const { error, openUntil } = this.health;
    for (const ref of this.#asked.splice(0)) {
      this.#asking.answer(importId(ref), error === null ? GIVEN_UP : { kind: 'failed', error });
    }
    this.#wakeIn((openUntil ?? now) - now);
  }

  /**
   * Imports that somebody waits for, imports that are due, or one that has ended and whose rows are to
   * be read. They take turns at being first, so that none keeps the others waiting for long.
   */
  async #takeTasks(now: number): Promise<readonly LookTask[]> {
    const takers = [
      () => this.#takeAsked(now),
      () => this.#claimDue(now, 'looks', this.source.largestBatch),
      // One at a time: it may hold a whole page of rows.
      () => this.#claimDue(now, 'rows', 1),
    ];
    const first = this.#turn;
    this.#turn = (first + 1) % takers.length;
    for (const take of [...takers.slice(first), ...takers.slice(0, first)]) {
      const tasks = await take();
      if (tasks.length > 0) return tasks;
    }
    return [];
  }

  /** Imports that are asked for, and what is due in the room that they leave. */
  async #takeAsked(now: number): Promise<readonly LookTask[]> {
    const { ledger } = this.#options;
    const refs = this.#asked.slice(0, this.source.largestBatch);
    const known = await ledger.findImports(refs.map(importId));
    const unknown = refs.filter((ref) => !known.has(importId(ref)));
    const asked = unknown.map((ref) => ({ claim: claimOfUnknown(ref, now), isAskedFor: true }));
    const due = await this.#claimDue(now, 'looks', this.source.largestBatch - asked.length);
    // Only now: had the store failed, they would be asked for no more.
    this.#asked.splice(0, refs.length);
    for (const [id, found] of known) {
      // One that was tracked meanwhile and never seen is answered by the look that is due.
      const isDue = found.freshness.nextLookAt !== null;
      if (found.revision > 0 || !isDue) this.#asking.answer(id, { kind: 'found', import: found });
    }
    return [...asked, ...due];
  }

  async #claimDue(
    now: number,
    work: ClaimQuery['work'],
    limit: number,
  ): Promise<readonly LookTask[]> {
    if (limit === 0) return [];
    const { provider, ledger } = this.#options;
    const { id: providerId, leaseMs, cadence } = provider;
    // What would be due a moment later rides along, so that batches stay full.
    const horizonMs = this.source.largestBatch === 1 ? 0 : cadence.minIntervalMs / 2;
    const due = await ledger.claimDue({ providerId, work, limit, now, horizonMs, leaseMs });
    return due.map((claim) => ({ claim, isAskedFor: false }));
  }

  async #sleep(now: number): Promise<void> {
    const dueAt = await this.#options.ledger.findNextDueAt(this.#options.provider.id);
    if (dueAt !== null) this.#wakeIn(Math.max(0, dueAt - now));
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTimer();
    if (this.#isOn) this.#cancelTimer = this.#options.clock.after(delayMs, () => this.nudge());
  }

  #run(tasks: readonly LookTask[]): void {
    const run = this.#look(tasks).finally(() => {
      this.#running.delete(run);
      this.nudge();
    });
    this.#running.add(run);
  }

  async #look(tasks: readonly LookTask[]): Promise<void> {
    const { provider, random, logger, observer } = this.#options;
    const { signal } = this.#stopping;
    // One draw for the batch: what was looked at together is due together again.
    const batchRandom = random();
    const options = {
      source: this.source,
      keeping: this.keeping,
      appearsWithinMs: provider.capabilities.appearsWithinMs,
      circumstances: (claim: Claim) => this.circumstances(claim, batchRandom),
      signal,
    };
    let answers: readonly Answer[] = [];
    try {
      const batch = batchOf(provider.id, tasks);
      const results = await observer.look(batch, () => runTasks(tasks, options));
      answers = results.map(answerOf);
      await this.#health.learn(listTelling(tasks, results));
    } catch (error) {
      // Aborted, or a bug or a broken store. What is leased is free again when the lease is over.
      if (!signal.aborted) {
        logger.error({ err: error, providerId: provider.id }, 'a look broke off');
      }
    }
    for (const [index, { claim }] of tasks.entries()) {
      const id = importId(claim.import.ref);
      this.#asking.answer(id, answers[index] ?? GIVEN_UP);
      this.#refreshing.answer(id, answers[index] ?? GIVEN_UP);
    }
  }
}
