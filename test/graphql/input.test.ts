import assert from 'node:assert/strict';
import test from 'node:test';
import { at, startWorld } from '../support/world.ts';

/** Questions that are wrong, and the code that each is answered with. */
const WRONG = [
  ['{ import(id: "nonsense") { id } }', 'INVALID_IMPORT_ID'],
  ['{ import(id: "") { id } }', 'INVALID_IMPORT_ID'],
  ['{ import(id: "Micro:1") { id } }', 'INVALID_IMPORT_ID'],
  ['{ import(id: "micro:") { id } }', 'INVALID_IMPORT_ID'],
  ['{ import(id: "micro: 1") { id } }', 'INVALID_IMPORT_ID'],
  ['{ import(id: "micro:a\\u0000b") { id } }', 'INVALID_IMPORT_ID'],
  [`{ import(id: "micro:${'x'.repeat(201)}") { id } }`, 'INVALID_IMPORT_ID'],
  ['{ import(id: "unheard-of:1") { id } }', 'UNKNOWN_PROVIDER'],
  ['{ importByExternalId(providerId: "unheard-of", externalId: "1") { id } }', 'UNKNOWN_PROVIDER'],
  ['{ importByExternalId(providerId: "micro", externalId: "") { id } }', 'INVALID_IMPORT_ID'],
  ['{ imports(first: 0) { nodes { id } } }', 'INVALID_PAGE_SIZE'],
  ['{ imports(first: 501) { nodes { id } } }', 'INVALID_PAGE_SIZE'],
  ['{ imports(first: -1) { nodes { id } } }', 'INVALID_PAGE_SIZE'],
  ['{ importChanges(first: 501) { endPosition } }', 'INVALID_PAGE_SIZE'],
  ['{ imports(after: "p1") { nodes { id } } }', 'INVALID_CURSOR'],
  ['{ imports(after: "i-1") { nodes { id } } }', 'INVALID_CURSOR'],
  ['{ imports(after: "i1 ") { nodes { id } } }', 'INVALID_CURSOR'],
  ['{ importChanges(after: "nonsense") { endPosition } }', 'INVALID_CURSOR'],
  ['{ imports(filter: { ids: ["nonsense"] }) { nodes { id } } }', 'INVALID_IMPORT_ID'],
  ['{ imports(filter: { providerIds: ["unheard-of"] }) { nodes { id } } }', 'UNKNOWN_PROVIDER'],
  [
    '{ imports(filter: { changedSince: "yesterday" }) { nodes { id } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    '{ imports(filter: { changedSince: "2026-01-01T00:00:00" }) { nodes { id } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['{ importChanges(after: "pzzzz") { endPosition } }', 'INVALID_CURSOR'],
  ['{ importChanges(after: "") { endPosition } }', 'INVALID_CURSOR'],
  [
    '{ imports(filter: { changedSince: "2026-02-31T00:00:00Z" }) { nodes { id } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'query A { importProviders { id } } query B { importProviders { id } }',
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['subscription { importsChanged { position } }', 'BAD_REQUEST'],
  [
    `{ imports(filter: { labels: [${'{ key: "a", value: "b" } '.repeat(21)}] }) { nodes { id } } }`,
    'INVALID_FILTER',
  ],
  [
    `{ imports(filter: { ids: [${'"micro:1" '.repeat(1_001)}] }) { nodes { id } } }`,
    'INVALID_FILTER',
  ],
  ['{ nonsense }', 'GRAPHQL_VALIDATION_FAILED'],
  ['{', 'GRAPHQL_PARSE_FAILED'],
] as const;

test('a wrong question is answered with a code, and tracks nothing', async (t) => {
  const world = await startWorld(t);
  for (const [query, code] of WRONG) {
    const { errors } = await world.ask(query);
    assert.equal(errors[0]?.extensions?.code, code, query);
    assert.equal(errors.length, 1, query);
  }
  const { data } = await world.ask('{ imports { nodes { id } } }');
  assert.deepEqual(at(data, 'imports.nodes'), []);
  for (const { vendor } of world.fleet.members) assert.deepEqual(vendor.requests, []);
});

test('a wrong subscription is answered with a code, and the socket stays open', async (t) => {
  const world = await startWorld(t);
  const wrong = [
    ['subscription { importChanged(id: "nonsense") { position } }', 'INVALID_IMPORT_ID'],
    ['subscription { importChanged(id: "unheard-of:1") { position } }', 'UNKNOWN_PROVIDER'],
    ['subscription { importChanged(id: "micro:unheard-of") { position } }', 'IMPORT_NOT_FOUND'],
    ['subscription { importsChanged(after: "i1") { position } }', 'INVALID_CURSOR'],
  ] as const;
  for (const [query, code] of wrong) {
    const answers = await Array.fromAsync(world.follow(query));
    assert.equal(answers.length, 1, query);
    assert.equal(answers[0]?.errors[0]?.extensions?.code, code, query);
  }
});

const MUTATE = `mutation ($track: TrackImportInput!) {
  trackImport(input: $track) { import { id } userErrors { field code message } }
}`;

test('wrong input of a mutation is answered as user errors that name the field', async (t) => {
  const world = await startWorld(t);
  const label = { key: 'team', value: 'sales' };
  const wrong = [
    [{ providerId: 'unheard-of', externalId: '1' }, 'providerId', 'UNKNOWN_PROVIDER'],
    [{ providerId: 'micro', externalId: '' }, 'externalId', 'INVALID_ID'],
    [{ providerId: 'micro', externalId: 'x'.repeat(201) }, 'externalId', 'INVALID_ID'],
    [{ providerId: 'micro', externalId: '1', labels: [label, label] }, 'labels', 'INVALID_LABEL'],
    [
      { providerId: 'micro', externalId: '1', labels: [{ key: '', value: '' }] },
      'labels',
      'INVALID_LABEL',
    ],
    [
      {
        providerId: 'micro',
        externalId: '1',
        labels: Array.from({ length: 21 }, (_, at) => ({ key: `k${at}`, value: '' })),
      },
      'labels',
      'INVALID_LABEL',
    ],
  ] as const;
  for (const [track, field, code] of wrong) {
    const { data, errors } = await world.ask(MUTATE, { track });
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'trackImport.import'), null);
    assert.deepEqual(at(data, 'trackImport.userErrors.0.field'), ['input', field]);
    assert.equal(at(data, 'trackImport.userErrors.0.code'), code);
  }
  const { data } = await world.ask('{ imports { nodes { id } } }');
  assert.deepEqual(at(data, 'imports.nodes'), []);
});

test('mutations of imports that nobody knows say so', async (t) => {
  const world = await startWorld(t);
  for (const mutation of ['untrackImport', 'refreshImport']) {
    for (const [id, code] of [
      ['nonsense', 'INVALID_ID'],
      ['micro:unheard-of', 'UNKNOWN_IMPORT'],
    ] as const) {
      const query = `mutation { ${mutation}(input: { id: "${id}" }) { import { id } userErrors { code } } }`;
      const { data, errors } = await world.ask(query);
      assert.deepEqual(errors, []);
      assert.equal(at(data, `${mutation}.import`), null);
      assert.equal(at(data, `${mutation}.userErrors.0.code`), code);
    }
  }
});
