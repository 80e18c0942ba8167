import type {
  FreshnessState,
  Import,
  ImportRef,
  ImportState,
  LookFailure,
} from '../domain/import.ts';
import type { ProviderErrorKind } from '../domain/provider-error.ts';
import { integer, integerOrNull, text, textOrNull, word } from './columns.ts';
import type { Row } from './columns.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { Known } from './revision-plan.ts';
import { givenLabels } from './stored-text.ts';

const FRESHNESS_STATES = [
  'PENDING',
  'LIVE',
  'BACKING_OFF',
  'SETTLED',
  'GONE',
  'NOT_FOUND',
  'UNTRACKED',
] as const satisfies readonly FreshnessState[];

const ERROR_KINDS = [
  'unauthorized',
  'not-found',
  'rate-limited',
  'timeout',
  'unavailable',
  'unexpected-response',
] as const satisfies readonly ProviderErrorKind[];

/** Where states that were parsed are kept, by position: a position stands for one state of one import. */
export interface States {
  readonly states: {
    get(position: number): ImportState | undefined;
    set(position: number, state: ImportState): unknown;
  };
}

/** For inside a transaction: a position that it takes may be given out again, for another state. */
export function uncommitted(): States {
  return { states: new Map() };
}

export function importOf(states: States, row: Row): Import {
  return {
    ref: refOf(row),
    state: stateOf(states, row),
    revision: integer(row, 'revision'),
    position: integerOrNull(row, 'position'),
    freshness: {
      state: word(row, 'freshness', FRESHNESS_STATES),
      observedAt: integerOrNull(row, 'observed_at'),
      nextLookAt: integerOrNull(row, 'next_look_at'),
      error: failureOf(row),
    },
    labels: givenLabels(text(row, 'labels')),
  };
}

export function refOf(row: Row): ImportRef {
  return { providerId: text(row, 'provider_id'), externalId: text(row, 'external_id') };
}

/** Parsing is half the cost of reading a list, and most readers ask for the same latest ones. */
export function stateOf({ states }: States, row: Row): ImportState {
  const position = integerOrNull(row, 'position');
  const known = position === null ? undefined : states.get(position);
  if (known !== undefined) return known;
  // Only stores write this text, so its shape is known.
  const state: ImportState = JSON.parse(text(row, 'state'));
  if (position !== null) states.set(position, state);
  return state;
}

/** What a revision is compared by. */
export function knownOf(states: States, row: Row): Known {
  return {
    revision: integer(row, 'revision'),
    position: integerOrNull(row, 'position'),
    state: stateOf(states, row),
    labels: givenLabels(text(row, 'labels')),
  };
}

/** The last failure that a row of looks or of providers holds. */
function failureOf(row: Row): LookFailure | null {
  if (row['error_kind'] === null) return null;
  return {
    kind: word(row, 'error_kind', ERROR_KINDS),
    message: textOrNull(row, 'error_message') ?? '',
  };
}

/** The columns that how a provider fares is read from. */
export const HEALTH_COLUMNS = `last_success_at, last_failure_at, error_kind, error_message, failures,
  open_until`;

export function healthOf(row: Row): ProviderHealth {
  return {
    lastSuccessAt: integerOrNull(row, 'last_success_at'),
    lastFailureAt: integerOrNull(row, 'last_failure_at'),
    error: failureOf(row),
    failures: integer(row, 'failures'),
    openUntil: integerOrNull(row, 'open_until'),
  };
}
