import assert from 'node:assert/strict';
import test from 'node:test';
import {
  buildSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isListType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { compileCost } from '../../src/graphql/operation-cost.ts';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { listSizeOf } from '../../src/graphql/schema-cost.ts';
import { OPERATION_LIMITS } from '../support/gate.ts';

const OURS = createSchema();

type Variables = Readonly<Record<string, unknown>>;

/** As routers count, unless values cost something. */
function costOf(
  text: string,
  variables: Variables = {},
  schema: GraphQLSchema = OURS,
  costOfValue = 0,
): number {
  const document = parse(text);
  assert.deepEqual(validate(schema, document), [], text);
  const definition = getOperationAST(document);
  assert.ok(definition);
  return compileCost({ schema, document, definition, costOfValue })(variables);
}

const BOOK = 'title author { name } publisher { name address { zipCode } }';

/** The schema and the figures of the documentation of Apollo Router. */
function bookshop(address = ''): GraphQLSchema {
  return buildSchema(`
    directive @cost(weight: Int!) on OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | SCALAR | INPUT_FIELD_DEFINITION
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
    type Query {
      book(id: ID): Book
      bestsellers: [Book] @listSize(assumedSize: 5)
      newestAdditions(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
      unsized: [Book]
      search(by: By, fee: Int @cost(weight: 7)): Shelf @listSize(slicingArguments: ["first", "last"], sizedFields: ["books"])
      shelf(first: Int = 3, last: Int): Shelf @listSize(slicingArguments: ["first", "last"], sizedFields: ["books"])
    }
    type Book { title: String author: Author publisher: Publisher pages: [Int] isbn: ISBN }
    type Author { name: String }
    type Publisher { name: String address: Address }
    type Address ${address} { zipCode: Int! }
    type Shelf { books: [Book!]! others: [Book!] count: Int }
    scalar ISBN @cost(weight: 2)
    input By { title: String fee: Int @cost(weight: 3) and: [By!] }
  `);
}

test('it is what Apollo Router says it is', () => {
  const weighty = bookshop('@cost(weight: 5)');
  assert.equal(costOf(`{ book(id: 1) { ${BOOK} } }`, {}, bookshop()), 4);
  assert.equal(costOf(`{ book(id: 1) { ${BOOK} } }`, {}, weighty), 8);
  assert.equal(costOf(`{ bestsellers { ${BOOK} } }`, {}, weighty), 40);
  assert.equal(costOf(`{ newestAdditions(limit: 3) { ${BOOK} } }`, {}, weighty), 24);
  assert.equal(costOf(`{ newestAdditions(limit: 7) { ${BOOK} } }`, {}, weighty), 56);
});

const COSTS: readonly (readonly [string, string, number])[] = [
  ['a list of which nobody says anything has ten', '{ unsized { title } }', 10],
  ['a list of values costs nothing', '{ book { pages } }', 1],
  ['a value can cost something', '{ book { isbn } }', 3],
  [
    'what is left out costs nothing',
    '{ book @skip(if: true) { title } bestsellers @include(if: false) { title } }',
    0,
  ],
  [
    'what is not left out costs',
    '{ book @skip(if: false) { title } bestsellers @include(if: true) { title } }',
    6,
  ],
  ['a page is a shelf and its books', '{ shelf { books { title } count } }', 4],
  [
    'the largest of several arguments counts',
    '{ shelf(first: 2, last: 9) { books { title } } }',
    10,
  ],
  ['null is as if it were not said', '{ shelf(first: null) { books { title } } }', 4],
  ['another list of a page is one like any', '{ shelf { others { title } } }', 11],
  [
    'a page knows its lists by way of fragments',
    '{ shelf { ...S ... { books { title } } } } fragment S on Shelf { books { title } }',
    7,
  ],
  ['a negative size is none', '{ shelf(first: -5) { books { title } } }', 1],
  ['each alias costs', '{ a: book { title } b: book { title } }', 2],
  [
    'objects that are given cost, and so do values that say so',
    '{ search(by: { title: "a", fee: 1, and: [{ fee: 2 }, {}] }, fee: 1) { count } }',
    1 + 7 + 1 + 3 + 1 + 3 + 1,
  ],
  ['what is not given costs nothing', '{ search(by: null) { count } }', 1],
];

for (const [name, text, expected] of COSTS) {
  test(name, () => assert.equal(costOf(text, {}, bookshop()), expected));
}

test('variables cost what they stand for, and what they are by default', () => {
  const shop = bookshop();
  const shelf = 'query ($n: Int = 6) { shelf(first: $n) { books { title } } }';
  assert.equal(costOf(shelf, {}, shop), 7);
  assert.equal(costOf(shelf, { n: 40 }, shop), 41);
  assert.equal(costOf(shelf, { n: -40 }, shop), 1);
  for (const wrong of [null, 'forty', [40], {}]) assert.equal(costOf(shelf, { n: wrong }, shop), 4);
  const search = 'query ($by: By, $fee: Int) { search(by: { and: [$by2] }, fee: $fee) { count } }';
  const by = search.replace('$by:', '$by2:').replace(': By,', ': By!,');
  assert.equal(costOf(by, { by2: { fee: 1, and: [{}, {}] }, fee: null }, shop), 1 + 1 + 1 + 3 + 2);
  assert.equal(costOf(by, { by2: {}, fee: 5 }, shop), 1 + 7 + 1 + 1);
});

function references(count: number): Variables {
  return {
    representations: Array.from({ length: count }, (_, id) => ({ __typename: 'Import', id })),
  };
}

test('an entity costs what is asked of it, for each representation', () => {
  const text = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Import { job { phase } labels { key } } }
  }`;
  assert.equal(costOf(text, references(0)), 0);
  assert.equal(costOf(text, references(1)), 1 + 1 + 5);
  assert.equal(costOf(text, references(100)), 700);
  const literal = '{ _entities(representations: [{ a: 1 }, { a: 2 }]) { __typename } }';
  assert.equal(costOf(literal), 2);
});

test('a mutation costs ten and what its fields say, a subscription its event', () => {
  const track =
    'mutation ($input: TrackImportInput!) { trackImport(input: $input) { import { id } userErrors { code } } }';
  const labels = [{ key: 'a', value: 'b' }];
  assert.equal(
    costOf(track, { input: { providerId: 'a', externalId: 'b', labels } }),
    10 + 10 + 1 + 2 + 2,
  );
  assert.equal(costOf('subscription { importsChanged { import { job { phase } } } }'), 3);
});

test('pages in pages multiply, as far as numbers go', () => {
  const text = `query ($n: Int) {
    imports(first: $n) { nodes { rows(first: $n) { edges { node { error { message } } } } } }
  }`;
  assert.equal(costOf(text, { n: 10 }), 1 + 10 * (1 + 10 + 10 * (1 + 1 + 1)));
  assert.equal(costOf(text, { n: 1e300 }), Infinity);
  const operations = new Operations({
    schema: OURS,
    isIntrospectionOn: false,
    limits: OPERATION_LIMITS,
    persisted: null,
  });
  const prepare = (variables: Variables): unknown => {
    const prepared = operations.prepare({ query: text, operationName: null, variables });
    return isOperation(prepared) ? null : prepared[0]?.toJSON();
  };
  assert.equal(prepare({ n: 100 }), null);
  const extensions = { code: 'OPERATION_TOO_COSTLY' };
  assert.deepEqual(prepare({ n: 500 }), {
    message:
      'the operation may cost up to 786751, and at most 50000 is allowed; ask for fewer things at once (first), or for less of each',
    extensions,
  });
  const endless =
    'the operation may cost more than can be counted, and at most 50000 is allowed; ask for fewer things at once (first), or for less of each';
  assert.deepEqual(prepare({ n: 1e300 }), { message: endless, extensions });
});

test('a page of none below a page without end is not for free', () => {
  const operations = new Operations({
    schema: OURS,
    isIntrospectionOn: false,
    limits: OPERATION_LIMITS,
    persisted: null,
  });
  const query = `query ($none: Int, $all: Int) {
    imports(first: $none) { nodes { rows(first: $all) { nodes { id } } } }
  }`;
  const variables = { none: 0, all: Infinity };
  assert.ok(!isOperation(operations.prepare({ query, operationName: null, variables })));
});

test('what tools ask of a schema costs less than anybody may spend', () => {
  assert.ok(costOf(getIntrospectionQuery(), {}, OURS, 1 / 8) < OPERATION_LIMITS.maxCost);
});

test('values cost what they are said to, in lists as often as there are things in them', () => {
  const shop = bookshop();
  assert.equal(costOf('{ __typename book { title isbn pages } }', {}, shop, 1), 1 + 1 + 1 + 2 + 10);
  assert.equal(costOf('{ a: bestsellers { a: title b: title } }', {}, shop, 0.5), 5 + 5);
});

/** What a dashboard shows of an import. */
const FIELDS = `id providerId externalId revision position
  job { phase outcome effect progressPercent startedAt finishedAt providerStatus explanation }
  counters { total processed succeeded failed added updated balanced }
  freshness { state observedAt } labels { key value }`;

const ALLOWED: readonly (readonly [string, Variables])[] = [
  [`{ imports(first: 500) { nodes { ${FIELDS} } } }`, {}],
  [
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Import { ${FIELDS} } }
    }`,
    references(1_000),
  ],
  [
    `{ import(id: "a:b") { rows(first: 500) { edges { cursor node { id outcome number numberBasis
      resource recordId error { id message code detail values } } } totalCount availability } } }`,
    {},
  ],
  ['{ imports(first: 100) { nodes { rowErrors(first: 50) { nodes { message } } } } }', {}],
  ['{ imports(first: 500) { nodes { rowsExportUrl rowErrorGroups { count message } } } }', {}],
  [getIntrospectionQuery(), {}],
];

