import type { Job } from '../domain/job.ts';
import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Claim } from '../ledger/look-ledger.ts';
import { deadlineOf, nextCallMs, PUT_OFF_MS } from './ration.ts';
import { backoffMs, intervalMs } from './schedule.ts';
import type { Cadence, LookConditions } from './schedule.ts';

/** What decides how long it is until the next look at an import. */
export interface WaitConditions {
  readonly claim: Pick<Claim, 'import' | 'schedule'>;
  readonly cadence: Cadence;
  readonly budgetFloorMs: number;
  /** How long the vendor keeps an import that has ended; absent unless its requests are shared out. */
  readonly rationedForMs?: number;
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
  const { claim, now, cadence, budgetFloorMs, rationedForMs, random } = at;
  const startedAt = job.startedAt ?? job.queuedAt ?? claim.schedule.trackedAt;
  const expiresInMs = job.expiresAt === null ? null : job.expiresAt - now;
  const waitMs = intervalMs({
    cadence,
    // A vendor's clock may be ahead of ours.
    runningForMs: Math.max(0, now - startedAt),
    isWatched,
    budgetFloorMs,
    expiresInMs: rationedForMs === undefined ? expiresInMs : null,
    random,
  });
  return untilCalled(waitMs, expiresInMs, at);
}

/** Where requests are shared out, the looks before the vendor forgets an import are few and certain. */
function untilCalled(
  waitMs: number,
  expiresInMs: number | null,
  { rationedForMs }: WaitConditions,
): number {
  if (rationedForMs === undefined) return waitMs;
  // Only what has ended is forgotten.
  return Math.min(waitMs, nextCallMs(expiresInMs ?? rationedForMs) ?? Infinity);
}

/** Longer each time that nothing is learnt, but never so long that the vendor forgets it first. */
export function growingMs(at: WaitConditions, expiresAt: number | null): number {
  const { cadence, random, budgetFloorMs, now } = at;
  const grown = backoffMs({ cadence, attempts: attemptsAfter(at), factor: 1, random });
  const waitMs = Math.max(grown, budgetFloorMs);
  if (at.rationedForMs !== undefined) {
    return untilCalled(waitMs, expiresAt === null ? null : expiresAt - now, at);
  }
  if (expiresAt === null) return waitMs;
  return Math.min(waitMs, Math.max(cadence.minIntervalMs, (expiresAt - now) / 2));
}

/** After a failure: as the vendor asks, though never sooner than the shortest interval. */
export function failureMs(error: ProviderError, at: WaitConditions): number {
  const { cadence, random } = at;
  const factor = PROVIDER_ERROR_MEANING[error.kind].backoffFactor;
  const backedOffMs = backoffMs({ cadence, attempts: attemptsAfter(at), factor, random });
  const askedForMs = error.retryAfterMs;
  const waitMs = askedForMs === null ? backedOffMs : Math.max(cadence.minIntervalMs, askedForMs);
  return Math.max(waitMs, rationedTryMs(at));
}

/** A try costs a request, too: while there is time, tries are as rare as other looks. */
function rationedTryMs({ claim, rationedForMs, budgetFloorMs, now }: WaitConditions): number {
  if (rationedForMs === undefined) return 0;
  const expiresInMs = deadlineOf(claim, rationedForMs) - now;
  const waitMs = Math.min(budgetFloorMs, PUT_OFF_MS);
  if (expiresInMs <= 0) return waitMs;
  return Math.min(waitMs, nextCallMs(expiresInMs) ?? Infinity, expiresInMs / 2);
}
