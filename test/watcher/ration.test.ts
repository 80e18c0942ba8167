import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCallMs, putOffUntil, rationOf } from '../../src/watcher/ration.ts';
import type { Ration, RationConditions } from '../../src/watcher/ration.ts';
import { claim, freshness, job, state } from '../support/builders.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JANUARY = Date.UTC(2026, 0);
const FEBRUARY = Date.UTC(2026, 1);

function ration(changes: Partial<RationConditions> = {}): Ration {
  return rationOf({
    perMonth: 1_000,
    used: 0,
    monthMs: 31 * DAY_MS,
    now: JANUARY,
    resetsAt: FEBRUARY,
    retentionMs: 7 * DAY_MS,
    active: 1,
    needed: 1,
    ...changes,
  });
}

/** What is kept for imports to come, when a month begins, and for looks that fail. */
const KEPT = (1_000 * 24) / 31 + 10;

test('one request is kept for each import that is forgotten this month', () => {
  assert.equal(Math.round(ration({ active: 1, needed: 1 }).spare), Math.round(1_000 - KEPT - 1));
  assert.equal(Math.round(ration({ active: 90, needed: 40 }).spare), Math.round(1_000 - KEPT - 40));
});

function spareAt(day: number): number {
  return ration({ now: JANUARY + day * DAY_MS }).spare;
}

test('one is kept for each import to come that an even month would bring, but for its last week', () => {
  assert.equal(Math.round(spareAt(12) - spareAt(0)), Math.round((1_000 * 12) / 31));
  assert.equal(spareAt(24), 1_000 - 1 - 10);
  assert.equal(spareAt(30), spareAt(24));
});

test('what is needed beyond what is left is lost', () => {
  assert.equal(ration({ needed: 1_200 }).lost, 200);
  assert.equal(ration({ needed: 12, used: 990 }).lost, 2);
  assert.equal(ration({ needed: 12, used: 900 }).lost, 0);
});

test('nothing to spare puts watching off until the requests are back', () => {
  assert.equal(ration({ active: 300, needed: 300 }).floorMs, 31 * DAY_MS);
  assert.equal(ration({ used: 1_000 }).floorMs, 31 * DAY_MS);
  assert.equal(ration({ used: 1_000 }).isSpent, true);
});

test('a month that has just begun stretches nothing for a single import', () => {
  assert.equal(ration().floorMs, 0);
});

test('the less there is to spare, the longer the floor', () => {
  const floors = [0, 20, 60, 100, 150, 200].map((used) => ration({ used }).floorMs);
  assert.deepEqual(
    floors,
    floors.toSorted((a, b) => a - b),
  );
  assert.ok((floors.at(-1) ?? 0) > HOUR_MS);
});

test('the even pace is that of what is to spare and of what is kept for those that are watched', () => {
  const { floorMs, spare } = ration({ active: 150, needed: 150 });
  assert.ok(Math.abs(floorMs - (7 * DAY_MS * 150) / (spare + 150)) < 1);
});

test('an import that is about to be forgotten is looked at three times at the most', () => {
  const calls: number[] = [];
  let expiresInMs = 7 * DAY_MS;
  for (let call = nextCallMs(expiresInMs); call !== null; call = nextCallMs(expiresInMs)) {
    expiresInMs -= call;
    calls.push(expiresInMs / HOUR_MS);
  }
  assert.deepEqual(calls, [12, 0.75, 0.05]);
});

const NOW = JANUARY + 10 * DAY_MS;

interface Case {
  readonly ration?: Partial<Ration>;
  /** In so many hours; absent: the vendor does not say. */
  readonly expiresInH?: number;
  /** So many hours ago; absent: never. */
  readonly seenAgoH?: number;
  readonly trackedAgoH?: number;
  readonly now?: number;
}

function waitH({ ration: changes, expiresInH, seenAgoH, trackedAgoH = 0, now = NOW }: Case) {
  const observedAt = seenAgoH === undefined ? null : now - seenAgoH * HOUR_MS;
  const expiresAt = expiresInH === undefined ? null : now + expiresInH * HOUR_MS;
  const due = claim({
    import: { freshness: freshness({ observedAt }), state: state({ job: job({ expiresAt }) }) },
    schedule: { trackedAt: now - trackedAgoH * HOUR_MS },
  });
  const given = {
    spare: 0,
    ample: 100,
    floorMs: 48 * HOUR_MS,
    lost: 0,
    isSpent: false,
    resetsAt: FEBRUARY,
    retentionMs: 7 * DAY_MS,
    ...changes,
  };
  const until = putOffUntil(due, given, now);
  return until === null ? null : (until - now) / HOUR_MS;
}

const cases: readonly (readonly [string, Case, number | null])[] = [
  ['a first look, with plenty to spare', { ration: { spare: 100 } }, null],
  ['a first look, with less', { ration: { spare: 99 } }, 12],
  ['a first look that has waited for long enough', { ration: { spare: 1 }, trackedAgoH: 48 }, null],
  ['a first look, with nothing to spare', { trackedAgoH: 48 }, 12],
  ['a first look, half a day before it can be forgotten', { trackedAgoH: 156 }, null],
  ['a first look, an hour before that', { trackedAgoH: 155 }, 1],
  ['another look, with one to spare', { ration: { spare: 1 }, seenAgoH: 1, expiresInH: 99 }, null],
  ['another look, with none', { seenAgoH: 1, expiresInH: 99 }, 12],
  ['a look at what is forgotten in half a day', { seenAgoH: 1, expiresInH: 12 }, null],
  ['one that was made since', { seenAgoH: 0.125, expiresInH: 11.75 }, 11],
  ['the next of these looks', { seenAgoH: 11, expiresInH: 0.75 }, null],
  ['a look at what is forgotten, by what the vendor says', { seenAgoH: 9, expiresInH: -1 }, 12],
  ['the same, with one to spare', { ration: { spare: 1 }, seenAgoH: 9, expiresInH: -1 }, null],
  [
    'the same, with nothing left at all: it is taken for forgotten',
    { ration: { isSpent: true }, seenAgoH: 9, expiresInH: -1 },
    null,
  ],
  [
    'a look at what may be forgotten, with nothing left at all',
    { ration: { isSpent: true }, trackedAgoH: 200 },
    12,
  ],
  [
    'a look that the requests of the next month are for',
    { now: FEBRUARY - 2 * HOUR_MS, seenAgoH: 24, expiresInH: 10 },
    2,
  ],
  [
    'a look that is too late with those of the next month',
    { now: FEBRUARY - 2 * HOUR_MS, seenAgoH: 24, expiresInH: 3 },
    null,
  ],
];
for (const [what, given, expected] of cases) {
  test(`${expected === null ? 'makes' : `puts off for ${expected} h`}: ${what}`, () => {
    assert.equal(waitH(given), expected);
  });
}
