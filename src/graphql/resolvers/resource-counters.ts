import { isBalanced } from '../../domain/counters.ts';
import type { ResourceCountersResolvers } from '../generated/resolver-types.ts';

export const ResourceCounters: ResourceCountersResolvers = {
  total: ({ counters }) => counters.total,
  processed: ({ counters }) => counters.processed,
  succeeded: ({ counters }) => counters.succeeded,
  failed: ({ counters }) => counters.failed,
  added: ({ counters }) => counters.added,
  updated: ({ counters }) => counters.updated,
  removed: ({ counters }) => counters.removed,
  matched: ({ counters }) => counters.matched,
  duplicated: ({ counters }) => counters.duplicated,
  balanced: ({ counters, phase }) => isBalanced(counters, phase),
};
