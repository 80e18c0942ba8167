import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, budgetFloorMs, intervalMs } from '../../src/watcher/schedule.ts';
import type { BudgetConditions, LookConditions } from '../../src/watcher/schedule.ts';
import { CADENCE } from './setup.ts';

const HOUR_MS = 3_600_000;
const MONTH_MS = 31 * 24 * HOUR_MS;

function interval(changes: Partial<LookConditions> = {}): number {
  return intervalMs({
    cadence: CADENCE,
    runningForMs: 0,
    isWatched: false,
    budgetFloorMs: 0,
    expiresInMs: null,
    random: 0,
    ...changes,
  });
}

const intervals: readonly (readonly [string, Partial<LookConditions>, number])[] = [
  ['a job that has just begun: the shortest interval', { runningForMs: 0 }, 2_000],
  ['the last job that is paced by the shortest interval', { runningForMs: 40_000 }, 2_000],
  ['a job that has run for a minute: a twentieth of it', { runningForMs: 60_000 }, 3_000],
  ['a job that has run for an hour', { runningForMs: HOUR_MS }, 180_000],
  [
    'a job that has run for a hundred minutes: the longest interval',
    { runningForMs: 6e6 },
    300_000,
  ],
  ['a job that has run for a month', { runningForMs: MONTH_MS }, 300_000],
  ['a job that somebody watches', { runningForMs: HOUR_MS, isWatched: true }, 2_000],
  ['a budget that is short', { budgetFloorMs: 60_000 }, 60_000],
  ['a budget that is shorter than the longest interval', { budgetFloorMs: HOUR_MS }, HOUR_MS],
  [
    'a budget that is short, however many watch',
    { budgetFloorMs: 60_000, isWatched: true },
    60_000,
  ],
  ['a budget that allows more than the pace', { runningForMs: HOUR_MS, budgetFloorMs: 9 }, 180_000],
  ['a job that expires long after', { runningForMs: HOUR_MS, expiresInMs: HOUR_MS }, 180_000],
  [
    'a job that expires soon: half of what is left',
    { runningForMs: HOUR_MS, expiresInMs: 60_000 },
    30_000,
  ],
  ['a job that expires now', { runningForMs: HOUR_MS, expiresInMs: 1_000 }, 2_000],
  ['a job that has expired', { runningForMs: HOUR_MS, expiresInMs: -5_000 }, 2_000],
  [
    'results that expire before the budget is back',
    { budgetFloorMs: MONTH_MS, expiresInMs: HOUR_MS },
    HOUR_MS / 2,
  ],
  ['the most jitter', { runningForMs: HOUR_MS, random: 1 }, 198_000],
  ['the most jitter at the shortest interval', { random: 1 }, 2_200],
];
for (const [what, conditions, expected] of intervals) {
  test(`waits ${expected} ms with ${what}`, () => {
    assert.ok(Math.abs(interval(conditions) - expected) < 1e-6, String(interval(conditions)));
  });
}

test('jitter only puts off, by a tenth at most, and never past the end of the results', () => {
  for (let random = 0; random <= 1; random += 0.05) {
    const jittered = interval({ runningForMs: HOUR_MS, random });
    assert.ok(jittered >= 180_000 && jittered <= 198_000);
    assert.ok(interval({ runningForMs: HOUR_MS, expiresInMs: 370_000, random }) <= 185_000);
  }
});

test('a job that expires is looked at often enough to be captured', () => {
  let leftMs = 7 * 24 * HOUR_MS;
  let looks = 0;
  let waitMs = 0;
  while (leftMs > 0) {
    waitMs = interval({ runningForMs: MONTH_MS, budgetFloorMs: MONTH_MS, expiresInMs: leftMs });
    leftMs -= waitMs;
    looks += 1;
  }
  assert.equal(waitMs, CADENCE.minIntervalMs);
  assert.ok(looks < 40);
});

