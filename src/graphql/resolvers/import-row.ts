import { isFailed } from '../../domain/row.ts';
import type { ImportRowResolvers } from '../generated/resolver-types.ts';
import { int } from '../models.ts';

export const ImportRow: ImportRowResolvers = {
  number: ({ number }) => int(number),
  error: (row) => (isFailed(row) ? row : null),
};