const REFUSED: readonly (readonly [string, Variables])[] = [
  ['{ imports(first: 500) { nodes { rowErrors(first: 100) { nodes { message } } } } }', {}],
  [many(96, 'rows(first: 1) { totalCount }'), references(500)],
  [many(100, 'rowsExportUrl'), references(5_000)],
  [many(100, 'id'), references(5_000)],
  [many(20, 'rowErrorGroups { count }'), references(120)],
];

function many(count: number, field: string): string {
  const fields = Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
  return `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Import { ${fields} } }
  }`;
}

test('what people ask for is let through, and what takes a store or a socket for long is not', () => {
  const operations = new Operations({
    schema: OURS,
    isIntrospectionOn: true,
    limits: OPERATION_LIMITS,
    persisted: null,
  });
  const codeOf = ([query, variables]: readonly [string, Variables]): unknown => {
    const prepared = operations.prepare({ query, operationName: null, variables });
    return isOperation(prepared) ? null : prepared[0]?.extensions['code'];
  };
  for (const asked of ALLOWED) assert.equal(codeOf(asked), null, asked[0]);
  for (const asked of REFUSED) assert.equal(codeOf(asked), 'OPERATION_TOO_COSTLY', asked[0]);
});

test('the schema says of every list of objects how long it is', () => {
  const unsaid: string[] = [];
  const sized = new Set<string>();
  const types = Object.values(OURS.getTypeMap()).filter(isObjectType);
  const fields = types.flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ type, field })),
  );
  for (const { field } of fields) {
    for (const name of listSizeOf(field).sizedFields) {
      sized.add(`${getNamedType(field.type).name}.${name}`);
    }
  }
  for (const { type, field } of fields) {
    if (type.name.startsWith('_') || field.name.startsWith('_')) continue;
    const isList = isListType(getNullableType(field.type));
    const name = `${type.name}.${field.name}`;
    if (!isList || !isCompositeType(getNamedType(field.type)) || sized.has(name)) continue;
    const { assumedSize, slicingArguments } = listSizeOf(field);
    if (assumedSize === null && slicingArguments.length === 0) unsaid.push(name);
  }
  assert.deepEqual(
    unsaid.filter((name) => !name.startsWith('__')),
    [],
  );
});
