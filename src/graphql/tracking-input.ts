import { importId, isImportRef } from '../domain/import.ts';
import type { ImportLabels, ImportRef } from '../domain/import.ts';
import type { WatchedProvider } from '../watcher/watched-provider.ts';
import type { GraphContext } from './context.ts';
import type {
  ImportLabelInput,
  ImportUserError,
  ImportUserErrorCode,
} from './generated/resolver-types.ts';

/** Input that was checked, or what is wrong with it. */
export type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly userErrors: readonly ImportUserError[] };

export interface TrackingInput {
  readonly ref: ImportRef;
  readonly labels: ImportLabels | null;
  readonly provider: WatchedProvider;
}

interface RawTrackingInput {
  readonly providerId: string;
  readonly externalId: string;
  readonly labels?: readonly ImportLabelInput[] | null;
}

export function checkTracking(
  { providerId, externalId, labels }: RawTrackingInput,
  { watcher }: Pick<GraphContext, 'watcher'>,
): Checked<TrackingInput> {
  const provider = watcher.findProvider(providerId);
  const ref = { providerId, externalId };
  const userErrors: ImportUserError[] = [];
  if (provider === null) {
    userErrors.push(
      userError('providerId', 'UNKNOWN_PROVIDER', 'no provider with this id is configured'),
    );
  } else if (!isImportRef(ref)) {
    userErrors.push(
      userError(
        'externalId',
        'INVALID_ID',
        'must be 1 to 200 printable ASCII characters, with no space at either end',
      ),
    );
  }
  userErrors.push(...labelErrors(labels ?? []));
  if (provider === null || userErrors.length > 0) return { kind: 'invalid', userErrors };
  return { kind: 'valid', value: { ref, provider, labels: labels ? labelsOf(labels) : null } };
}

const MOST_LABELS = 20;
const LONGEST_KEY = 63;
const LONGEST_VALUE = 255;

function labelErrors(labels: readonly ImportLabelInput[]): readonly ImportUserError[] {
  const problems: string[] = [];
  const keys = new Set(labels.map((label) => label.key));
  if (labels.length > MOST_LABELS) problems.push(`at most ${MOST_LABELS} labels`);
  if (keys.size < labels.length) problems.push('each key only once');
  if (labels.some(({ key }) => key === '' || key.length > LONGEST_KEY)) {
    problems.push(`keys of 1 to ${LONGEST_KEY} characters`);
  }
  if (labels.some(({ value }) => value.length > LONGEST_VALUE)) {
    problems.push(`values of at most ${LONGEST_VALUE} characters`);
  }
  return problems.map((problem) => userError('labels', 'INVALID_LABEL', problem));
}

function labelsOf(labels: readonly ImportLabelInput[]): ImportLabels {
  return Object.fromEntries(labels.map(({ key, value }) => [key, value]));
}

export function userError(
  field: string,
  code: ImportUserErrorCode,
  message: string,
): ImportUserError {
  return { field: ['input', field], code, message };
}

export function unknownImportError(ref: ImportRef | null): ImportUserError {
  return ref === null
    ? userError('id', 'INVALID_ID', 'must be <providerId>:<externalId>')
    : userError('id', 'UNKNOWN_IMPORT', `no import ${importId(ref)} is known; track it first`);
}
