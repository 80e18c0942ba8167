import type { FreshnessState } from '../../domain/import.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';
import type { Watcher } from '../../watcher/watcher.ts';
import type {
  ImportFreshnessResolvers,
  ImportProviderErrorKind,
  ImportProviderErrorResolvers,
} from '../generated/resolver-types.ts';
import type { FreshnessModel } from '../models.ts';

export const ImportFreshness: ImportFreshnessResolvers = {
  state: (self, _, { watcher }) => stateOf(self, watcher),
  observedAt: ({ freshness }) => freshness.observedAt,
  nextLookAt: (self, _, { watcher }) =>
    watcher.findProvider(self.providerId) === null ? null : self.freshness.nextLookAt,
  error: ({ freshness, providerId }, _, { watcher }) =>
    freshness.state === 'LIVE' && watcher.isDown(providerId)
      ? watcher.getHealth(providerId).error
      : freshness.error,
};

/** What stands in the ledger, unless its provider is left alone or is no longer configured. */
function stateOf({ freshness, providerId }: FreshnessModel, watcher: Watcher): FreshnessState {
  if (freshness.nextLookAt === null) return freshness.state;
  if (watcher.findProvider(providerId) === null) return 'UNTRACKED';
  return freshness.state === 'LIVE' && watcher.isDown(providerId) ? 'BACKING_OFF' : freshness.state;
}

const KIND = {
  unauthorized: 'UNAUTHORIZED',
  'not-found': 'NOT_FOUND',
  'rate-limited': 'RATE_LIMITED',
  timeout: 'TIMEOUT',
  unavailable: 'UNAVAILABLE',
  'unexpected-response': 'UNEXPECTED_RESPONSE',
} as const satisfies Record<ProviderErrorKind, ImportProviderErrorKind>;

export const ImportProviderError: ImportProviderErrorResolvers = {
  kind: ({ kind }) => KIND[kind],
};
