import { readFileSync } from 'node:fs';
import { GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import type { PersistedOperations } from './config-access.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { collect, keyOf } from './config-problems.ts';
import type { PersistedList } from './graphql/persisted-operations.ts';

const Text = z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' });

/** https://www.apollographql.com/docs/graphos/platform/security/persisted-queries */
const Manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest', {
    error: 'must be apollo-persisted-query-manifest',
  }),
  version: z.literal(1, { error: 'must be 1' }),
  operations: z.array(z.object({ id: Text, body: Text }), { error: 'must be a list' }),
});

/** As Relay's compiler and Hive write it. */
const Plain = z.record(z.string(), Text, { error: 'must be an object of ids and texts' });

const EXAMPLE = `{
  "format": "apollo-persisted-query-manifest",
  "version": 1,
  "operations": [
    {
      "id": "fc1c9c4b2bbdca1a4fa0c85c5a3a3bd1eb8aa5b4b0a1a1a9b9d1f4c1c0b9f0aa",
      "name": "Providers",
      "type": "query",
      "body": "query Providers { importProviders { id } }"
    }
  ]
}`;

interface Entry {
  /** Where it stands in the file. */
  readonly path: readonly PropertyKey[];
  readonly id: string;
  readonly text: string;
}

/** Reads the list of operations that a configuration names, if it does. Throws a `ConfigError`. */
export function readPersistedList(settings: PersistedOperations | null): PersistedList | null {
  if (settings === null) return null;
  const { file, only } = settings;
  const problems: ConfigProblem[] = [];
  const texts = new Map<string, string>();
  for (const { path, id, text } of listEntries(readJson(file), problems)) {
    const known = texts.get(id);
    const problem =
      known === undefined || known === text
        ? findSyntaxError(text)
        : 'is another text of the same id';
    if (problem !== null) problems.push({ key: keyOf(path), message: problem });
    texts.set(id, text);
  }
  if (problems.length > 0) throw new ConfigError(file, problems, EXAMPLE);
  return { texts, isOnly: only };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot be read (${reason}); write it, or have persistedOperations.file say where it is`;
    throw new ConfigError(file, [{ key: file, message }], EXAMPLE);
  }
}

function listEntries(json: unknown, problems: ConfigProblem[]): readonly Entry[] {
  if (typeof json === 'object' && json !== null && 'operations' in json) {
    const manifest = Manifest.safeParse(json);
    collect(manifest, { problems, path: [] });
    const operations = manifest.data?.operations ?? [];
    return operations.map(({ id, body }, index) => ({
      path: ['operations', index, 'body'],
      id,
      text: body,
    }));
  }
  const plain = Plain.safeParse(json);
  collect(plain, { problems, path: [] });
  return Object.entries(plain.data ?? {}).map(([id, text]) => ({ path: [id], id, text }));
}

function findSyntaxError(text: string): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return `is not the text of an operation (${error.message})`;
    throw error;
  }
}
