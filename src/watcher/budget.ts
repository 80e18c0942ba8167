import { delay } from '../domain/clock.ts';
import type { Clock } from '../domain/clock.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isOpen, UNTRIED } from '../ledger/provider-health.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import type { ExpiringImport } from '../ledger/look-ledger.ts';
import type { RequestBudget } from '../providers/provider.ts';
import { lastOfMonth, rationOf } from './ration.ts';
import type { Ration } from './ration.ts';
import { budgetFloorMs } from './schedule.ts';
import type { WaitConditions } from './waits.ts';

/** What is left of a provider's budget. */
export interface BudgetState extends RequestBudget {
  readonly usedThisMonth: number;
  readonly resetsAt: number;
}

export type BudgetPace = Pick<WaitConditions, 'budgetFloorMs' | 'rationedForMs'>;

/** Active imports that are lost at what is left of a budget, if nothing changes. */
export interface Risk {
  readonly count: number;
  /** The first of them to be forgotten. */
  readonly first: readonly ExpiringImport[];
}

export interface BudgetOptions {
  readonly providerId: string;
  readonly budget: RequestBudget;
  /** How long the vendor keeps an import that has ended; null, or absent, when it does not say. */
  readonly retentionMs?: number | null;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** The share of a month's requests that queries of imports that nobody tracks cannot spend. */
const KEPT_FOR_TRACKED = 0.5;

/** Counts a provider's requests, and spaces them out, together with all who look at it. */
export class Budget {
  readonly #providerId: string;
  readonly #budget: RequestBudget;
  readonly #retentionMs: number | null;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor({ providerId, budget, retentionMs = null, ledger, clock }: BudgetOptions) {
    this.#providerId = providerId;
    this.#budget = budget;
    this.#retentionMs = retentionMs;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /**
   * Resolves when one request may be made, of all who make them. Rejects with a `rate-limited` that
   * says when the month is over, and counts nothing, when the month's requests are spent. It names no
   * time to wait: a try costs nothing, and the budget may be raised. Rejects with what the provider last
   * failed with while it is left alone.
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
    if (grant.kind === 'left-alone') throw leftAlone(await this.#health(), grant.until, now);
    if (grant.kind === 'spent') throw spent(perMonth, now);
    if (grant.at <= now) return;
    await this.#waitFor(grant.at, now, signal);
    await this.#checkPause(grant.at);
  }

  /** The provider may have asked to be left alone while a request waited for its turn. */
  async #checkPause(at: number): Promise<void> {
    const health = await this.#health();
    const now = this.#clock.now();
    if (!isOpen(health, now)) return;
    await this.#ledger.returnRequest(this.#providerId, at);
    throw leftAlone(health, health.openUntil ?? now, now);
  }

  async #health(): Promise<ProviderHealth> {
    return (await this.#ledger.listProviderHealth()).get(this.#providerId) ?? UNTRIED;
  }

  /**
   * Whether imports that nobody tracks may still be looked at because somebody asks: the last part
   * of a month's requests is kept for those that are tracked, and so is what they need.
   */
  async hasRoomForAsks(importsPerRequest: number): Promise<boolean> {
    const { perMonth } = this.#budget;
    if (perMonth === null) return true;
    const used = await this.#used(this.#clock.now());
    if (used >= perMonth * (1 - KEPT_FOR_TRACKED)) return false;
    const ration = await this.ration(importsPerRequest);
    return ration === null || ration.spare >= 1;
  }

  /** Null when the provider sets no limit. */
  async state(): Promise<BudgetState | null> {
    if (this.#budget.perSecond === null && this.#budget.perMonth === null) return null;
    const now = this.#clock.now();
    return { ...this.#budget, usedThisMonth: await this.#used(now), resetsAt: endOfMonth(now) };
  }

  /** The shortest interval between looks at one import at which the budget lasts. */
  async floorMs(importsPerRequest: number): Promise<number> {
    return (await this.pace(importsPerRequest)).budgetFloorMs;
  }

  /** What the budget says of when to look again. */
  async pace(importsPerRequest: number): Promise<BudgetPace> {
    const { perMonth } = this.#budget;
    if (perMonth === null) return { budgetFloorMs: 0 };
    const ration = await this.ration(importsPerRequest);
    if (ration !== null) {
      return { budgetFloorMs: ration.floorMs, rationedForMs: ration.retentionMs };
    }
    const now = this.#clock.now();
    const active = await this.#ledger.countActive(this.#providerId);
    const conditions = {
      perMonth,
      used: await this.#used(now),
      monthMs: endOfMonth(now) - startOfMonth(now),
      resetsInMs: endOfMonth(now) - now,
      active: Math.ceil(active / importsPerRequest),
    };
    return { budgetFloorMs: budgetFloorMs(conditions) };
  }

  /**
   * How the month's requests are shared out; null where they need not be: without a limit a month,
   * where many imports share a request, and where the vendor does not say how long it keeps an import.
   */
  async ration(importsPerRequest: number): Promise<Ration | null> {
    const { perMonth } = this.#budget;
    const retentionMs = this.#retentionMs;
    if (perMonth === null || retentionMs === null || importsPerRequest > 1) return null;
    const now = this.#clock.now();
    const resetsAt = endOfMonth(now);
    const until = lastOfMonth(resetsAt);
    const providerId = this.#providerId;
    return rationOf({
      perMonth,
      used: await this.#used(now),
      monthMs: resetsAt - startOfMonth(now),
      now,
      resetsAt,
      retentionMs,
      active: await this.#ledger.countActive(providerId),
      needed: await this.#ledger.countExpiring({ providerId, retentionMs, after: now, until }),
    });
  }

  /**
   * What is lost at this budget, and up to `first` imports of it; null where the vendor does not say how
   * long it keeps an import. Those that are forgotten first are looked at first, so it is the others, and
   * those that may be forgotten already.
   */
  async findRisk(importsPerRequest: number, first: number): Promise<Risk | null> {
    const { perMonth } = this.#budget;
    if (this.#retentionMs === null) return null;
    if (perMonth === null) return { count: 0, first: [] };
    const now = this.#clock.now();
    const turn = lastOfMonth(endOfMonth(now));
    const left = Math.max(0, perMonth - (await this.#used(now)));
    const query = { providerId: this.#providerId, retentionMs: this.#retentionMs };
    const parts = [
      { ...query, after: 0, until: now, skip: 0 },
      { ...query, after: now, until: turn, skip: left * importsPerRequest },
      { ...query, after: turn, until: null, skip: perMonth * importsPerRequest },
    ];
    const lost: ExpiringImport[] = [];
    let count = 0;
    for (const part of parts) {
      const lostOfPart = (await this.#ledger.countExpiring(part)) - part.skip;
      if (lostOfPart <= 0) continue;
      count += lostOfPart;
      lost.push(...(await this.#ledger.listExpiring({ ...part, first: first - lost.length })));
    }
    return { count, first: lost };
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

/** Our own refusal: it says nothing of how the provider fares. */
export class LeftAloneError extends ProviderError {}

/** Why it is left alone is why it is not asked. */
function leftAlone({ error }: ProviderHealth, until: number, now: number): LeftAloneError {
  const reason = error === null ? '' : `: ${error.message}`;
  return new LeftAloneError(
    error?.kind ?? 'unavailable',
    `the provider is left alone until ${new Date(until).toISOString()}${reason}`,
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
