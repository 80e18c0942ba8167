import { createHash } from 'node:crypto';
import { ProviderError } from '../../domain/provider-error.ts';
import type { ImportRow, RowFailure } from '../../domain/row.ts';
import type { RowsPage } from '../provider.ts';
import { JsonObject, ResourceId } from './wire.ts';
import type { ImportError, ImportErrors } from './wire.ts';

type Identifier = NonNullable<NonNullable<ImportError>['command']>['identifier'];

/** Where a page begins, and what told the page before from others. */
interface Place {
  readonly offset: number;
  /** Null where the vendor says itself which page it shows. */
  readonly before: string | null;
}

const PLACE = /^(\d+)(?: after (\S+))?$/;

/** Where to read on, as an earlier page said; null for the first. */
export function placeOf(next: string | null): Place {
  if (next === null) return { offset: 0, before: null };
  const [, digits, before] = PLACE.exec(next) ?? [];
  const offset = Number(digits);
  if (digits !== undefined && Number.isSafeInteger(offset))
    return { offset, before: before ?? null };
  throw new Error(`${JSON.stringify(next)} is no place in a list of errors`);
}

/**
 * Reads the errors that stand at a place of the vendor's list. A list that ends before the number
 * that the summary tells goes on: the vendor may be behind itself. Throws an `unexpected-response`
 * at a page that comes again.
 */
export function readErrors(
  { total, offset: shown, results }: ImportErrors,
  { offset, before }: Place,
  knownTotal: number | null,
): RowsPage {
  // Else a vendor that ignores the offset, and does not say so, would be read for ever.
  const digest = shown === null && results.length > 0 ? digestOf(results) : null;
  if (digest !== null && digest === before) {
    const message = `Collibra answered the errors from ${offset} with those before them`;
    throw new ProviderError('unexpected-response', message);
  }
  const end = offset + results.length;
  // A total that is less than what is shown, such as -1, says that nobody counted.
  const totalFailed = total !== null && total >= end ? total : null;
  const isAtEnd = results.length === 0 || end === totalFailed;
  const isLast = isAtEnd && end >= (knownTotal ?? 0);
  const next = digest === null ? String(end) : `${end} after ${digest}`;
  return { rows: results.map(readError), next: isLast ? null : next, totalFailed };
}

function digestOf(results: ImportErrors['results']): string {
  return createHash('sha256').update(JSON.stringify(results)).digest('base64url').slice(0, 16);
}

function readError(error: ImportError): ImportRow {
  // Whether the vendor counts commands from 0 or from 1 is not stated: its number stays as it is.
  const [number = null, ...furtherNumbers] = error?.command?.indices ?? [];
  const identifier = error?.command?.identifier ?? null;
  const recordId = findRecordId(identifier);
  const values = recordId === null ? valuesOf(identifier) : null;
  return {
    outcome: 'FAILED',
    number,
    furtherNumbers,
    numberBasis: number === null ? 'UNSTATED' : 'COMMAND',
    resource: error?.resourceType ?? null,
    recordId,
    failure: {
      code: error?.errorType ?? null,
      message: messageOf(error),
      detail: null,
      values,
      valuesForm: values === null ? 'NONE' : 'VERBATIM',
    },
  };
}

function messageOf(error: ImportError): string {
  if (error === null) return 'Collibra lists an error here that is not an object.';
  return error.errorMessage ?? 'Collibra gives no message for this error.';
}

function findRecordId(identifier: Identifier): string | null {
  return ResourceId.safeParse(identifier).data ?? null;
}

/**
 * The part of the input that an identifier is. Free text stands under the vendor's own name for it:
 * in a sentence of ours nobody would know it for personal data, which it may be.
 */
function valuesOf(identifier: Identifier): RowFailure['values'] {
  if (typeof identifier !== 'string') return identifier;
  if (identifier.trim() === '') return null;
  return findObject(identifier) ?? { identifier };
}

function findObject(text: string): RowFailure['values'] {
  try {
    return JsonObject.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
