import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import { afterFailure, afterSuccess, afterUnreadable } from './breaker.ts';
import { LeftAloneError } from './budget.ts';
import type { LookResult } from './look.ts';
import type { WatchedProvider } from './watched-provider.ts';

export interface HealthOptions {
  readonly provider: WatchedProvider;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** As it was last saved. */
  readonly health: ProviderHealth;
}

/** So often it is saved that a provider still answers. */
const SAVE_EVERY_MS = 60_000;

/**
 * How one provider fares, learnt from each batch of looks, and shared with all who look at it when it
 * matters.
 */
export class Health {
  readonly #options: HealthOptions;
  #current: ProviderHealth;
  #savedAt = 0;
  #learnt = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#current = options.health;
  }

  get current(): ProviderHealth {
    return this.#current;
  }

  /**
   * Begins to ask how the provider fares for all who look at it; answers what to do with the answer.
   * One that was overtaken by what was learnt here meanwhile is dropped.
   */
  beginReading(): (shared: ProviderHealth) => void {
    const learnt = this.#learnt;
    return (shared) => {
      if (this.#learnt === learnt) this.#current = withSuccessAt(shared, this.#current);
    };
  }

  /** Keeps what was not worth a write before. */
  async save(): Promise<void> {
    const { ledger, provider, health } = this.#options;
    const current = this.#current;
    if (current.lastSuccessAt === health.lastSuccessAt) return;
    await ledger.reviseProviderHealth(provider.id, (known) => withSuccessAt(known, current));
  }

  /** What the results say about the provider as a whole. */
  async learn(all: readonly LookResult[]): Promise<void> {
    const results = all.filter(({ error }) => !(error instanceof LeftAloneError));
    if (results.length === 0) return;
    const { provider, clock, random, logger, ledger } = this.#options;
    const before = this.#current;
    const now = clock.now();
    const error = findProviderFailure(results);
    const unreadable = findUnreadable(results);
    const conditions = { cadence: provider.cadence, now, random: random() };
    const revise = (known: ProviderHealth): ProviderHealth => {
      if (error !== null) return afterFailure(known, { ...conditions, error });
      if (unreadable !== null) return afterUnreadable(known, unreadable, now);
      return afterSuccess(known, now);
    };
    this.#learnt += 1;
    this.#current = revise(before);
    // A success like the one before is worth a write now and then.
    const isCalm = this.#current.error === null && before.error === null;
    if (isCalm && now < this.#savedAt + SAVE_EVERY_MS) return;
    this.#savedAt = now;
    this.#current = await ledger.reviseProviderHealth(provider.id, revise);
    this.#learnt += 1;
    const about = { providerId: provider.id, failures: this.#current.failures };
    const failure = error ?? unreadable;
    if (failure === null && isCalm) return;
    if (failure === null) logger.info(about, 'a provider answers');
    else logger.warn({ ...about, kind: failure.kind, reason: failure.message }, 'a provider fails');
  }
}

/** When it last answered is not written each time. */
function withSuccessAt(health: ProviderHealth, other: ProviderHealth): ProviderHealth {
  const lastSuccessAt = Math.max(health.lastSuccessAt ?? 0, other.lastSuccessAt ?? 0);
  return { ...health, lastSuccessAt: lastSuccessAt === 0 ? null : lastSuccessAt };
}

/** Why no answer of the batch could be used, although the vendor answered; null when one could. */
function findUnreadable(results: readonly LookResult[]): ProviderError | null {
  let unreadable: ProviderError | null = null;
  for (const { error } of results) {
    if (error === null || error.kind === 'not-found') return null;
    if (error.kind === 'unexpected-response') unreadable ??= error;
  }
  return unreadable;
}

/** The failure that speaks against the provider, if no import of the batch was answered. */
function findProviderFailure(results: readonly LookResult[]): ProviderError | null {
  let failure: ProviderError | null = null;
  for (const { error } of results) {
    if (error === null || !PROVIDER_ERROR_MEANING[error.kind].isProviderWide) return null;
    failure ??= error;
  }
  return failure;
}
