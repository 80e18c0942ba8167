import type { Callers } from './callers.ts';
import type { Claims, FreeRoom } from './claims.ts';
import type { LookTask } from './look.ts';

export interface WorkOptions {
  readonly claims: Claims;
  readonly callers: Callers;
  readonly largestBatch: number;
}

/** What there is to look at next: what somebody asks for, and what is due. */
export class Work {
  readonly #options: WorkOptions;
  #isClaiming = true;
  #turn = 0;

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  get isClaiming(): boolean {
    return this.#isClaiming;
  }

  /** What is due is left to others, or to later. */
  stopClaiming(): void {
    this.#isClaiming = false;
  }

  /** Whether nothing is asked for, and all that was due when it was last claimed is begun. */
  get isDrained(): boolean {
    const { claims, callers } = this.#options;
    return claims.isDrained && callers.isIdle;
  }

  /**
   * Imports that somebody waits for, imports that are due, or one that has ended and whose rows are to
   * be read. They take turns at being first, so that none keeps the others waiting for long.
   */
  async take(now: number, room: FreeRoom): Promise<readonly LookTask[]> {
    if (!this.#isClaiming) return this.#takeAsked(now);
    const { claims } = this.#options;
    const takers = [
      () => this.#takeAsked(now),
      () => claims.takeLooks(now, room),
      // One at a time: it may hold a whole page of rows.
      () => claims.claim(now, 'rows', 1),
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
    const { claims, callers, largestBatch } = this.#options;
    const asked = await callers.take(largestBatch);
    if (asked.length === 0 || !this.#isClaiming) return asked;
    return [...asked, ...(await claims.claimAlong(now, largestBatch - asked.length))];
  }
}
