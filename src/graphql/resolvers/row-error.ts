import { graphError } from '../errors.ts';
import type { RowErrorResolvers } from '../generated/resolver-types.ts';
import { int, isInt } from '../models.ts';
import { maySeeValues, visibleFailure } from '../privacy.ts';

/** The other fields are those of the row. */
export const RowError: RowErrorResolvers = {
  number: ({ number }) => int(number),
  numbers: ({ number, furtherNumbers }) =>
    (number === null ? furtherNumbers : [number, ...furtherNumbers]).filter(isInt),
  code: ({ failure }) => failure.code,
  message: ({ failure }, _, { caller }) => visibleFailure(failure, caller).message,
  detail: ({ failure }, _, { caller }) => visibleFailure(failure, caller).detail,
  values: ({ failure: { values } }, _, { caller }) => {
    if (values === null || maySeeValues(caller)) return values;
    throw graphError('MISSING_SCOPE', 'values are personal data and need the scope imports:rows');
  },
  valuesForm: ({ failure }) => failure.valuesForm,
};
