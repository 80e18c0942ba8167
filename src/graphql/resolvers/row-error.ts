import { graphError } from '../errors.ts';
import type { RowErrorResolvers } from '../generated/resolver-types.ts';

/** The other fields are those of the row error itself. */
export const RowError: RowErrorResolvers = {
  values: ({ values }, _, { caller }) => {
    if (values === null || caller.scopes.has('imports:rows')) return values;
    throw graphError('MISSING_SCOPE', 'values are personal data and need the scope imports:rows');
  },
};
