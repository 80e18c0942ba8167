import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { Hub } from '../../src/graphql/live/hub.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LiveLimits } from '../../src/server/live-limits.ts';

/** Limits that nothing small runs into. */
export const LIMITS: LiveLimits = {
  laggedAfterMs: 10_000,
  drainForMs: 0,
  initWithinMs: 3_000,
  pingEveryMs: 12_000,
  maxOperations: 100,
  maxConnections: 1_000,
  maxMessageBytes: 262_144,
  callbackUrls: [],
  maxCallbacks: 1_000,
};

export interface HubParts {
  readonly ledger: Pick<Ledger, 'subscribe'>;
  readonly clock?: Clock;
  readonly laggedAfterMs?: number;
}

/** A hub whose subscribers hasten no looks. */
export function createHub({ ledger, clock, laggedAfterMs }: HubParts): Hub {
  return new Hub({
    ledger,
    watcher: { watch: () => () => undefined },
    clock: clock ?? SYSTEM_CLOCK,
    laggedAfterMs: laggedAfterMs ?? LIMITS.laggedAfterMs,
    random: () => 0.5,
  });
}
