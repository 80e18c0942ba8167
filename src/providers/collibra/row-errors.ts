import type { ImportRow, RowFailure } from '../../domain/row.ts';
import type { RowsPage } from '../provider.ts';
import { JsonObject, ResourceId } from './wire.ts';
import type { ImportError, ImportErrors } from './wire.ts';

type Identifier = NonNullable<NonNullable<ImportError>['command']>['identifier'];

/** Where to read on: how many errors come before, as text; null for the first of them. */
export function offsetOf(next: string | null): number {
  const offset = Number(next);
  if (next === null || (/^\d+$/.test(next) && Number.isSafeInteger(offset))) return offset;
  throw new Error(`${JSON.stringify(next)} is no place in a list of errors`);
}

/** Reads the errors that stand from `offset` on in the vendor's list. */
export function readErrors({ total, results }: ImportErrors, offset: number): RowsPage {
  const end = offset + results.length;
  // A total that is less than what is shown, such as -1, says that nobody counted.
  const totalFailed = total !== null && total >= end ? total : null;
  const isLast = results.length === 0 || end === totalFailed;
  return { rows: results.map(readError), next: isLast ? null : String(end), totalFailed };
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
