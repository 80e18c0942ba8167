import { createLocalJWKSet, errors } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { GraphServices } from '../graphql/context.ts';

export interface TokenKeysOptions {
  readonly url: string;
  /** How soon after keys were asked for they may be asked for again, in milliseconds. */
  readonly cooldownMs: number;
  readonly clock: GraphServices['clock'];
  readonly fetch: typeof fetch;
  readonly logger: Logger;
}

/** The keys could not be had: that says nothing about the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** Keys that are older are asked for again. */
const OLD_AFTER_MS = 600_000;
/** Keys that cannot be had again are good for so long. */
const STALE_AFTER_MS = 86_400_000;
const ANSWER_WITHIN_MS = 5_000;

/** RFC 7517, 5. What is in a key, `jose` says. */
const KeySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

interface Held {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/**
 * The keys that an issuer publishes. They are asked for when they are first needed, when they are
 * old, and when a token is signed with one that is not among them; once, however many tokens wait. While
 * they cannot be had, those that are known are good.
 */
export class TokenKeys {
  readonly #options: TokenKeysOptions;
  #held: Held | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | null = null;
  /** Why the last request failed; null when it did not. */
  #failure: Error | null = null;

  constructor(options: TokenKeysOptions) {
    this.#options = options;
  }

  /** Finds the key of a token. Throws a `KeysUnavailableError`, or what `jose` says of it. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#ageMs() > OLD_AFTER_MS) await this.#refresh();
    const known = this.#current();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.#refresh();
    return this.#current()(header, token);
  };

  #ageMs(): number {
    const { clock } = this.#options;
    return this.#held === null ? Number.POSITIVE_INFINITY : clock.now() - this.#held.fetchedAt;
  }

  #current(): JWTVerifyGetKey {
    if (this.#held !== null && this.#ageMs() <= STALE_AFTER_MS) return this.#held.find;
    throw new KeysUnavailableError('the keys of tokens could not be had', { cause: this.#failure });
  }

  /** Does nothing when they were asked for a moment ago. */
  async #refresh(): Promise<void> {
    const { clock, cooldownMs } = this.#options;
    if (this.#fetching === null && clock.now() - this.#triedAt >= cooldownMs) {
      this.#triedAt = clock.now();
      this.#fetching = this.#fetch().finally(() => {
        this.#fetching = null;
      });
    }
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { url, clock, fetch, logger } = this.#options;
    try {
      const answer = await fetch(url, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      if (answer.status !== 200) throw new Error(`the issuer answered ${answer.status}`);
      const keys = KeySet.parse(await answer.json());
      this.#held = { find: createLocalJWKSet(keys), fetchedAt: clock.now() };
      if (this.#failure !== null) logger.info('the keys of tokens can be had again');
      this.#failure = null;
    } catch (error) {
      // Told once, however long it lasts.
      if (this.#failure === null) {
        logger.warn({ err: error }, 'the keys of tokens cannot be had; see auth.jwt.jwksUrl');
      }
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}
