const HIDDEN = '[hidden]';

/** What is shorter is no secret, and hiding it would hide what a text says. */
const SHORTEST = 4;

/** A text without the secrets that it quotes: careless vendors say what they refused. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    const encoded = encodeURIComponent(secret.toWellFormed());
    shown = shown.replaceAll(secret, HIDDEN).replaceAll(encoded, HIDDEN);
  }
  return shown;
}

/** The credential that a request shows in its `authorization`, with its scheme or without one. */
export function listShown(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) => value.slice(value.lastIndexOf(' ') + 1));
}

const NAME_OF_SECRET = /(?:password|secret|token|apiKey)$/i;

/** The secrets among a provider's settings, by the names of their keys. */
export function listSecrets(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== 'string') return listSecrets(value);
    return NAME_OF_SECRET.test(name) ? [value] : [];
  });
}
