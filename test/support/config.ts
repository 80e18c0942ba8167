import assert from 'node:assert/strict';
import { ConfigError } from '../../src/config-error.ts';
import { parseConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';

/** Long enough for any secret. */
export const KEY = 'a key of 32 characters, at random';

export type Keys = Readonly<Record<string, unknown>>;

/** What a configuration has beside one provider that works. */
export interface Given {
  /** Keys of the service. */
  readonly service?: Keys;
  /** Keys of its one provider. */
  readonly provider?: Keys;
  readonly environment?: Readonly<Record<string, string>>;
}

export function parse({ service = {}, provider = {}, environment = {} }: Given = {}): Config {
  const crm = { id: 'crm', kind: 'micro', teamId: 't', apiKey: 'k', ...provider };
  // JSON is YAML.
  return parseConfig({
    name: 'imports.config.yml',
    text: JSON.stringify({ ...service, providers: [crm] }),
    environment,
  });
}

/** What is wrong, each as `key: message`. */
export function problemsOf(given: Given): readonly string[] {
  try {
    parse(given);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
  return [];
}
