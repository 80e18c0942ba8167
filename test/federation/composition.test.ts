import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse, visit } from 'graphql';

const imports = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** Two neighbours, one for each key of an import. */
const NEIGHBOURS = {
  catalog: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    type Query { datasets: [Dataset!]! }
    type Dataset @key(fields: "id") { id: ID! lastImport: Import }
    type Import @key(fields: "providerId externalId", resolvable: false) {
      providerId: ID!
      externalId: String!
    }
    type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
  `,
  releases: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { releases: [Release!]! }
    type Release @key(fields: "id") { id: ID! import: Import }
    type Import @key(fields: "id") { id: ID! release: Release }
  `,
};

test('the subgraph composes with neighbours that reference imports by either key', () => {
  const services = Object.entries({ imports, ...NEIGHBOURS }).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(sdl),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  assert.equal(errors, undefined);
  assert.match(supergraphSdl ?? '', /type Import\b/);
});

test('only the four types the graph is about and what every subgraph has go without our prefix', () => {
  const own = /^(Import|Job|RowError)/;
  const named = ['ResourceCounters', 'Query', 'Mutation', 'Subscription', 'PageInfo'];
  const scalars = ['DateTime', 'JSON'];
  // CommitEffect is the fixed name of a field's type; inputs and payloads are named for mutations.
  const allowed = [...named, ...scalars, 'CommitEffect', 'RowNumberBasis'];
  const inputs = /^(Track|Untrack|Refresh|Record)Import(Input|Payload)$/;
  for (const definition of parse(imports).definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    const { value } = definition.name;
    assert.ok(own.test(value) || inputs.test(value) || allowed.includes(value), value);
  }
});

test('everything in the schema is described', () => {
  const missing: string[] = [];
  const roots = ['Query', 'Mutation', 'Subscription'];
  const check = (node: {
    readonly description?: unknown;
    readonly name: { readonly value: string };
  }): void => {
    if (node.description === undefined && !roots.includes(node.name.value)) {
      missing.push(node.name.value);
    }
  };
  visit(parse(imports), {
    ObjectTypeDefinition: check,
    InputObjectTypeDefinition: check,
    EnumTypeDefinition: check,
    ScalarTypeDefinition: check,
    FieldDefinition: check,
    InputValueDefinition: check,
    EnumValueDefinition: check,
  });
  assert.deepEqual(missing, []);
});
