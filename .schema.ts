import { copyFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import type { Rule } from '@graphql-inspector/core';
import { parse, print, visit } from 'graphql';
import type { GraphQLSchema } from 'graphql';

const SCHEMA = 'schema.graphql';

/** What those who compose this graph and those who ask it rely on. */
const RELEASED = '.schema.released.graphql';

const AUTHORIZATION = ['authenticated', 'requiresScopes'];

/**
 * What the tool does not know: without a key that can be resolved, or what is shared, supergraphs
 * compose no more, and what is made inaccessible is gone.
 */
const BREAKING =
  /^DIRECTIVE_USAGE_\w+(REMOVED \S+@(key|shareable)|ADDED \S+@(inaccessible|key\.resolvable))\b/;

const LEVELS = [
  ['breaking', CriticalityLevel.Breaking],
  ['dangerous', CriticalityLevel.Dangerous],
  ['safe', CriticalityLevel.NonBreaking],
] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'without-authorization': { type: 'boolean', default: false } },
});

if (positionals[0] === 'print') {
  const sdl = await readFile(SCHEMA, 'utf8');
  process.stdout.write(values['without-authorization'] ? withoutAuthorization(sdl) : sdl);
} else if (positionals[0] === 'check') {
  await check();
} else if (positionals[0] === 'release') {
  await copyFile(SCHEMA, RELEASED);
} else {
  process.stderr.write('Say what to do: print, check or release.\n');
  process.exitCode = 1;
}

/** For composing a supergraph whose router does not know of rights. The subgraph checks anyway. */
function withoutAuthorization(sdl: string): string {
  const imported = AUTHORIZATION.map((name) => `@${name}`);
  const reduced = visit(parse(sdl), {
    Directive: ({ name }) => (AUTHORIZATION.includes(name.value) ? null : undefined),
    StringValue: ({ value }) => (imported.includes(value) ? null : undefined),
  });
  return `${print(reduced)}\n`;
}

async function check(): Promise<void> {
  const changes = await diff(await read(RELEASED), await read(SCHEMA), [weigh]);
  for (const [name, level] of LEVELS) {
    for (const { criticality, message, path = '' } of changes) {
      if (criticality.level === level) process.stdout.write(`${name}  ${path}  ${message}\n`);
    }
  }
  if (!changes.some(({ criticality }) => criticality.level === CriticalityLevel.Breaking)) return;
  process.stderr.write(
    'This breaks those who rely on the last release. Keep what was there and mark it @deprecated. If ' +
      'it must go, tell of it in CHANGELOG.md and run "npm run schema:release".\n',
  );
  process.exitCode = 1;
}

async function read(file: string): Promise<GraphQLSchema> {
  return buildSubgraphSchema({ typeDefs: parse(await readFile(file, 'utf8')) });
}

function weigh({ changes }: Parameters<Rule>[0]): ReturnType<Rule> {
  return changes.map((change) =>
    BREAKING.test(`${change.type} ${change.path}`)
      ? { ...change, criticality: { level: CriticalityLevel.Breaking } }
      : change,
  );
}
