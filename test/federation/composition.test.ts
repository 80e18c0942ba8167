import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { composeServices as composeWithApollo } from '@apollo/composition';
import {
  composeSchemaContract,
  composeServices as composeWithHive,
} from '@theguild/federation-composition';
import { buildSchema, isObjectType, parse, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { at, startWorld } from '../support/world.ts';

const imports = readSdl('../../schema.graphql');
const NEIGHBOURS = {
  catalog: readSdl('../../docs/supergraph/catalog.graphql'),
  releases: readSdl('../../docs/supergraph/releases.graphql'),
};

/** A third one, with lists of its own. */
const CONNECTIONS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])
  type Query { orders(first: Int = 20, after: String): OrderConnection! }
  type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
  type Order { number: ID! placedAt: DateTime details: JSON }
  scalar DateTime
  scalar JSON
  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`;

const SUPERGRAPHS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'neighbours that reference imports by either key': NEIGHBOURS,
  'a neighbour that has connections, dates and JSON of its own': { orders: CONNECTIONS },
  'all of them': { ...NEIGHBOURS, orders: CONNECTIONS },
};

describe('the subgraph composes without an error or a hint', () => {
  for (const [what, neighbours] of Object.entries(SUPERGRAPHS)) {
    const services = servicesOf({ imports, ...neighbours });

    test(`with @apollo/composition, next to ${what}`, () => {
      const { errors, hints, supergraphSdl } = composeWithApollo(services);
      assert.equal(errors, undefined);
      assert.deepEqual(
        hints?.map(({ definition, coordinate }) => [definition.code, coordinate]),
        [],
      );
      assert.match(supergraphSdl ?? '', /type Import\b/);
    });

    test(`with @theguild/federation-composition, next to ${what}`, () => {
      // It knows errors only.
      const { errors, supergraphSdl } = composeWithHive(services);
      assert.equal(errors, undefined);
      assert.match(supergraphSdl ?? '', /type Import\b/);
    });
  }
});

test('what the service says of itself composes to the same supergraph', async (t) => {
  const world = await startWorld(t);
  const { data, errors } = await world.ask('{ _service { sdl } }');
  assert.deepEqual(errors, []);
  const own = servicesOf({ imports: String(at(data, '_service.sdl')), ...NEIGHBOURS });
  const printed = servicesOf({ imports, ...NEIGHBOURS });
  const { supergraphSdl } = composeWithApollo(printed);
  assert.ok(supergraphSdl);
  assert.equal(composeWithApollo(own).supergraphSdl, supergraphSdl);
});

/** What is missing in a contract that leaves out a tag. */
const TAGGED: Readonly<Record<string, readonly string[]>> = {
  'imports-write': [
    'Mutation.recordImport',
    'Mutation.refreshImport',
    'Mutation.trackImport',
    'Mutation.untrackImport',
  ],
  'imports-operations': ['ImportProvider.budget', 'ImportProvider.health'],
  'imports-personal-data': ['RowError.values'],
};

test('a contract can leave out what has a tag', () => {
  const tags = [...imports.matchAll(/@tag\(name: "([^"]+)"\)/g)].map(([, tag = '']) => tag);
  assert.deepEqual([...new Set(tags)].toSorted(), Object.keys(TAGGED).toSorted());
  const all = fieldsWithout([]);
  for (const [tag, fields] of Object.entries(TAGGED)) {
    const kept = fieldsWithout([tag]);
    assert.deepEqual(
      all.filter((field) => !kept.includes(field)),
      fields,
    );
  }
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

interface Service {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

function servicesOf(subgraphs: Readonly<Record<string, string>>): Service[] {
  return Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(sdl),
  }));
}

/** What clients can ask for in a contract that leaves out these tags. */
function fieldsWithout(tags: readonly string[]): readonly string[] {
  const filter = { include: new Set<string>(), exclude: new Set(tags) };
  const { errors, publicSdl = '' } = composeSchemaContract(
    servicesOf({ imports, ...NEIGHBOURS }),
    filter,
    false,
  );
  assert.equal(errors, undefined);
  const types = Object.values(buildSchema(publicSdl).getTypeMap()).filter(isObjectType);
  const fields = types.flatMap((type) =>
    Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
  return fields.toSorted();
}

function readSdl(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
