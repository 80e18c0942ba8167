import type { Ledger } from '../ledger/ledger.ts';
import { logFailure } from '../ledger/log-failure.ts';
import type { ClaimQuery, Lease } from '../ledger/look-ledger.ts';
import type { LookTask } from './look.ts';
import { Rationing } from './rationing.ts';
import type { RationingOptions } from './rationing.ts';
import type { WatchedProvider } from './watched-provider.ts';

export interface ClaimsOptions extends RationingOptions {
  readonly ledger: Ledger;
  readonly provider: WatchedProvider;
}

/** Claims are about as many as run next: after this they were not. */
const STALE_AFTER_MS = 2_000;

/** How many looks may begin now, and how many may run at once. */
export interface FreeRoom {
  readonly free: number;
  readonly size: number;
}

/** What a lane has claimed of what is due, and what it gives back. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #rationing: Rationing;
  /** Claimed, and to be looked at one after the other. */
  readonly #waiting: LookTask[] = [];
  readonly #toRelease: Lease[] = [];
  #claimedAt = 0;
  #isShort = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#rationing = new Rationing(options);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether all that was due at the last claim is begun. */
  get isDrained(): boolean {
    return this.#isShort && this.isEmpty;
  }

  /** What waits here longer than it was meant to is better left to others. */
  isStale(now: number): boolean {
    return !this.isEmpty && now >= this.#claimedAt + STALE_AFTER_MS;
  }

  /**
   * Imports for one look. Where that is about one import, several are claimed at once: those that can
   * run now, and, where each claim is a question to a server, those that can run next.
   */
  async takeLooks(now: number, { free, size }: FreeRoom): Promise<readonly LookTask[]> {
    const { largestBatch, ledger } = this.#options;
    if (this.isStale(now)) await this.release({ isAll: true });
    if (this.#waiting.length === 0) {
      const soon = ledger.isShared ? free + size : free;
      const limit = largestBatch === 1 ? soon : largestBatch;
      this.#claimedAt = now;
      this.#waiting.push(...(await this.#sift(await this.claim(now, 'looks', limit))));
    }
    return this.next();
  }

  /** Of what is claimed already. */
  next(): readonly LookTask[] {
    return this.#waiting.splice(0, this.#options.largestBatch);
  }

  async claim(now: number, work: ClaimQuery['work'], limit: number): Promise<readonly LookTask[]> {
    if (limit === 0) return [];
    const { provider, ledger, largestBatch } = this.#options;
    const { id: providerId, leaseMs, cadence } = provider;
    // What would be due a moment later rides along, so that batches stay full.
    const horizonMs = largestBatch === 1 ? 0 : Math.floor(cadence.minIntervalMs / 2);
    const due = await ledger.claimDue({ providerId, work, limit, now, horizonMs, leaseMs });
    // Where there are rows to read there may be more of them; where there are none, looks are not over.
    if (work === 'looks') this.#isShort = due.length < limit;
    else if (due.length > 0) this.#isShort = false;
    return due.map((claim) => ({ claim, isAskedFor: false }));
  }

  /** Beside imports that somebody asks for: they are looked at also when what is due cannot be claimed. */
  async claimAlong(now: number, limit: number): Promise<readonly LookTask[]> {
    try {
      return await this.claim(now, 'looks', limit);
    } catch (error) {
      logFailure(this.#options, error, 'could not claim what is due; it is claimed again');
      return [];
    }
  }

  /** These came to nothing, or are not to be looked at here: they are due as before. */
  putBack(tasks: readonly LookTask[]): void {
    this.#toRelease.push(...tasks.map(({ claim }) => claim.lease));
  }

  /** Gives back what was put back; all of it that is not begun, if `isAll`. */
  async release({ isAll }: { readonly isAll: boolean }): Promise<void> {
    if (isAll) this.putBack(this.#waiting.splice(0));
    const leases = [...this.#toRelease];
    if (leases.length === 0) return;
    await this.#options.ledger.release(leases);
    this.#toRelease.splice(0, leases.length);
  }

  async #sift(claimed: readonly LookTask[]): Promise<readonly LookTask[]> {
    try {
      return await this.#rationing.sift(claimed);
    } catch (error) {
      this.putBack(claimed);
      throw error;
    }
  }
}
