import type { ProviderHealth } from './provider-health.ts';

/** What each provider has cost and how it fares, for all who look at it together. */
export interface ProviderLedger {
  /**
   * Takes the next place in the line of a provider's requests, and counts it in the month (UTC) in which
   * its turn comes; unless that month's requests are all counted, or the provider is left alone.
   */
  takeRequest(query: RequestQuery): Promise<RequestGrant>;

  /** A request that was granted for this instant is not made after all: it is not counted. */
  returnRequest(providerId: string, at: number): Promise<void>;

  /** How many requests were counted at a provider in a month (`2026-01`). */
  getRequestCount(providerId: string, month: string): Promise<number>;

  /** How each provider fared, by id, as last kept. */
  listProviderHealth(): Promise<ReadonlyMap<string, ProviderHealth>>;

  /** Keeps what `revise` makes of how a provider fared so far, in one transaction; answers it. */
  reviseProviderHealth(
    providerId: string,
    revise: (known: ProviderHealth) => ProviderHealth,
  ): Promise<ProviderHealth>;
}

export interface RequestQuery {
  readonly providerId: string;
  /** The most requests a month; null for any number. */
  readonly perMonth: number | null;
  /** The least time between two requests, in milliseconds; 0 for none. */
  readonly spacingMs: number;
  readonly now: number;
}

export type RequestGrant =
  /** It may be made at this instant. */
  | { readonly kind: 'granted'; readonly at: number }
  | { readonly kind: 'spent' }
  | { readonly kind: 'left-alone'; readonly until: number };
