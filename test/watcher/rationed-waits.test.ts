import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureMs, growingMs, liveMs } from '../../src/watcher/waits.ts';
import { claim, freshness, job, START, state } from '../support/builders.ts';
import { CADENCE, failure } from './setup.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Seen now, and forgotten a while after. */
function seen(expiresInMs: number | null, budgetFloorMs = 30 * DAY_MS) {
  const expiresAt = expiresInMs === null ? null : START + expiresInMs;
  const known = { freshness: freshness(), state: state({ job: job({ expiresAt }) }) };
  return {
    at: {
      claim: claim({ import: known }),
      cadence: CADENCE,
      budgetFloorMs,
      rationedForMs: 7 * DAY_MS,
      now: START,
      random: 0,
    },
    job: job({ expiresAt, startedAt: START }),
  };
}

const waits: readonly (readonly [string, number | null, number])[] = [
  ['half a day before it is forgotten', 5 * DAY_MS, 4.5 * DAY_MS],
  ['half a day before it can be forgotten, when the vendor does not say', null, 6.5 * DAY_MS],
  ['45 minutes before, when it is late', 12 * HOUR_MS, 12 * HOUR_MS - 45 * MINUTE_MS],
  ['3 minutes before, when it is later', 45 * MINUTE_MS, 42 * MINUTE_MS],
  ['when requests are back, when it is too late', 2 * MINUTE_MS, 30 * DAY_MS],
];
for (const [when, expiresInMs, expected] of waits) {
  test(`what runs on, with nothing to spare, is looked at ${when}`, () => {
    const { at, job: running } = seen(expiresInMs);
    assert.equal(liveMs(running, at, { isWatched: false }), expected);
    assert.equal(liveMs(running, at, { isWatched: true }), expected);
    assert.equal(growingMs(at, running.expiresAt), expected);
  });
}

test('with plenty to spare it is looked at as often as elsewhere', () => {
  const { at, job: running } = seen(5 * DAY_MS, 0);
  assert.equal(liveMs(running, at, { isWatched: false }), CADENCE.minIntervalMs);
});

const tries: readonly (readonly [string, number | null, number, number])[] = [
  ['a few times a day, while there is time', 5 * DAY_MS, 30 * DAY_MS, 12 * HOUR_MS],
  ['at the pace of looks, where that is quicker', 5 * DAY_MS, HOUR_MS, HOUR_MS],
  ['when it is called for', 15 * HOUR_MS, 30 * DAY_MS, 3 * HOUR_MS],
  ['after half of what is left, then', 12 * HOUR_MS, 30 * DAY_MS, 6 * HOUR_MS],
  ['a few times a day, when it may be too late', -HOUR_MS, 30 * DAY_MS, 12 * HOUR_MS],
  ['as elsewhere, with plenty to spare', 5 * DAY_MS, 0, CADENCE.minIntervalMs],
];
for (const [when, expiresInMs, floorMs, expected] of tries) {
  test(`a look that failed is tried again ${when}`, () => {
    assert.equal(failureMs(failure('timeout'), seen(expiresInMs, floorMs).at), expected);
  });
}

test('a vendor that asks for a longer pause than a budget is left alone for as long', () => {
  const { at } = seen(12 * HOUR_MS);
  assert.equal(failureMs(failure('rate-limited', 7 * HOUR_MS), at), 7 * HOUR_MS);
});
