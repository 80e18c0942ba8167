import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findTexts, findSize, mapLeaves } from '../../src/domain/row-values.ts';
import type { RowValues } from '../../src/domain/row-values.ts';

/** Objects in each other, so many levels of them. */
function nested(levels: number): RowValues {
  let values: RowValues = {};
  for (let level = 1; level < levels; level += 1) values = { inner: values };
  return values;
}

function parsed(json: string): RowValues {
  return JSON.parse(json);
}

describe('values are too large', () => {
  const cases: readonly (readonly [string, RowValues, boolean])[] = [
    ['of no value at all', {}, false],
    ['of a text of just under 64 KiB', { a: 'x'.repeat(65_000) }, false],
    ['of a text of 64 KiB', { a: 'x'.repeat(65_536) }, true],
    [
      'of several texts that are 64 KiB together',
      { a: 'x'.repeat(33_000), b: ['y'.repeat(33_000)] },
      true,
    ],
    ['of names that are 64 KiB', { ['n'.repeat(65_536)]: 1 }, true],
    ['of 64 levels', nested(64), false],
    ['of 65 levels', nested(65), true],
    ['of 100,000 levels', nested(100_000), true],
    [
      'of a list of 5,000 numbers',
      { a: Array.from({ length: 5_000 }, (_, index) => index) },
      false,
    ],
    ['of a list of a million items', { a: Array.from({ length: 1_000_000 }, () => null) }, true],
    [
      'of lists of 5,000 levels',
      { a: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) },
      true,
    ],
  ];
  for (const [what, values, isTooLarge] of cases) {
    test(`${what}: ${isTooLarge}`, () => assert.equal(findSize(values) === null, isTooLarge));
  }
});

describe('the texts in values', () => {
  test('are found at every level, once each, the longest first', () => {
    const values = { a: 'Anna', b: ['Anna', { c: 'Anna Smith' }], d: 1204, e: true, f: null };
    assert.deepEqual(findTexts(values), ['Anna Smith', 'true', '1204', 'Anna']);
  });

  test('are also found without the space around them', () => {
    assert.deepEqual(findTexts({ a: ' Anna\n' }), [' Anna\n', 'Anna']);
  });

  test('are left out when they are in any sentence', () => {
    assert.deepEqual(findTexts({ a: 'is', b: 12, c: '', d: ' a ' }), [' a ']);
  });

  test('do not have the names among them', () => {
    assert.deepEqual(findTexts({ email: 'x@y.z' }), ['x@y.z']);
  });

  test('are found in values that are too large to be kept', () => {
    const long = 'x'.repeat(100_000);
    assert.deepEqual(findTexts({ a: long, b: 'Anna' }), [long, 'Anna']);
  });

  for (const [what, values] of [
    ['a list of a million', { a: Array.from({ length: 1_000_000 }, () => 'Anna') }],
    ['100,000 levels', nested(100_000)],
    [
      '2,000 lists of 2,000',
      { a: Array.from({ length: 2_000 }, () => Array.from({ length: 2_000 })) },
    ],
    [
      'an object of 100,000 names',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`n${n}`, 'Anna'])),
    ],
  ] as const) {
    test(`are too many to look for in ${what}`, () => assert.equal(findTexts(values), null));
  }
});

describe('values with their leaves replaced', () => {
  test('keep their names, their shape and their order', () => {
    const values = { b: 'Anna', a: [1, [true, { c: -0.5 }]], d: {} };
    assert.deepEqual(marked(values), {
      b: '<Anna>',
      a: ['<1>', ['<true>', { c: '<-0.5>' }]],
      d: {},
    });
    assert.deepEqual(Object.keys(marked(values)), ['b', 'a', 'd']);
  });

  test('keep null as null, and an empty text as a text', () => {
    assert.deepEqual(marked({ a: null, b: '', c: [null] }), { a: null, b: '<>', c: [null] });
  });

  test('have a name like __proto__ like any other', () => {
    const values = parsed('{"__proto__": {"constructor": "Anna"}, "toString": "Bob"}');
    const replaced = marked(values);
    assert.equal(
      JSON.stringify(replaced),
      '{"__proto__":{"constructor":"<Anna>"},"toString":"<Bob>"}',
    );
    assert.equal(Object.getPrototypeOf(replaced), Object.prototype);
    assert.deepEqual(findTexts(values), ['Anna', 'Bob']);
  });

  test('are new, and the old ones stay as they were', () => {
    const values = { a: ['Anna'] };
    marked(values);
    assert.deepEqual(values, { a: ['Anna'] });
  });
});

function marked(values: RowValues): RowValues {
  return mapLeaves(values, (text) => `<${text}>`);
}
