import type { ImportRow } from '../../domain/row.ts';
import type { FailedRow, ValidationSummary } from './validation-wire.ts';

/** How many errors there are, of all kinds; null when the vendor does not say of each kind. */
export function countErrors({ importValidationSummary }: ValidationSummary): number | null {
  if (importValidationSummary === null) return null;
  let sum = 0;
  for (const { errorsCount } of importValidationSummary) {
    if (errorsCount === null) return null;
    sum += errorsCount;
  }
  return sum;
}

export function readFailedRow(row: FailedRow): ImportRow {
  return {
    outcome: 'FAILED',
    number: row?.rowId ?? null,
    furtherNumbers: [],
    // Nothing states what `rowId` counts: lines of the file with its header or without, from 0 or
    // from 1, or rows of a table that the file was read into. As a line it could send somebody to
    // the wrong one.
    numberBasis: 'UNSTATED',
    resource: null,
    recordId: null,
    failure: {
      code: row?.validationErrorType ?? row?.validationErrorCodeId ?? null,
      message: messageOf(row),
      detail: null,
      values: null,
      valuesForm: 'NONE',
    },
  };
}

function messageOf(row: FailedRow): string {
  if (row === null) return 'Marketing Cloud lists a row here that is not an object.';
  const { validationErrorDetails: details, validationErrorType: type } = row;
  return details ?? type ?? 'Marketing Cloud does not say why this row failed.';
}
