import type { Observation } from '../domain/observation.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { Look, LookTarget, ProviderDataSource } from './provider.ts';

/** Looks at one import. Rejects with a `ProviderError` when it cannot be observed. */
export type LookAt = (target: LookTarget, signal: AbortSignal) => Promise<Observation>;

/**
 * The look of a vendor that is asked for one import at a time: all targets at once, each with its
 * own answer. What is no `ProviderError` is a bug and rejects the whole.
 */
export function lookEach(lookAt: LookAt): ProviderDataSource['look'] {
  async function look(target: LookTarget, signal: AbortSignal): Promise<Look> {
    try {
      return { kind: 'observed', observation: await lookAt(target, signal) };
    } catch (error) {
      if (error instanceof ProviderError) return { kind: 'failed', error };
      throw error;
    }
  }
  return (targets, signal) => Promise.all(targets.map((target) => look(target, signal)));
}
