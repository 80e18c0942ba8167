import { ALL_PROVIDERS } from './all.ts';
import type { Provider } from './provider.ts';

/** The kinds that a config may name, in alphabetical order. */
export function listProviderKinds(): readonly string[] {
  return ALL_PROVIDERS.map((provider) => provider.kind);
}

export function findProvider(kind: string): Provider | null {
  return ALL_PROVIDERS.find((provider) => provider.kind === kind) ?? null;
}
