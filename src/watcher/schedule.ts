/** How often a provider's imports may be looked at. */
export interface Cadence {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
}

/** A job is looked at again after this share of the time that it has been running. */
const PACE = 0.05;

/** Intervals are stretched by up to this share, at random, so that looks do not march in step. */
const JITTER = 0.1;

export interface LookConditions {
  readonly cadence: Cadence;
  readonly runningForMs: number;
  /** Somebody is subscribed. */
  readonly isWatched: boolean;
  /** The shortest interval that the provider's budget allows. */
  readonly budgetFloorMs: number;
  /** Until the vendor forgets the job; null when it does not say. */
  readonly expiresInMs: number | null;
  /** 0 to 1. */
  readonly random: number;
}

/** How long to wait before looking at a job that is still going. */
export function intervalMs(conditions: LookConditions): number {
  const { cadence, budgetFloorMs, expiresInMs, random } = conditions;
  const paced = Math.max(paceMs(conditions), budgetFloorMs) * (1 + JITTER * random);
  if (expiresInMs === null) return paced;
  // Half of what is left, again and again: the last look comes while there is still time.
  return Math.min(paced, Math.max(cadence.minIntervalMs, expiresInMs / 2));
}

function paceMs({ cadence, runningForMs, isWatched }: LookConditions): number {
  if (isWatched) return cadence.minIntervalMs;
  return Math.min(cadence.maxIntervalMs, Math.max(cadence.minIntervalMs, runningForMs * PACE));
}

export interface BackoffConditions {
  readonly cadence: Cadence;
  /** Failures, or looks that taught nothing, in a row: at least 1. */
  readonly attempts: number;
  readonly factor: number;
  /** 0 to 1. */
  readonly random: number;
}

/** How long to wait after a failure: doubled each time up to `maxIntervalMs`, with jitter. */
export function backoffMs({ cadence, attempts, factor, random }: BackoffConditions): number {
  const doubled = cadence.minIntervalMs * 2 ** Math.min(attempts - 1, 30) * factor;
  return Math.min(cadence.maxIntervalMs, doubled) * (1 - JITTER * random);
}

export interface BudgetConditions {
  /** Requests a month. */
  readonly perMonth: number;
  readonly used: number;
  readonly monthMs: number;
  readonly resetsInMs: number;
  /** Imports that share the budget. */
  readonly active: number;
}

/**
 * So much of what an even pace would have left may be spent ahead of it before intervals stretch
 * to that pace. A share of what is left, not of the month: else it would all be spent too early.
 */
const ADVANCE = 0.1;

/**
 * The shortest interval at which a monthly budget lasts until it resets. A share of it may be
 * spent ahead of an even pace, so that a load that is short stays quick; the more of that is gone,
 * the nearer the interval comes to the even pace.
 */
export function budgetFloorMs(conditions: BudgetConditions): number {
  const { perMonth, used, monthMs, resetsInMs, active } = conditions;
  const remaining = perMonth - used;
  if (remaining <= 0) return resetsInMs;
  const evenPaceMs = (resetsInMs * active) / remaining;
  const evenlyLeft = perMonth * (resetsInMs / monthMs);
  const share = (evenlyLeft - remaining) / (evenlyLeft * ADVANCE);
  return evenPaceMs * Math.min(1, Math.max(0, share));
}
