import { importId } from '../domain/import.ts';
import type { Import, ImportRef } from '../domain/import.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { GIVEN_UP, OVERLOADED } from './answer.ts';
import type { Answer } from './answer.ts';
import { Elsewhere } from './elsewhere.ts';
import { claimOfUnknown } from './look.ts';
import type { LookTask } from './look.ts';
import { Waiting } from './waiting.ts';

export interface CallersOptions {
  readonly ledger: Pick<Ledger, 'findImports' | 'claimAsked'>;
  readonly clock: Clock;
  /** How long a look that is asked for stays with whoever took it. */
  readonly leaseMs: number;
  /** There is something to take. */
  readonly onQueued: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** More imports than this are not queued because somebody asks. */
const LONGEST_QUEUE = 10_000;

/** Those who wait for a look of one provider: at an import that is in no ledger, or at a known one. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #queue = new Map<string, ImportRef>();
  readonly #asking = new Waiting();
  readonly #refreshing = new Waiting();
  readonly #elsewhere: Elsewhere;

  constructor(options: CallersOptions) {
    this.#options = options;
    const { ledger, clock, onFailed } = options;
    this.#elsewhere = new Elsewhere({
      ledger,
      clock,
      onFailed,
      onSeen: (ref, known) => this.#see(ref, known),
      onGivenUp: (ref) => this.answer(importId(ref), GIVEN_UP),
    });
  }

  /** Whether nobody has asked for a look that is not begun. */
  get isIdle(): boolean {
    return this.#queue.size === 0;
  }

  /** Asks for a look at an import that is in no ledger; however many ask, there is one look. */
  ask(ref: ImportRef): Promise<Answer> {
    const id = importId(ref);
    const isFull = this.#queue.size >= LONGEST_QUEUE;
    if (isFull && this.#asking.find(id) === null) return Promise.resolve(OVERLOADED);
    const { answer, isFirst } = this.#asking.join(id);
    if (isFirst) this.#queue.set(id, ref);
    this.#options.onQueued();
    return answer;
  }

  /** Waits for the next look at an import that is in the ledger, whoever makes it. */
  waitForLook(ref: ImportRef): Promise<Answer> {
    const { answer } = this.#refreshing.join(importId(ref));
    this.#elsewhere.add(ref);
    this.#options.onQueued();
    return answer;
  }

  /** Takes looks at imports that are asked for, as far as nobody else has taken them. */
  async take(limit: number): Promise<readonly LookTask[]> {
    // Those that need no look hold up nobody behind them.
    for (;;) {
      const refs = [...this.#queue.values()].slice(0, limit);
      if (refs.length === 0) return [];
      const tasks = await this.#takeOf(refs);
      if (tasks.length > 0) return tasks;
    }
  }

  async #takeOf(refs: readonly ImportRef[]): Promise<readonly LookTask[]> {
    const { ledger, clock, leaseMs } = this.#options;
    const known = await ledger.findImports(refs.map(importId));
    const unknown = refs.filter((ref) => !known.has(importId(ref)));
    const now = clock.now();
    const { leases, misses } = await ledger.claimAsked({ refs: unknown, now, leaseMs });
    // Only now: had the store failed, they would be asked for no more.
    for (const ref of refs) this.#queue.delete(importId(ref));
    const taken = new Map(leases.map((lease) => [lease.importId, lease]));
    const tasks: LookTask[] = [];
    for (const ref of refs) {
      const id = importId(ref);
      const lease = taken.get(id);
      const miss = misses.get(id);
      if (lease !== undefined) {
        tasks.push({ claim: { ...claimOfUnknown(ref, now), lease }, isAskedFor: true });
      } else if (miss !== undefined) this.answer(id, miss);
      else this.#elsewhere.add(ref);
      const found = known.get(id);
      if (found !== undefined) this.#see(ref, found);
    }
    return tasks;
  }

  answer(id: string, answer: Answer): void {
    this.#elsewhere.remove(id);
    this.#asking.answer(id, answer);
    this.#refreshing.answer(id, answer);
  }

  /** Answers those whose look was not begun. */
  answerQueued(answer: Answer): void {
    const queued = [...this.#queue.keys()];
    this.#queue.clear();
    for (const id of queued) this.answer(id, answer);
  }

  /** Answers everyone that no look will come. */
  giveUp(): void {
    this.#queue.clear();
    this.#elsewhere.stop();
    this.#asking.giveUp();
    this.#refreshing.giveUp();
  }

  #see(ref: ImportRef, known: Import | null): void {
    const id = importId(ref);
    if (known === null) {
      // Nobody else has kept anything: it may be looked at again.
      if (this.#asking.find(id) === null) this.answer(id, GIVEN_UP);
      else this.#queueAgain(ref);
      return;
    }
    const { nextLookAt } = known.freshness;
    // One that was tracked meanwhile and never seen is answered by the look that is due.
    if (known.revision > 0 || nextLookAt === null) {
      this.#asking.answer(id, { kind: 'found', import: known });
    }
    const isLookedAt = nextLookAt === null || nextLookAt > this.#options.clock.now();
    if (isLookedAt) this.#refreshing.answer(id, { kind: 'found', import: known });
    const isAwaited = this.#asking.find(id) !== null || this.#refreshing.find(id) !== null;
    if (!isAwaited) this.#elsewhere.remove(id);
  }

  #queueAgain(ref: ImportRef): void {
    this.#queue.set(importId(ref), ref);
    this.#options.onQueued();
  }
}
