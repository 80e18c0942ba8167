import assert from 'node:assert/strict';
import test from 'node:test';
import { isNestedDeeper } from '../../src/server/nesting.ts';

for (const [json, levels] of [
  ['1', 0],
  ['{"a":[{}]}', 3],
  ['[[],[[]],{}]', 3],
  ['{"a":"{[{[","b":"\\"[[["}', 1],
  ['"\\\\[[["', 0],
] as const) {
  test(`${json} nests ${levels} levels deep`, () => {
    assert.equal(isNestedDeeper(levels, json), false);
    if (levels > 0) assert.equal(isNestedDeeper(levels - 1, json), true);
  });
}
