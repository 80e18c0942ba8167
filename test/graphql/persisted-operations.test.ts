import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphQLError } from 'graphql';
import { hashOf, PersistedOperations } from '../../src/graphql/persisted-operations.ts';
import type { PersistedRequest } from '../../src/graphql/persisted-operations.ts';

const LISTED = '{ importProviders { id } }';
const OTHER = '{ __typename }';
const TEXTS = new Map([
  [hashOf(LISTED), LISTED],
  ['providers-1', LISTED],
]);

function naming(sha256Hash: string, query = ''): PersistedRequest {
  return { query, extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

/** The text that is executed, or the code of why there is none. */
function resolve(persisted: PersistedOperations, request: PersistedRequest): unknown {
  const resolved = persisted.resolve(request);
  return resolved instanceof GraphQLError ? resolved.extensions['code'] : resolved;
}

test('without a list every text is what it says, and only a registered one has a name', () => {
  const persisted = new PersistedOperations(null);
  assert.equal(resolve(persisted, { query: OTHER }), OTHER);
  assert.equal(resolve(persisted, { query: OTHER, extensions: { other: true } }), OTHER);
  assert.equal(resolve(persisted, naming(hashOf(OTHER))), 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(resolve(persisted, naming(hashOf(OTHER), OTHER)), OTHER);
  assert.equal(resolve(persisted, naming(hashOf(OTHER))), 'PERSISTED_QUERY_NOT_FOUND');
  persisted.register(naming(hashOf(OTHER), OTHER));
  assert.equal(resolve(persisted, naming(hashOf(OTHER))), OTHER);
});

test('a list names texts beside all others', () => {
  const persisted = new PersistedOperations({ texts: TEXTS, isOnly: false });
  assert.equal(resolve(persisted, naming(hashOf(LISTED))), LISTED);
  assert.equal(resolve(persisted, naming('providers-1')), LISTED);
  assert.equal(resolve(persisted, naming('providers-1', LISTED)), LISTED);
  assert.equal(resolve(persisted, naming('providers-1', OTHER)), 'BAD_REQUEST');
  assert.equal(resolve(persisted, { query: OTHER }), OTHER);
  persisted.register(naming('providers-1', LISTED));
  assert.equal(resolve(persisted, naming('providers-2')), 'PERSISTED_QUERY_NOT_FOUND');
});

test('where only a list is executed, nothing can be added to it', () => {
  const persisted = new PersistedOperations({ texts: TEXTS, isOnly: true });
  assert.equal(resolve(persisted, naming('providers-1')), LISTED);
  assert.equal(resolve(persisted, { query: LISTED }), LISTED);
  assert.equal(resolve(persisted, naming(hashOf(LISTED), LISTED)), LISTED);
  const refused = 'PERSISTED_QUERY_NOT_IN_LIST';
  assert.equal(resolve(persisted, { query: OTHER }), refused);
  assert.equal(resolve(persisted, { query: `${LISTED} ` }), refused);
  assert.equal(resolve(persisted, { query: '' }), refused);
  persisted.register(naming(hashOf(OTHER), OTHER));
  assert.equal(resolve(persisted, naming(hashOf(OTHER))), refused);
  assert.equal(resolve(persisted, naming(hashOf(OTHER), OTHER)), refused);
});

test('a name that is none is refused, whatever it is', () => {
  const persisted = new PersistedOperations({ texts: TEXTS, isOnly: false });
  const wrong = [
    null,
    'providers-1',
    [],
    {},
    { version: 1 },
    { version: 2, sha256Hash: 'providers-1' },
    { version: 1, sha256Hash: 7 },
    { version: 1, sha256Hash: '' },
  ];
  for (const persistedQuery of wrong) {
    assert.equal(
      resolve(persisted, { query: OTHER, extensions: { persistedQuery } }),
      'BAD_REQUEST',
      JSON.stringify(persistedQuery),
    );
  }
  assert.equal(resolve(persisted, naming(hashOf(LISTED), OTHER)), 'BAD_REQUEST');
  assert.equal(resolve(persisted, naming(hashOf(OTHER).toUpperCase(), OTHER)), 'BAD_REQUEST');
  assert.equal(resolve(persisted, naming('__proto__')), 'PERSISTED_QUERY_NOT_FOUND');
});

test('however many texts are registered, what they take is bounded', () => {
  const persisted = new PersistedOperations(null);
  const texts = Array.from({ length: 300 }, (_, index) => `{ a${index} }${' '.repeat(10_000)}`);
  for (const text of texts) persisted.register(naming(hashOf(text), text));
  const known = texts.filter((text) => resolve(persisted, naming(hashOf(text))) === text);
  assert.ok(known.length > 150 && known.length < 250, String(known.length));
  assert.ok(known.includes(texts.at(-1) ?? ''));
});