const backoffs: readonly (readonly [number, number, number, number])[] = [
  // attempts, factor, random, expected
  [1, 1, 0, 2_000],
  [2, 1, 0, 4_000],
  [5, 1, 0, 32_000],
  [8, 1, 0, 256_000],
  [9, 1, 0, 300_000],
  [1_000_000, 1, 0, 300_000],
  [1, 8, 0, 16_000],
  [5, 8, 0, 256_000],
  [6, 8, 0, 300_000],
  [1, 1, 1, 1_800],
  [9, 1, 1, 270_000],
];
for (const [attempts, factor, random, expected] of backoffs) {
  test(`backs off ${expected} ms at attempt ${attempts}, factor ${factor}, draw ${random}`, () => {
    assert.equal(backoffMs({ cadence: CADENCE, attempts, factor, random }), expected);
  });
}

function floor(changes: Partial<BudgetConditions> = {}): number {
  return budgetFloorMs({
    perMonth: 1_000,
    used: 0,
    monthMs: MONTH_MS,
    resetsInMs: MONTH_MS,
    active: 1,
    ...changes,
  });
}

test('a fresh budget stretches nothing', () => {
  assert.equal(floor(), 0);
});

test('a budget of which less was spent than of the month stretches nothing', () => {
  assert.equal(floor({ used: 499, resetsInMs: MONTH_MS / 2 }), 0);
});

test('a budget that is spent waits until it is back', () => {
  for (const used of [1_000, 1_001]) {
    assert.equal(floor({ used, resetsInMs: 5 * HOUR_MS }), 5 * HOUR_MS);
  }
});

test('the more of a budget is spent ahead, the nearer the floor comes to an even pace', () => {
  const resetsInMs = MONTH_MS / 2;
  const floors = [500, 520, 540, 550, 600, 900].map((used) => {
    const evenPaceMs = resetsInMs / (1_000 - used);
    return floor({ used, resetsInMs }) / evenPaceMs;
  });
  assert.deepEqual(
    floors,
    floors.toSorted((a, b) => a - b),
  );
  assert.equal(floors[0], 0);
  assert.ok(floors.every((share) => share <= 1));
  assert.equal(floors.at(-1), 1);
});

test('imports that share a budget share the pace', () => {
  const used = 900;
  const resetsInMs = MONTH_MS / 2;
  assert.equal(floor({ used, resetsInMs, active: 7 }), 7 * floor({ used, resetsInMs }));
});

for (const [active, isWatched, random] of [
  [1, false, 0],
  [1, true, 0],
  [1, false, 1],
  [3, true, 0.5],
  [20, false, 0.5],
] as const) {
  const who = isWatched ? 'watched' : 'running';
  test(`a thousand requests last a month with ${active} ${who} imports, draw ${random}`, () => {
    const spent = spendMonth({ active, isWatched, random });
    assert.ok(spent.requests <= 1_000);
    // Little is left unused, and the last two days are served as well as the first.
    assert.ok(spent.requests > 950, `only ${spent.requests} requests`);
    assert.ok(spent.lastAt > MONTH_MS - active * 3 * HOUR_MS, `ran out at ${spent.lastAt}`);
    // A load that starts then is still quick.
    assert.ok(spent.longestGapMs < active * 3 * HOUR_MS, `waited ${spent.longestGapMs}`);
  });
}

/** Looks at imports that run all month, each when it is due. */
function spendMonth(given: { active: number; isWatched: boolean; random: number }) {
  const { active, isWatched, random } = given;
  const dueAt = Array.from({ length: active }, (_, index) => index * 1_000);
  const spent = { requests: 0, lastAt: 0, longestGapMs: 0 };
  for (;;) {
    const now = Math.min(...dueAt);
    if (now >= MONTH_MS || spent.requests === 1_000) return spent;
    spent.requests += 1;
    spent.lastAt = now;
    const budgetFloorMs = floor({ used: spent.requests, resetsInMs: MONTH_MS - now, active });
    const waitMs = interval({ runningForMs: now, isWatched, budgetFloorMs, random });
    spent.longestGapMs = Math.max(spent.longestGapMs, waitMs);
    dueAt[dueAt.indexOf(now)] = now + waitMs;
  }
}
