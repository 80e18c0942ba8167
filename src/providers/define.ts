import { discreet } from './discreet-source.ts';
import type { Provider, ProviderDefinition } from './provider.ts';
import { listSecrets, Secrets } from './quoted-secrets.ts';

/**
 * Makes a provider of its definition: from here on nobody needs to know its settings' type, nor
 * sees a secret of theirs.
 */
export function defineProvider<Settings>(definition: ProviderDefinition<Settings>): Provider {
  return {
    ...definition,
    settings: definition.settings.transform((settings) => (outside) => {
      const secrets = new Secrets(listSecrets(settings));
      return discreet(definition.connect(settings, { ...outside, secrets }), secrets);
    }),
  };
}
