import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createFolder } from '../support/ledgers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, '.schema.ts');

const RELEASED = `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@shareable", "@inaccessible", "@authenticated", "@requiresScopes"]
    )
  type Query { import(id: ID!, first: Int = 20): Import }
  type Import @key(fields: "id") @key(fields: "providerId externalId") {
    id: ID!
    providerId: ID!
    externalId: String!
    state: ImportState
    values: String @requiresScopes(scopes: [["rows"]])
  }
  enum ImportState { RUNNING, FINISHED }
  type PageInfo @shareable { hasNextPage: Boolean! }
`;

interface Change {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly told: RegExp;
}

const BREAKING: readonly Change[] = [
  {
    what: 'a field that is gone',
    from: 'state: ImportState',
    to: '',
    told: /^breaking {2}Import\.state {2}/m,
  },
  {
    what: 'a field that may be null',
    from: 'externalId: String!',
    to: 'externalId: String',
    told: /^breaking {2}Import\.externalId {2}/m,
  },
  {
    what: 'a value that is gone',
    from: 'RUNNING, FINISHED',
    to: 'RUNNING',
    told: /^breaking {2}ImportState\.FINISHED {2}/m,
  },
  {
    what: 'a new argument that must be given',
    from: 'first: Int = 20',
    to: 'first: Int = 20, providerId: ID!',
    told: /^breaking {2}Query\.import\.providerId {2}/m,
  },
  {
    what: 'a key that is gone',
    from: '@key(fields: "providerId externalId")',
    to: '',
    told: /^breaking {2}Import\.@key {2}/m,
  },
  {
    what: 'another key',
    from: 'fields: "providerId externalId"',
    to: 'fields: "externalId"',
    told: /^breaking {2}Import\.@key\.fields {2}/m,
  },
  {
    what: 'a key by which nothing is resolved',
    from: '@key(fields: "id")',
    to: '@key(fields: "id", resolvable: false)',
    told: /^breaking {2}Import\.@key\.resolvable {2}/m,
  },
  {
    what: 'a type that is no longer shared',
    from: '@shareable {',
    to: '{',
    told: /^breaking {2}PageInfo\.@shareable {2}/m,
  },
  {
    what: 'a field that is hidden',
    from: 'state: ImportState',
    to: 'state: ImportState @inaccessible',
    told: /^breaking {2}Import\.state\.@inaccessible {2}/m,
  },
];

const HARMLESS: readonly Change[] = [
  {
    what: 'another default is dangerous',
    from: 'first: Int = 20',
    to: 'first: Int = 30',
    told: /^dangerous {2}Query\.import\.first {2}/m,
  },
  {
    what: 'a further value is dangerous',
    from: 'RUNNING, FINISHED',
    to: 'RUNNING, FINISHED, UNKNOWN',
    told: /^dangerous {2}ImportState\.UNKNOWN {2}/m,
  },
  {
    what: 'a field that asks for a token is dangerous',
    from: 'state: ImportState',
    to: 'state: ImportState @authenticated',
    told: /^dangerous {2}Import\.state\.@authenticated {2}/m,
  },
  {
    what: 'a field that asks for another scope is dangerous',
    from: '[["rows"]]',
    to: '[["imports:rows"]]',
    told: /^dangerous {2}Import\.values\.@requiresScopes\.scopes {2}/m,
  },
  {
    what: 'a further field that may be null is safe',
    from: 'state: ImportState',
    to: 'state: ImportState message: String',
    told: /^safe {2}Import\.message {2}/m,
  },
];

describe('the schema check', { concurrency: 2 }, () => {
  for (const { what, from, to, told } of BREAKING) {
    test(`fails for ${what}`, async (t) => {
      const { code, output, errors } = await check(t, RELEASED.replace(from, to));
      assert.match(output, told);
      assert.match(errors, /schema:release/);
      assert.equal(code, 1);
    });
  }

  for (const { what, from, to, told } of HARMLESS) {
    test(`says that ${what}, and passes`, async (t) => {
      const { code, output, errors } = await check(t, RELEASED.replace(from, to));
      assert.match(output, told);
      assert.equal(errors, '');
      assert.equal(code, 0);
    });
  }

  test('has nothing to say of what is released as it is', async (t) => {
    const folder = await createFolder(t);
    await writeFile(join(folder, 'schema.graphql'), RELEASED);
    assert.equal((await run(folder, ['release'])).code, 0);
    assert.deepEqual(await run(folder, ['check']), { code: 0, output: '', errors: '' });
  });

  test('passes for this graph', async () => {
    const { code, output, errors } = await run(ROOT, ['check']);
    assert.equal(code, 0, output + errors);
  });
});

test('the schema is printed as it is, or without what a router may not know of rights', async (t) => {
  const folder = await createFolder(t);
  await writeFile(join(folder, 'schema.graphql'), RELEASED);
  assert.equal((await run(folder, ['print'])).output, RELEASED);
  const { output } = await run(folder, ['print', '--without-authorization']);
  assert.match(output, /import: \["@key", "@shareable", "@inaccessible"\]/);
  assert.match(output, /^ {2}values: String$/m);
  assert.doesNotMatch(output, /authenticated|requiresScopes/);
});

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program in a folder. */
function run(folder: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const done = (_: unknown, output: string, errors: string): void =>
      resolve({ code: child.exitCode ?? -1, output, errors });
    const child = execFile(process.execPath, [PROGRAM, ...args], { cwd: folder }, done);
  });
}

/** Checks a schema against the released one. */
async function check(t: TestContext, schema: string): Promise<Outcome> {
  assert.notEqual(schema, RELEASED);
  const folder = await createFolder(t);
  await writeFile(join(folder, '.schema.released.graphql'), RELEASED);
  await writeFile(join(folder, 'schema.graphql'), schema);
  return run(folder, ['check']);
}
