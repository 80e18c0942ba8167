import type { Job } from '../domain/job.ts';
import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Claim } from '../ledger/look-ledger.ts';
import { backoffMs, intervalMs } from './schedule.ts';
import type { Cadence, LookConditions } from './schedule.ts';

/** What decides how long it is until the next look at an import. */
export interface WaitConditions {
  readonly claim: Pick<Claim, 'import' | 'schedule'>;
  readonly cadence: Cadence;
  readonly budgetFloorMs: number;
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

/** With the look that is being judged. */
export function attemptsAfter({ claim }: WaitConditions): number {
  return claim.schedule.attempts + 1;
}

/** Until the next look at a job that goes on. */
export function liveMs(
  job: Job,
  at: WaitConditions,
  { isWatched }: Pick<LookConditions, 'isWatched'>,
): number {
  const { claim, now, cadence, budgetFloorMs, random } = at;
  const startedAt = job.startedAt ?? job.queuedAt ?? claim.schedule.trackedAt;
  return intervalMs({
    cadence,
    // A vendor's clock may be ahead of ours.
    runningForMs: Math.max(0, now - startedAt),
    isWatched,
    budgetFloorMs,
    expiresInMs: job.expiresAt === null ? null : job.expiresAt - now,
    random,
  });
}

/** Longer each time that nothing is learnt, but never so long that the vendor forgets it first. */
export function growingMs(at: WaitConditions, expiresAt: number | null): number {
  const { cadence, random, budgetFloorMs, now } = at;
  const grown = backoffMs({ cadence, attempts: attemptsAfter(at), factor: 1, random });
  const waitMs = Math.max(grown, budgetFloorMs);
  if (expiresAt === null) return waitMs;
  return Math.min(waitMs, Math.max(cadence.minIntervalMs, (expiresAt - now) / 2));
}

/** After a failure: as the vendor asks, though never sooner than the shortest interval. */
export function failureMs(error: ProviderError, at: WaitConditions): number {
  const { cadence, random } = at;
  if (error.retryAfterMs !== null) return Math.max(cadence.minIntervalMs, error.retryAfterMs);
  const factor = PROVIDER_ERROR_MEANING[error.kind].backoffFactor;
  return backoffMs({ cadence, attempts: attemptsAfter(at), factor, random });
}
