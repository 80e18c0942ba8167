import type { LookFailure } from '../domain/import.ts';

/** How a provider fared lately. */
export interface ProviderHealth {
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  readonly error: LookFailure | null;
  /** Failures of the whole provider in a row. */
  readonly failures: number;
  /** Leave it alone until then. */
  readonly openUntil: number | null;
}

/** A provider that was not asked yet. */
export const UNTRIED: ProviderHealth = {
  lastSuccessAt: null,
  lastFailureAt: null,
  error: null,
  failures: 0,
  openUntil: null,
};

/** Whether it is left alone. */
export function isOpen({ openUntil }: ProviderHealth, now: number): boolean {
  return openUntil !== null && now < openUntil;
}

/** It failed, its pause is over, and it has not answered since: one careful try at a time. */
export function isOnProbation({ openUntil }: ProviderHealth): boolean {
  return openUntil !== null;
}
