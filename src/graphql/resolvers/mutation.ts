import { findImportRef, importId } from '../../domain/import.ts';
import { atMost, FIRST_LOOK_WAIT_MS } from '../find-import.ts';
import type { MutationResolvers } from '../generated/resolver-types.ts';
import { checkTracking, unknownImportError, userError } from '../tracking-input.ts';

export const Mutation: MutationResolvers = {
  trackImport: async (_, { input }, context) => {
    const checked = checkTracking(input, context);
    if (checked.kind === 'invalid') return { import: null, userErrors: checked.userErrors };
    const { ref, labels } = checked.value;
    const tracked = await context.watcher.track({
      ref,
      now: context.clock.now(),
      ...(labels && { labels }),
      ...(typeof input.continueOnError === 'boolean' && {
        continueOnError: input.continueOnError,
      }),
    });
    return { import: tracked, userErrors: [] };
  },
  untrackImport: async (_, { input }, { watcher }) => {
    const ref = findImportRef(input.id);
    const untracked = ref === null ? null : await watcher.untrack(ref);
    if (untracked === null) return { import: null, userErrors: [unknownImportError(ref)] };
    return { import: untracked, userErrors: [] };
  },
  refreshImport: async (_, { input }, context) => {
    const { ledger, watcher } = context;
    const ref = findImportRef(input.id);
    const known = (await ledger.findImports([input.id])).get(input.id);
    if (known === undefined) return { import: null, userErrors: [unknownImportError(ref)] };
    await atMost(FIRST_LOOK_WAIT_MS, watcher.refresh(known), context);
    const refreshed = (await ledger.findImports([input.id])).get(input.id);
    return { import: refreshed ?? known, userErrors: [] };
  },
  recordImport: async (_, { input }, context) => {
    const checked = checkTracking(input, context);
    if (checked.kind === 'invalid') return { import: null, userErrors: checked.userErrors };
    const { ref, labels } = checked.value;
    const result = await context.watcher.recordResponse({
      ref,
      response: input.response,
      ...(labels && { labels }),
    });
    switch (result.kind) {
      case 'recorded':
        return { import: result.import, userErrors: [] };
      case 'not-accepted':
        return {
          import: null,
          userErrors: [
            userError(
              'providerId',
              'RESPONSES_NOT_ACCEPTED',
              'this provider accepts no responses; use trackImport',
            ),
          ],
        };
      case 'invalid':
        return {
          import: null,
          userErrors: [userError('response', 'INVALID_RESPONSE', result.reason)],
        };
      case 'already-finished':
        return {
          import: null,
          userErrors: [
            userError(
              'response',
              'ALREADY_FINISHED',
              `import ${importId(ref)} has already ended otherwise; its first end stands`,
            ),
          ],
        };
    }
  },
};
