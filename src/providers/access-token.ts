/** A token as its issuer gave it. */
export interface IssuedToken<Grant> {
  readonly grant: Grant;
  /** Milliseconds from the answer until the token dies. */
  readonly lifetimeMs: number;
}

export interface AccessTokenOptions<Grant> {
  readonly issue: (signal: AbortSignal) => Promise<IssuedToken<Grant>>;
  readonly now: () => number;
}

/** A token is renewed this long before it dies, or at nine tenths of its life if that is later. */
const RENEW_BEFORE_MS = 60_000;

/**
 * Keeps one access token: hands it out while it lives, renews it before it dies, and makes one
 * renewal at a time however many ask.
 */
export class AccessToken<Grant> {
  readonly #issue: AccessTokenOptions<Grant>['issue'];
  readonly #now: () => number;
  #current: { readonly grant: Grant; readonly renewAt: number } | null = null;
  #renewal: Promise<Grant> | null = null;

  constructor({ issue, now }: AccessTokenOptions<Grant>) {
    this.#issue = issue;
    this.#now = now;
  }

  /** The living token. Rejects with what the issuer's request rejects with. */
  async get(): Promise<Grant> {
    if (this.#current !== null && this.#now() < this.#current.renewAt) return this.#current.grant;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** Says that the vendor refused this token. Only the one in use is dropped, so ten refusals of one token cost one renewal. */
  refuse(grant: Grant): void {
    if (this.#current?.grant === grant) this.#current = null;
  }

  async #renew(): Promise<Grant> {
    // Not the caller's signal: others wait for the same renewal. The request's own timeout ends it.
    const { grant, lifetimeMs } = await this.#issue(new AbortController().signal);
    const margin = Math.min(RENEW_BEFORE_MS, lifetimeMs / 10);
    this.#current = { grant, renewAt: this.#now() + lifetimeMs - margin };
    return grant;
  }
}
