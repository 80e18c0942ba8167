import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureMs } from '../../src/watcher/waits.ts';
import { claim, START } from '../support/builders.ts';
import { CADENCE, failure } from './setup.ts';

const AT = { claim: claim(), cadence: CADENCE, budgetFloorMs: 0, now: START, random: 0 };

test('a vendor that asks for less than the shortest interval is not asked sooner than that', () => {
  assert.equal(failureMs(failure('rate-limited', 1), AT), CADENCE.minIntervalMs);
});

test('a vendor that asks for more than the longest interval is left alone for as long', () => {
  const asked = 2 * CADENCE.maxIntervalMs;
  assert.equal(failureMs(failure('unavailable', asked), AT), asked);
});
