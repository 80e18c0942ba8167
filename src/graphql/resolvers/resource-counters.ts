import { isBalanced } from '../../domain/counters.ts';
import type { ResourceCountersResolvers } from '../generated/resolver-types.ts';

const LARGEST_INT = 2_147_483_647;

/** GraphQL's Int ends there; a count beyond it is not shown rather than shown as an error. */
function int(count: number | null): number | null {
  return count !== null && count > LARGEST_INT ? null : count;
}

export const ResourceCounters: ResourceCountersResolvers = {
  total: ({ counters }) => int(counters.total),
  processed: ({ counters }) => int(counters.processed),
  succeeded: ({ counters }) => int(counters.succeeded),
  failed: ({ counters }) => int(counters.failed),
  added: ({ counters }) => int(counters.added),
  updated: ({ counters }) => int(counters.updated),
  removed: ({ counters }) => int(counters.removed),
  matched: ({ counters }) => int(counters.matched),
  duplicated: ({ counters }) => int(counters.duplicated),
  balanced: ({ counters, phase }) => isBalanced(counters, phase),
};
