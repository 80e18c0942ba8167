import type { RowErrorGroupResolvers } from '../generated/resolver-types.ts';
import { int } from '../models.ts';

/** The message has no values in it already. */
export const RowErrorGroup: RowErrorGroupResolvers = {
  firstNumber: ({ firstNumber }) => int(firstNumber),
  lastNumber: ({ lastNumber }) => int(lastNumber),
};
