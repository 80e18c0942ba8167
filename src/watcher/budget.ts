import { delay } from '../domain/clock.ts';
import type { Clock } from '../domain/clock.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RequestBudget } from '../providers/provider.ts';
import { budgetFloorMs } from './schedule.ts';

/** What is left of a provider's budget. */
export interface BudgetState extends RequestBudget {
  readonly usedThisMonth: number;
  readonly resetsAt: number;
}

export interface BudgetOptions {
  readonly providerId: string;
  readonly budget: RequestBudget;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** The share of a month's requests that queries of imports that nobody tracks cannot spend. */
const KEPT_FOR_TRACKED = 0.5;

/** Counts a provider's requests, and spaces them out, together with all who look at it. */
export class Budget {
  readonly #providerId: string;
  readonly #budget: RequestBudget;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor({ providerId, budget, ledger, clock }: BudgetOptions) {
    this.#providerId = providerId;
    this.#budget = budget;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /**
   * Resolves when one request may be made, of all who make them. Rejects with a `rate-limited` that
   * says when the month is over, and counts nothing, when the month's requests are spent. It names no
   * time to wait: a try costs nothing, and the budget may be raised. Rejects with an `unavailable` when
   * the provider is to be left alone meanwhile.
   */
  async admit(signal: AbortSignal): Promise<void> {
    const { perSecond, perMonth } = this.#budget;
    if (perSecond === null && perMonth === null) return;
    const now = this.#clock.now();
    const grant = await this.#ledger.takeRequest({
      providerId: this.#providerId,
      perMonth,
      spacingMs: perSecond === null ? 0 : 1000 / perSecond,
      now,
    });
    if (grant.kind === 'left-alone') throw leftAlone(grant.until, now);
    if (grant.kind === 'spent') throw spent(perMonth, now);
    if (grant.at > now) await this.#waitFor(grant.at, now, signal);
  }

  /**
   * Whether imports that nobody tracks may still be looked at because somebody asks: the last part
   * of a month's requests is kept for those that are tracked.
   */
  async hasRoomForAsks(): Promise<boolean> {
    const { perMonth } = this.#budget;
    if (perMonth === null) return true;
    return (await this.#used(this.#clock.now())) < perMonth * (1 - KEPT_FOR_TRACKED);
  }

  /** Null when the provider sets no limit. */
  async state(): Promise<BudgetState | null> {
    if (this.#budget.perSecond === null && this.#budget.perMonth === null) return null;
    const now = this.#clock.now();
    return { ...this.#budget, usedThisMonth: await this.#used(now), resetsAt: endOfMonth(now) };
  }

  /** The shortest interval between looks at one import at which the budget lasts. */
  async floorMs(importsPerRequest: number): Promise<number> {
    const { perMonth } = this.#budget;
    if (perMonth === null) return 0;
    const now = this.#clock.now();
    return budgetFloorMs({
      perMonth,
      used: await this.#used(now),
      monthMs: endOfMonth(now) - startOfMonth(now),
      resetsInMs: endOfMonth(now) - now,
      active: Math.ceil((await this.#ledger.countActive(this.#providerId)) / importsPerRequest),
    });
  }

  async #waitFor(at: number, now: number, signal: AbortSignal): Promise<void> {
    try {
      await delay(this.#clock, at - now, signal);
    } catch (error) {
      await this.#ledger.returnRequest(this.#providerId, at);
      throw error;
    }
  }

  async #used(now: number): Promise<number> {
    return this.#ledger.getRequestCount(this.#providerId, monthOf(now));
  }
}

function spent(perMonth: number | null, now: number): ProviderError {
  const resetsOn = new Date(endOfMonth(now)).toISOString().slice(0, 10);
  return new ProviderError(
    'rate-limited',
    `the budget of ${perMonth} requests a month is spent; it starts again on ${resetsOn}`,
  );
}

function leftAlone(until: number, now: number): ProviderError {
  return new ProviderError(
    'unavailable',
    `the provider is left alone until ${new Date(until).toISOString()}, as it asked to be or as it fails`,
    { retryAfterMs: until - now },
  );
}

function monthOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 7);
}

function startOfMonth(instant: number): number {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function endOfMonth(instant: number): number {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
