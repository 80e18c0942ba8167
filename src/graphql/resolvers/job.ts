import { resolveReference } from '../find-import.ts';
import type { JobResolvers } from '../generated/resolver-types.ts';
import { jobModel } from '../models.ts';
import { visibleTextOrNull } from '../privacy.ts';
import { refOf } from '../reference.ts';

export const Job: JobResolvers = {
  message: ({ message }, _, { caller }) => visibleTextOrNull(message, caller),
  __resolveReference: async (reference, context) =>
    jobModel(await resolveReference(refOf(reference), context)),
};
