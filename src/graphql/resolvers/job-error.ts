import type { JobErrorResolvers } from '../generated/resolver-types.ts';
import { visibleText, visibleTextOrNull } from '../privacy.ts';

export const JobError: JobErrorResolvers = {
  message: ({ message }, _, { caller }) => visibleText(message, caller),
  detail: ({ detail }, _, { caller }) => visibleTextOrNull(detail, caller),
};
