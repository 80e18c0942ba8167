import type {
  FreshnessState,
  Import,
  ImportRef,
  ImportLabels,
  ImportState,
  LookFailure,
} from '../../domain/import.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';
import { integer, integerOrNull, text, textOrNull, word } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { Database } from './database.ts';
import { givenText } from '../stored-text.ts';

/** The columns that an import is read from. */
export const IMPORT_COLUMNS = `imports.provider_id, imports.external_id, imports.revision,
  imports.position, imports.place, imports.state, imports.labels, looks.freshness,
  looks.observed_at, looks.next_look_at, looks.error_kind, looks.error_message`;

/** Where they are. */
export const IMPORTS = 'imports join looks on looks.import_seq = imports.seq';

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

/** Where states that were parsed are kept. */
export type States = Pick<Database, 'states'>;

export function importOf({ states }: States, row: Row): Import {
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
    labels: labelsOf(text(row, 'labels')),
  };
}

export function refOf(row: Row): ImportRef {
  return {
    providerId: text(row, 'provider_id'),
    externalId: givenText(text(row, 'external_id')),
  };
}

/** Parsing is half the cost of reading a list, and most readers ask for the same latest ones. */
export function stateOf(states: States['states'], row: Row): ImportState {
  const position = integerOrNull(row, 'position');
  const known = position === null ? undefined : states.get(position);
  if (known !== undefined) return known;
  // Only this folder writes this text, so its shape is known.
  const state: ImportState = JSON.parse(text(row, 'state'));
  if (position !== null) states.set(position, state);
  return state;
}

/** The last failure that a row of looks or of providers holds. */
export function failureOf(row: Row): LookFailure | null {
  if (row['error_kind'] === null) return null;
  return {
    kind: word(row, 'error_kind', ERROR_KINDS),
    message: givenText(textOrNull(row, 'error_message') ?? ''),
  };
}

/** Only this folder writes this text, so its shape is known. */
export function labelsOf(json: string): ImportLabels {
  return json === '{}' ? {} : JSON.parse(json);
}
