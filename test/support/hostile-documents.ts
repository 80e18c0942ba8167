/** An operation that is made to cost whoever reads it, and what it is refused with. */
export interface HostileDocument {
  readonly name: string;
  readonly query: string;
  /** As JSON: some is too deep to be written. */
  readonly variables?: string;
  readonly code: string;
}

/** The operation as a client sends it, as JSON. */
export function payloadOf({ query, variables = '{}' }: HostileDocument): string {
  return `{"query":${JSON.stringify(query)},"variables":${variables}}`;
}

const MANY = 10_000;

function times(count: number, text: (index: number) => string, between = ' '): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(between);
}

function nested(levels: number, open: string, inner: string, close: string): string {
  return open.repeat(levels) + inner + close.repeat(levels);
}

/** Fragments of which each uses the next one twice, in a way of its own. */
function bomb(count: number, type: string, use: (next: string) => string): string {
  const fragments = times(
    count,
    (index) => `fragment F${index} on ${type} { ${use(`F${index + 1}`)} }`,
  );
  return `${fragments} fragment F${count} on ${type} { __typename }`;
}

const RESOURCES = '{ import(id: "a:b") { resources { ...F0 } } }';
const TYPE_OF = 'fields { type { name } args { type { name } } }';

const DEEP: readonly HostileDocument[] = [
  { name: 'fields 10,000 deep', query: nested(MANY, '{a', '', '}'), code: 'OPERATION_TOO_DEEP' },
  { name: 'brackets that never close', query: '{'.repeat(MANY), code: 'OPERATION_TOO_DEEP' },
  {
    name: 'valid fields 60 deep',
    query: `{ import(id: "a:b") { resources ${nested(58, '{ categories ', '{ type }', '}')} } }`,
    code: 'OPERATION_TOO_DEEP',
  },
  {
    name: 'inline fragments 10,000 deep',
    query: `{ ${nested(MANY, '... {', '__typename', '}')} }`,
    code: 'OPERATION_TOO_DEEP',
  },
  {
    name: 'a list 10,000 deep',
    query: `{ imports(filter: { ids: ${nested(MANY, '[', '', ']')} }) { nodes { id } } }`,
    code: 'OPERATION_TOO_DEEP',
  },
  {
    name: 'an object 10,000 deep',
    query: `{ imports(filter: ${nested(MANY, '{a:', '1', '}')}) { nodes { id } } }`,
    code: 'OPERATION_TOO_DEEP',
  },
  {
    name: 'a list 150 deep where none is',
    query: `{ imports(filter: { ids: ${nested(150, '[', '', ']')} }) { nodes { id } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'a type 10,000 deep',
    query: `query ($a: ${nested(MANY, '[', 'Int', ']')}) { __typename }`,
    code: 'OPERATION_TOO_DEEP',
  },
  {
    name: 'variables 100,000 deep',
    query: 'query ($f: ImportFilter) { imports(filter: $f) { nodes { id } } }',
    variables: `{"f":${nested(100_000, '[', '', ']')}}`,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'a chain of fragments',
    query: `{ ...F0 } ${times(220, (index) => `fragment F${index} on Query { ...F${index + 1} }`)} fragment F220 on Query { __typename }`,
    code: 'OPERATION_TOO_DEEP',
  },
];

const WIDE: readonly HostileDocument[] = [
  {
    name: '10,000 aliases',
    query: `{ ${times(MANY, (index) => `a${index}: __typename`)} }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '600 aliases',
    query: `{ ${times(600, (index) => `a${index}: __typename`)} }`,
    code: 'TOO_MANY_ALIASES',
  },
  {
    name: '10,000 same fields',
    query: `{ importProviders { ${'id '.repeat(MANY)} } }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '1,990 same fields',
    query: `{ importProviders { ${'id '.repeat(1_990)} } }`,
    code: 'TOO_MANY_FIELDS',
  },
  {
    name: 'the same fields in 215 fragments',
    query: `{ importProviders { ${times(215, (index) => `...F${index}`)} } } ${times(215, (index) => `fragment F${index} on ImportProvider { id nam: kind }`)}`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '10,000 directives',
    query: `{ __typename ${'@skip(if: true) '.repeat(MANY)} }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '600 directives',
    query: `{ __typename ${'@a '.repeat(600)} }`,
    code: 'TOO_MANY_DIRECTIVES',
  },
  {
    name: '1,900 unknown fields',
    query: `{ ${times(1_900, (index) => `importProvider${index}`)} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'an unknown field of 60,000 letters',
    query: `{ ${'x'.repeat(60_000)} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '450 unknown arguments',
    query: `{ imports(${times(450, (index) => `firs${index}: 1`)}) { nodes { id } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '450 times the same argument',
    query: `{ imports(${'first: 1 '.repeat(450)}) { nodes { id } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '350 operations',
    query: times(350, (index) => `query Q${index} { a }`),
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '250 fragments that nobody uses',
    query: `{ __typename } ${times(250, (index) => `fragment F${index} on Query { a }`)}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '450 variables that nobody uses',
    query: `query (${times(450, (index) => `$v${index}: Int`)}) { __typename }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
];

const CUNNING: readonly HostileDocument[] = [
  {
    name: 'a fragment in itself',
    query: '{ ...A } fragment A on Query { ...A }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'fragments in each other',
    query: `{ ...F0 } ${times(200, (index) => `fragment F${index} on Query { ...F${(index + 1) % 200} }`)}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'a fragment in itself by a field',
    query:
      '{ import(id: "a:b") { resources { ...A } } } fragment A on ImportedResource { categories { ...A } }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'a bomb of fragments',
    query: `${RESOURCES} ${bomb(100, 'ImportedResource', (next) => `...${next} ...${next}`)}`,
    code: 'TOO_MANY_FIELDS',
  },
  {
    name: 'a bomb of fields',
    query: `${RESOURCES} ${bomb(12, 'ImportedResource', (next) => `categories { ...${next} } ... { categories { ...${next} } }`)}`,
    code: 'TOO_MANY_FIELDS',
  },
  {
    name: 'a bomb of aliases',
    query: `${RESOURCES} ${bomb(12, 'ImportedResource', (next) => `a: categories { ...${next} } b: categories { ...${next} }`)}`,
    code: 'TOO_MANY_ALIASES',
  },
  {
    name: 'a bomb of directives',
    query: `${RESOURCES} ${bomb(60, 'ImportedResource', (next) => `...${next} @skip(if: true) ...${next} @skip(if: true)`)}`,
    code: 'TOO_MANY_DIRECTIVES',
  },
  {
    name: 'a bomb in a subscription',
    query: `subscription { ...F0 } ${bomb(100, 'Subscription', (next) => `...${next} ...${next}`)}`,
    code: 'TOO_MANY_FIELDS',
  },
  {
    name: 'the schema, around and around',
    query: `{ __schema { types ${nested(8, '{ fields { type ', '{ name }', '} }')} } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'the schema 90 times',
    query: `{ ${times(90, (index) => `a${index}: __schema { types { ${TYPE_OF} } }`)} }`,
    code: 'OPERATION_TOO_COSTLY',
  },
  {
    name: 'the types below each type',
    query: `{ __schema { types { ${TYPE_OF} possibleTypes { ${TYPE_OF} interfaces { ${TYPE_OF} } } } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'pages of pages of pages',
    query:
      '{ imports(first: 500) { nodes { history(first: 500) { nodes { labels { key } } } rows(first: 500) { nodes { error { code } } } } } }',
    code: 'OPERATION_TOO_COSTLY',
  },
  {
    name: '19,000 entities',
    query:
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Import { job { phase } counters { total } } } }',
    variables: `{"r":[${times(19_000, () => '0', ',')}]}`,
    code: 'OPERATION_TOO_COSTLY',
  },
  {
    name: 'a page as large as numbers go',
    query: 'query ($n: Int) { imports(first: $n) { nodes { id } } }',
    variables: '{"n":1e308}',
    code: 'OPERATION_TOO_COSTLY',
  },
];

const LONG: readonly HostileDocument[] = [
  { name: '7 MB of fields', query: `{ ${'id '.repeat(2_300_000)} }`, code: 'OPERATION_TOO_LONG' },
  {
    name: 'a million spaces',
    query: `{${' '.repeat(1_000_000)}__typename }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: 'a million commas',
    query: `{${','.repeat(1_000_000)}__typename }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: 'a million comments',
    query: `${'#\n'.repeat(1_000_000)}{ __typename }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '60,000 lines with mistakes',
    query: `{${'\n'.repeat(60_000)}${times(200, (index) => `a${index}`)} }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: '1,900 lines with mistakes',
    query: `{${'\n'.repeat(1_900)}${times(1_900, (index) => `a${index}`)} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'a text of a megabyte',
    query: `{ import(id: "${'x'.repeat(1_000_000)}") { id } }`,
    code: 'OPERATION_TOO_LONG',
  },
  {
    name: 'a text that never ends',
    query: `{ import(id: "${'x'.repeat(60_000)}`,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'a block of quotes',
    query: `{ import(id: """${'\\"""'.repeat(15_000)}`,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'a number of 60,000 digits',
    query: `{ imports(first: ${'9'.repeat(60_000)}) { nodes { id } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'signs that mean nothing',
    query: '\u0000\ufeff\u202e'.repeat(20_000),
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'halves of signs',
    query: `{ ${'\ud800'.repeat(60_000)} }`,
    code: 'GRAPHQL_PARSE_FAILED',
  },
];

export const HOSTILE_DOCUMENTS: readonly HostileDocument[] = [
  ...DEEP,
  ...WIDE,
  ...CUNNING,
  ...LONG,
];
