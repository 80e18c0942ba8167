import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ConfigError } from '../src/config-error.ts';
import { readPersistedList } from '../src/persisted-list.ts';
import { startService } from './support/service.ts';

const TEXT = 'query Providers { importProviders { id } }';

function fileOf(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'operations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'operations.json');
  writeFileSync(file, text);
  return file;
}

function manifest(operations: unknown): unknown {
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

test('no list is configured unless one is', () => {
  assert.equal(readPersistedList(null), null);
});

test('a manifest of Apollo is a list, and so is an object of texts', (t) => {
  const operations = [
    { id: 'a', name: 'Providers', type: 'query', body: TEXT },
    { id: 'a', name: 'Providers', type: 'query', clientName: 'app', body: TEXT },
    { id: 'b', name: 'Name', type: 'query', body: '{ __typename }' },
  ];
  for (const json of [manifest(operations), { a: TEXT, b: '{ __typename }' }]) {
    const file = fileOf(t, JSON.stringify(json));
    const list = readPersistedList({ file, only: true });
    assert.deepEqual(list, {
      texts: new Map([
        ['a', TEXT],
        ['b', '{ __typename }'],
      ]),
      isOnly: true,
    });
  }
});

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', '{', /operations\.json: cannot be read \(.*JSON.*\); write it/],
  ['no object', '[]', /\(whole file\): must be an object of ids and texts/],
  ['another format', JSON.stringify({ format: 'x', operations: [] }), /format: must be apollo-/],
  [
    'another version',
    JSON.stringify({ ...Object(manifest([])), version: 2 }),
    /version: must be 1/,
  ],
  ['no operations', JSON.stringify(manifest('none')), /operations: must be a list/],
  ['no text', JSON.stringify(manifest([{ id: 'a' }])), /operations\[0\]\.body: must be a text/],
  ['no id', JSON.stringify(manifest([{ id: '', body: TEXT }])), /operations\[0\]\.id: must not be/],
  ['a text that is none', JSON.stringify({ a: { text: TEXT } }), /a: must be a text/],
  [
    'two texts of one id',
    JSON.stringify(
      manifest([
        { id: 'a', body: TEXT },
        { id: 'a', body: '{ __typename }' },
      ]),
    ),
    /operations\[1\]\.body: is another text of the same id/,
  ],
  [
    'a text that is no operation',
    JSON.stringify(manifest([{ id: 'a', body: 'query {' }])),
    /operations\[0\]\.body: is not the text of an operation \(Syntax Error/,
  ],
];

for (const [name, text, message] of WRONG) {
  test(`a file with ${name} is refused with its name, what is wrong and an example`, (t) => {
    const file = fileOf(t, text);
    assert.throws(
      () => readPersistedList({ file, only: false }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.match(error.message, /operations\.json/);
        assert.match(error.message, /"format": "apollo-persisted-query-manifest"/);
        return true;
      },
    );
  });
}

test('a file that is not there is refused with what to do about it', () => {
  assert.throws(
    () => readPersistedList({ file: '/nowhere/operations.json', only: false }),
    /\/nowhere\/operations\.json: cannot be read \(ENOENT.*or have persistedOperations\.file say/,
  );
});

test('the service does not start with a list that it cannot read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'operations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = {
    store: { url: 'sqlite:imports.db' },
    persistedOperations: { file: 'operations.json', only: true },
  };
  writeFileSync(join(folder, 'imports.config.yml'), JSON.stringify(config));
  writeFileSync(join(folder, 'operations.json'), '{"a":"query {"}');
  const service = startService(t, folder);
  assert.deepEqual(await once(service.process, 'close'), [78, null]);
  assert.match(
    service.errors(),
    /\(operations\.json\) has a problem:\s+a: is not the text of an op/,
  );
  assert.deepEqual(readdirSync(folder).toSorted(), ['imports.config.yml', 'operations.json']);
});
