import type {
  ImportProviderErrorKind,
  ImportProviderErrorResolvers,
} from '../generated/resolver-types.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';

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
