import type { RowErrorResolvers } from '../generated/resolver-types.ts';
import { int, isInt } from '../models.ts';
import { visibleFailure } from '../privacy.ts';

/** The other fields are those of the row. */
export const RowError: RowErrorResolvers = {
  number: ({ number }) => int(number),
  numbers: ({ number, furtherNumbers }) =>
    (number === null ? furtherNumbers : [number, ...furtherNumbers]).filter(isInt),
  code: ({ failure }) => failure.code,
  message: ({ failure }, _, { caller }) => visibleFailure(failure, caller).message,
  detail: ({ failure }, _, { caller }) => visibleFailure(failure, caller).detail,
  values: ({ failure }) => failure.values,
  valuesForm: ({ failure }) => failure.valuesForm,
};
