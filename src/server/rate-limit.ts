import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Denial } from './authenticator.ts';

export interface RateLimit {
  /** Counts one request of a client; a denial when it was one too many. */
  take(client: string): Promise<Denial | null>;
}

/** Limits how many requests and operations each client may send a minute; null for any number. */
export function createRateLimit(perMinute: number | null): RateLimit {
  if (perMinute === null) return { take: async () => null };
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    take: async (client) => {
      try {
        await limiter.consume(client);
        return null;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return denied(perMinute, error.msBeforeNext);
      }
    },
  };
}

function denied(perMinute: number, waitMs: number): Denial {
  const seconds = Math.ceil(waitMs / 1000);
  return {
    kind: 'denied',
    statusCode: 429,
    code: 'RATE_LIMITED',
    message: `at most ${perMinute} requests a minute; ask again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  };
}
