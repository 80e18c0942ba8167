import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import { isOnProbation, isOpen } from '../ledger/provider-health.ts';
import type { ProviderHealth } from '../ledger/provider-health.ts';
import { backoffMs } from './schedule.ts';
import type { Cadence } from './schedule.ts';

/** So many failures of the whole provider in a row, and it is left alone for a while. */
const FAILURES_TO_OPEN = 3;

/** A provider that is left alone is tried again at the latest after this. */
const LONGEST_OPEN_MS = 300_000;

/** A success of a look from before a pause ends no pause: the vendor told us to wait. */
export function afterSuccess(health: ProviderHealth, now: number): ProviderHealth {
  if (isOpen(health, now)) return { ...health, lastSuccessAt: now };
  return {
    lastSuccessAt: now,
    lastFailureAt: health.lastFailureAt,
    error: null,
    failures: 0,
    openUntil: null,
  };
}

export interface FailureConditions {
  readonly error: ProviderError;
  readonly cadence: Cadence;
  readonly now: number;
  readonly random: number;
}

/**
 * The provider as a whole failed. It is left alone at once when it refused our credentials or told
 * us how long to wait, and after some failures in a row otherwise.
 */
export function afterFailure(
  health: ProviderHealth,
  { error, cadence, now, random }: FailureConditions,
): ProviderHealth {
  const failures = health.failures + 1;
  const mustPause =
    failures >= FAILURES_TO_OPEN ||
    error.kind === 'unauthorized' ||
    error.retryAfterMs !== null ||
    // The one careful try failed.
    isOnProbation(health);
  const pauseMs = backoffMs({
    cadence: { ...cadence, maxIntervalMs: Math.min(cadence.maxIntervalMs, LONGEST_OPEN_MS) },
    attempts: failures,
    factor: PROVIDER_ERROR_MEANING[error.kind].backoffFactor,
    random,
  });
  const openUntil = mustPause ? Math.ceil(now + (error.retryAfterMs ?? pauseMs)) : null;
  return {
    ...afterUnreadable(health, error, now),
    failures,
    // What was under way when a pause began may fail too: the longer pause stands.
    openUntil: isOpen(health, now) ? Math.max(health.openUntil ?? 0, openUntil ?? 0) : openUntil,
  };
}

/** It answered, and nothing of the answer could be used: that pauses nothing and is no success. */
export function afterUnreadable(
  health: ProviderHealth,
  error: ProviderError,
  now: number,
): ProviderHealth {
  return { ...health, lastFailureAt: now, error: { kind: error.kind, message: error.message } };
}
