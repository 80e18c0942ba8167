import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  effectOfChanges,
  isBalanced,
  NO_COUNTERS,
  sumCounters,
} from '../../src/domain/counters.ts';
import type { ResourceCounters } from '../../src/domain/counters.ts';
import type { JobPhase } from '../../src/domain/job.ts';
import { counters } from '../support/builders.ts';

const balances: readonly (readonly [
  string,
  Partial<ResourceCounters>,
  JobPhase,
  boolean | null,
])[] = [
  ['nothing is known', {}, 'FINISHED', null],
  ['only the total is known', { total: 5 }, 'FINISHED', null],
  ['only one part is known', { succeeded: 5 }, 'FINISHED', null],
  ['all succeeded', { total: 5, succeeded: 5, failed: 0 }, 'FINISHED', true],
  ['the parts make the total', { total: 5, succeeded: 3, failed: 2 }, 'FINISHED', true],
  ['the parts make less than the total', { total: 5, succeeded: 3, failed: 1 }, 'FINISHED', false],
  ['the parts make more than the total', { total: 5, succeeded: 5, failed: 1 }, 'FINISHED', false],
  ['a job that runs has rows to go', { total: 5, succeeded: 1, failed: 1 }, 'RUNNING', null],
  ['a running job contradicts itself', { processed: 3, succeeded: 1, failed: 1 }, 'RUNNING', false],
  ['a running job agrees with itself', { processed: 2, succeeded: 1, failed: 1 }, 'RUNNING', true],
  ['processed is all there is', { total: 5, processed: 5 }, 'FINISHED', true],
  ['processed is less than the total', { total: 5, processed: 4 }, 'FINISHED', false],
  [
    'duplicates are among the parts',
    { total: 5, succeeded: 5, failed: 0, duplicated: 2 },
    'FINISHED',
    true,
  ],
  [
    'duplicates are beside the parts',
    { total: 5, succeeded: 3, failed: 0, duplicated: 2 },
    'FINISHED',
    true,
  ],
  [
    'duplicates explain too little',
    { total: 5, succeeded: 2, failed: 0, duplicated: 2 },
    'FINISHED',
    false,
  ],
  ['an import of no row', { total: 0, succeeded: 0, failed: 0 }, 'FINISHED', true],
  ['a job in an unknown phase', { total: 5, succeeded: 1, failed: 1 }, 'UNKNOWN', null],
];
for (const [what, known, phase, expected] of balances) {
  test(`counters are ${expected === null ? 'not checked' : String(expected)} when ${what}`, () => {
    assert.equal(isBalanced(counters(known), phase), expected);
  });
}

const effects: readonly (readonly [Partial<ResourceCounters>, string])[] = [
  [{}, 'UNKNOWN'],
  [{ added: 0, updated: 0, removed: 0 }, 'NONE'],
  [{ added: 0, updated: 0 }, 'UNKNOWN'],
  [{ added: 1 }, 'SOME'],
  [{ updated: 1 }, 'SOME'],
  [{ removed: 1, added: 0, updated: 0 }, 'SOME'],
  [{ succeeded: 9, matched: 9 }, 'UNKNOWN'],
];
for (const [known, expected] of effects) {
  test(`changes of ${JSON.stringify(known)} prove ${expected}`, () => {
    assert.equal(effectOfChanges(counters(known)), expected);
  });
}

test('a sum has what any part reports, and nothing that none does', () => {
  const parts = [
    counters({ total: 2, failed: 0, added: null }),
    counters({ total: 3, added: 4 }),
    counters(),
  ];
  assert.deepEqual(sumCounters(parts), counters({ total: 5, failed: 0, added: 4 }));
});

test('the sum of nothing says nothing', () => {
  assert.deepEqual(sumCounters([]), NO_COUNTERS);
});

test('every counter is summed', () => {
  const ones = counters({
    total: 1,
    processed: 1,
    succeeded: 1,
    failed: 1,
    added: 1,
    updated: 1,
    removed: 1,
    matched: 1,
    duplicated: 1,
  });
  assert.ok(Object.values(sumCounters([ones, ones])).every((count) => count === 2));
  assert.deepEqual(Object.keys(ones), Object.keys(NO_COUNTERS));
});
