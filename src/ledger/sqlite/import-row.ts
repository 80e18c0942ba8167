import type {
  FreshnessState,
  Import,
  ImportLabels,
  ImportState,
  LookFailure,
} from '../../domain/import.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';
import { integer, integerOrNull, text, textOrNull, word } from './database.ts';
import type { Row } from './database.ts';

/** The columns that an import is read from. */
export const IMPORT_COLUMNS = `seq, provider_id, external_id, revision, position, place, state, labels,
  freshness, observed_at, next_look_at, error_kind, error_message`;

export const FRESHNESS_STATES = [
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

export function importOf(row: Row): Import {
  return {
    ref: { providerId: text(row, 'provider_id'), externalId: text(row, 'external_id') },
    state: stateOf(text(row, 'state')),
    revision: integer(row, 'revision'),
    position: integerOrNull(row, 'position'),
    freshness: {
      state: word(row, 'freshness', FRESHNESS_STATES),
      observedAt: integerOrNull(row, 'observed_at'),
      nextLookAt: integerOrNull(row, 'next_look_at'),
      error: failureOf(row),
    },
    labels: labelsOf(text(row, 'labels')),
  };
}

/** The last failure that a row of imports or of providers holds. */
export function failureOf(row: Row): LookFailure | null {
  if (row['error_kind'] === null) return null;
  return {
    kind: word(row, 'error_kind', ERROR_KINDS),
    message: textOrNull(row, 'error_message') ?? '',
  };
}

/** Only `record` writes this text, so its shape is known. */
export function stateOf(json: string): ImportState {
  return JSON.parse(json);
}

function labelsOf(json: string): ImportLabels {
  return json === '{}' ? {} : JSON.parse(json);
}
