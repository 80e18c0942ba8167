import { ProviderError } from '../../domain/provider-error.ts';
import { findStatusFailure } from '../http.ts';
import type { HttpAnswer } from '../http.ts';

/**
 * The failure that a status stands for, or null. Both endpoints have fixed addresses, so a 404
 * says that `setting` is wrong; as `not-found` it would say that the imports asked for are gone.
 */
export function findEndpointFailure(
  answer: HttpAnswer,
  setting: 'authUrl' | 'soapUrl',
  now: number,
): ProviderError | null {
  const failure = findStatusFailure(answer, now);
  if (failure?.kind !== 'not-found') return failure;
  return new ProviderError('unexpected-response', `${failure.message}; is ${setting} right?`);
}
