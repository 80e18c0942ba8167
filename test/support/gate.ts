import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Scope } from '../../src/graphql/caller.ts';
import type { OperationLimits } from '../../src/graphql/operation-limits.ts';
import { createAuthenticator } from '../../src/server/authenticator.ts';
import { Gate } from '../../src/server/gate.ts';
import { createRateLimit } from '../../src/server/rate-limit.ts';

/** A gate that lets everybody in, with these scopes. */
export function openGate(scopes: readonly Scope[] = ['imports:read']): Gate {
  return new Gate({
    authenticator: createAuthenticator({
      settings: { kind: 'none', scopes, routerSecret: null },
      clock: SYSTEM_CLOCK,
      fetch,
      logger: pino({ level: 'silent' }),
    }),
    rateLimit: createRateLimit(null),
  });
}

/** Limits that nothing small runs into. */
export const OPERATION_LIMITS: OperationLimits = {
  maxDepth: 20,
  maxAliases: 100,
  maxDirectives: 50,
  maxTokens: 2_000,
  maxCost: 50_000,
};
