/** Why a provider could not answer. The kind decides what the schedule does next. */
export type ProviderErrorKind =
  | 'unauthorized' // wait for a human, or for one token refresh
  | 'not-found' // never existed, or gone: the import's own history tells which
  | 'rate-limited' // wait as told: retryAfterMs
  | 'timeout' // back off
  | 'unavailable' // back off: 5xx, network
  | 'unexpected-response'; // back off far: the wire no longer matches

/** What a kind of failure means for the provider as a whole. */
export interface ProviderErrorMeaning {
  /** Whether it speaks against the whole provider rather than against one import. */
  readonly isProviderWide: boolean;
  /** How much longer than the ordinary backoff to wait. */
  readonly backoffFactor: number;
}

export const PROVIDER_ERROR_MEANING = {
  unauthorized: { isProviderWide: true, backoffFactor: 8 },
  'not-found': { isProviderWide: false, backoffFactor: 1 },
  'rate-limited': { isProviderWide: true, backoffFactor: 1 },
  timeout: { isProviderWide: true, backoffFactor: 1 },
  unavailable: { isProviderWide: true, backoffFactor: 1 },
  'unexpected-response': { isProviderWide: false, backoffFactor: 8 },
} as const satisfies Record<ProviderErrorKind, ProviderErrorMeaning>;

export interface ProviderErrorOptions {
  /** How long the vendor asked us to wait. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The one way in which a provider fails. Its message says what was expected and what came, and
 * never holds a secret, a token or a row.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  readonly retryAfterMs: number | null;

  constructor(kind: ProviderErrorKind, message: string, options: ProviderErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
