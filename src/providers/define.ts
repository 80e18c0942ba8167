import type { Provider, ProviderDefinition } from './provider.ts';

/** Makes a provider of its definition: from here on nobody needs to know its settings' type. */
export function defineProvider<Settings>(definition: ProviderDefinition<Settings>): Provider {
  return {
    ...definition,
    settings: definition.settings.transform(
      (settings) => (connection) => definition.connect(settings, connection),
    ),
  };
}
