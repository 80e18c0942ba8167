import type { FreshnessState, Import, ImportState, LookFailure } from '../../domain/import.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';
import { givenLabels } from '../stored-text.ts';
import { integer, integerOrNull, text, textOrNull, word } from './database.ts';
import type { Database, Row } from './database.ts';

/** The columns that an import is read from. */
export const IMPORT_COLUMNS = `imports.seq, imports.provider_id, imports.external_id,
  imports.revision, imports.position, imports.place, imports.state, imports.labels,
  imports.freshness, imports.observed_at, imports.next_look_at, imports.error_kind,
  imports.error_message`;

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

export function importOf(database: Database, row: Row): Import {
  const position = integerOrNull(row, 'position');
  return {
    ref: { providerId: text(row, 'provider_id'), externalId: text(row, 'external_id') },
    state: position === null ? stateOf(text(row, 'state')) : stateAt(database, row, position),
    revision: integer(row, 'revision'),
    position,
    freshness: {
      state: word(row, 'freshness', FRESHNESS_STATES),
      observedAt: integerOrNull(row, 'observed_at'),
      nextLookAt: integerOrNull(row, 'next_look_at'),
      error: failureOf(row),
    },
    labels: givenLabels(text(row, 'labels')),
  };
}

/** Parsing is half the cost of reading a list, and most readers ask for the same latest ones. */
function stateAt({ states }: Database, row: Row, position: number): ImportState {
  const known = states.get(position);
  if (known !== undefined) return known;
  const state = stateOf(text(row, 'state'));
  states.set(position, state);
  return state;
}

/** The last failure that a row of imports or of providers holds. */
export function failureOf(row: Row): LookFailure | null {
  if (row['error_kind'] === null) return null;
  return {
    kind: word(row, 'error_kind', ERROR_KINDS),
    message: textOrNull(row, 'error_message') ?? '',
  };
}

/** Only `revise` writes this text, so its shape is known. */
export function stateOf(json: string): ImportState {
  return JSON.parse(json);
}
