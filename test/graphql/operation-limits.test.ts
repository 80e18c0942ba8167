import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphQLError, parse } from 'graphql';
import type { OperationLimits } from '../../src/graphql/operation-limits.ts';
import { checkShape } from '../../src/graphql/operation-shape.ts';
import { MOST_NESTING, parseText } from '../../src/graphql/operation-text.ts';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { OPERATION_LIMITS } from '../support/gate.ts';

const SMALL: OperationLimits = {
  maxDepth: 4,
  maxAliases: 3,
  maxDirectives: 3,
  maxTokens: 30,
  maxCost: 100,
};

/** The code of what some work throws; null when it throws nothing. */
function codeOf(work: () => void): unknown {
  try {
    work();
    return null;
  } catch (error) {
    assert.ok(error instanceof GraphQLError, String(error));
    assert.match(error.message, /[a-z]; |Syntax Error/);
    return error.extensions['code'] ?? 'syntax';
  }
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

const TEXTS: readonly (readonly [string, string, unknown])[] = [
  ['as many tokens as are read', `{ ${times(28, () => 'a')} }`, null],
  ['one more', `{ ${times(29, () => 'a')} }`, 'OPERATION_TOO_LONG'],
  ['as many lines as are read', `${'\n'.repeat(27)}{ a }`, null],
  ['more lines than are read', `{${'\n'.repeat(40)}a }`, 'OPERATION_TOO_LONG'],
  ['lines of nothing but comments', `${'#\n'.repeat(40)}{ a }`, 'OPERATION_TOO_LONG'],
  ['a text that is long and says little', ' '.repeat(961), 'OPERATION_TOO_LONG'],
  ['a text that is long and ends in nothing', `"${'x'.repeat(900)}`, 'syntax'],
  ['a sign that GraphQL does not know', '{ a ? }', 'syntax'],
];

for (const [name, text, code] of TEXTS) {
  test(`${name}: ${code === null ? 'read' : 'refused'}`, () => {
    assert.equal(
      codeOf(() => parseText(text, SMALL)),
      code,
    );
  });
}

test('brackets of every kind may nest so deep and no deeper', () => {
  const limits = { ...SMALL, maxTokens: 10_000 };
  const nested = [
    (levels: number) => `${'{a'.repeat(levels)}${'}'.repeat(levels)}`,
    (levels: number) => `{a(b:${'['.repeat(levels - 2)}${']'.repeat(levels - 2)})}`,
    (levels: number) => `{a(b:${'{c:'.repeat(levels - 2)}1${'}'.repeat(levels - 2)})}`,
    (levels: number) => `query($a:${'['.repeat(levels - 1)}A${']'.repeat(levels - 1)}){a}`,
  ];
  for (const textOf of nested) {
    assert.equal(
      codeOf(() => parseText(textOf(MOST_NESTING), limits)),
      null,
    );
    for (const levels of [MOST_NESTING + 1, 3_000]) {
      assert.equal(
        codeOf(() => parseText(textOf(levels), limits)),
        'OPERATION_TOO_DEEP',
      );
    }
  }
  assert.equal(
    codeOf(() => parseText('{'.repeat(5_000), limits)),
    'OPERATION_TOO_DEEP',
  );
});

const SHAPES: readonly (readonly [string, string, unknown])[] = [
  ['fields as deep as they may be', '{ a { a { a { a } } } }', null],
  ['fields deeper than they may be', '{ a { a { a { a { a } } } } }', 'OPERATION_TOO_DEEP'],
  ['an inline fragment is no level', '{ a { a { ... { a { ... on A { a } } } } } }', null],
  [
    'depth by way of fragments',
    '{ a { ...F } } fragment F on A { a { ...G } } fragment G on A { a { a { a } } }',
    'OPERATION_TOO_DEEP',
  ],
  ['as many aliases as there may be', '{ b: a c: a d: a }', null],
  ['more aliases than there may be', '{ b: a { c: a } d: a { e: a } }', 'TOO_MANY_ALIASES'],
  [
    'aliases of a fragment that is used twice',
    '{ a { ...F } b { ...F } } fragment F on A { b: a c: a }',
    'TOO_MANY_ALIASES',
  ],
  ['as many directives as there may be', 'query @a { a @b { a @c } }', null],
  [
    'directives wherever they are',
    'query ($a: A @a) @b { ...F @c } fragment F on A @d { a }',
    'TOO_MANY_DIRECTIVES',
  ],
  ['as many fields as there may be', `{ ${times(30, (index) => `a${index}`)} }`, null],
  ['more fields than there may be', `{ ${times(31, (index) => `a${index}`)} }`, 'TOO_MANY_FIELDS'],
  [
    'fields of fragments, as often as they are used',
    `{ a { ...F ...F ...F } } fragment F on A { ${times(10, (index) => `a${index}`)} }`,
    'TOO_MANY_FIELDS',
  ],
  [
    'a fragment that nobody uses',
    'fragment F on A { a { a { a { a { a } } } } }',
    'OPERATION_TOO_DEEP',
  ],
  [
    'the second of two operations',
    'query A { a } query B { b: a c: a d: a e: a }',
    'TOO_MANY_ALIASES',
  ],
  [
    'what validation is to refuse',
    '{ ...A ...C } fragment A on A { ...B } fragment B on A { a ...A }',
    null,
  ],
];

for (const [name, text, code] of SHAPES) {
  test(`${name}: ${code === null ? 'let through' : 'refused'}`, () => {
    assert.equal(
      codeOf(() => checkShape(parse(text), SMALL)),
      code,
    );
  });
}

test('a bomb of fragments is counted without being set off', () => {
  const bomb = times(
    200,
    (index) => `fragment F${index} on A { ...F${index + 1} ...F${index + 1} }`,
  );
  const text = `{ ...F0 } ${bomb} fragment F150 on A { a }`;
  assert.equal(
    codeOf(() => checkShape(parse(text), { ...SMALL, maxTokens: 10_000 })),
    'TOO_MANY_FIELDS',
  );
});

test('fragments that lead to each other are followed so far and no further', () => {
  const chain = times(5_000, (index) => `fragment F${index} on A { ...F${index + 1} }`);
  assert.equal(
    codeOf(() => checkShape(parse(`{ ...F0 } ${chain}`), SMALL)),
    'OPERATION_TOO_DEEP',
  );
});

test('what is too large is refused before anybody looks whether it is valid', () => {
  const operations = new Operations({
    schema: createSchema(),
    isIntrospectionOn: false,
    limits: OPERATION_LIMITS,
    persisted: null,
  });
  const codesOf = (query: string, variables = {}): readonly unknown[] => {
    const prepared = operations.prepare({ query, operationName: null, variables });
    return isOperation(prepared) ? [] : prepared.map(({ extensions }) => extensions['code']);
  };
  assert.deepEqual(codesOf(`{ ${times(101, (index) => `a${index}: nothing`)} }`), [
    'TOO_MANY_ALIASES',
  ]);
  assert.deepEqual(codesOf(`{ nothing ${'@nothing '.repeat(51)} }`), ['TOO_MANY_DIRECTIVES']);
  // What the rules themselves find too much.
  assert.deepEqual(codesOf(`{ importProviders { ${'id '.repeat(1_900)} } }`), ['TOO_MANY_FIELDS']);
  assert.equal(codesOf(`{ ${times(500, (index) => `nothing${index}`)} }`).length, 21);
});

test('variables may nest so deep and no deeper', () => {
  const operations = new Operations({
    schema: createSchema(),
    isIntrospectionOn: false,
    limits: OPERATION_LIMITS,
    persisted: null,
  });
  const prepare = (levels: number): boolean =>
    isOperation(
      operations.prepare({
        query: '{ __typename }',
        operationName: null,
        variables: { a: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) },
      }),
    );
  assert.ok(prepare(MOST_NESTING));
  assert.ok(!prepare(MOST_NESTING + 1));
  assert.ok(!prepare(100_000));
});
