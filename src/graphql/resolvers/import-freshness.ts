import type {
  ImportFreshnessResolvers,
  ImportProviderErrorResolvers,
} from '../generated/resolver-types.ts';
import type { ImportProviderErrorKind } from '../generated/resolver-types.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';

/** While its provider is down, a picture that is looked at "on schedule" is not. */
export const ImportFreshness: ImportFreshnessResolvers = {
  state: ({ freshness, providerId }, _, { watcher }) =>
    freshness.state === 'LIVE' && watcher.isDown(providerId) ? 'BACKING_OFF' : freshness.state,
  observedAt: ({ freshness }) => freshness.observedAt,
  nextLookAt: ({ freshness }) => freshness.nextLookAt,
  error: ({ freshness, providerId }, _, { watcher }) =>
    freshness.state === 'LIVE' && watcher.isDown(providerId)
      ? watcher.getHealth(providerId).error
      : freshness.error,
};

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
