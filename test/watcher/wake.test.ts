import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Wake } from '../../src/watcher/wake.ts';
import { TestClock } from '../support/clock.ts';

/** A wake whose ledger says when the next import is due, and when it woke. */
function createWake({ isShared, dueAt }: { isShared: boolean; dueAt: () => number | null }) {
  const clock = new TestClock(1_000_000);
  const wokenAt: number[] = [];
  const wake = new Wake({
    ledger: { isShared, findNextDueAt: async () => dueAt() },
    clock,
    providerId: 'crm',
    onWake: () => wokenAt.push(clock.now() - 1_000_000),
  });
  return { clock, wake, wokenAt };
}

describe('a lane whose ledger others share', () => {
  test('sees what is due in its own turn, which comes as often as there are others', async () => {
    const places = [0, 1, 2, 3].map((place) => {
      const { clock, wake, wokenAt } = createWake({ isShared: true, dueAt: () => 0 });
      wake.standIn({ place, length: 4 });
      wake.inTurn(clock.now());
      clock.advance(200);
      wake.inTurn(clock.now());
      clock.advance(200);
      return wokenAt;
    });
    assert.deepEqual(places, [
      [200, 400],
      [50, 250],
      [100, 300],
      [150, 350],
    ]);
  });

  test('wakes in its first turn after the next import is due', async () => {
    const { clock, wake, wokenAt } = createWake({ isShared: true, dueAt: () => 1_000_410 });
    wake.standIn({ place: 1, length: 2 });
    assert.equal(await wake.isDue(clock.now()), false);
    await wake.whenDue(clock.now());
    clock.advance(449);
    assert.deepEqual(wokenAt, []);
    clock.advance(1);
    assert.deepEqual(wokenAt, [450]);
  });

  test('sees again within about a second what others may have brought forward', async () => {
    const { clock, wake, wokenAt } = createWake({ isShared: true, dueAt: () => null });
    assert.equal(await wake.isDue(clock.now()), false);
    await wake.whenDue(clock.now());
    clock.advance(1_000);
    assert.deepEqual(wokenAt, [1_000]);
  });

  test('that was told what is due, and could not claim it, sees again in its next turn', async () => {
    const { clock, wake, wokenAt } = createWake({ isShared: true, dueAt: () => 0 });
    wake.standIn({ place: 0, length: 3 });
    assert.equal(await wake.isDue(clock.now()), true);
    await wake.whenDue(clock.now());
    clock.advance(200);
    assert.deepEqual(wokenAt, [50]);
  });
});

test('a lane that has its ledger for itself wakes when the next import is due, to the millisecond', async () => {
  const { clock, wake, wokenAt } = createWake({ isShared: false, dueAt: () => 1_000_017 });
  await wake.whenDue(clock.now());
  clock.advance(16);
  assert.deepEqual(wokenAt, []);
  clock.advance(1);
  assert.deepEqual(wokenAt, [17]);
});

test('a lane that has its ledger for itself and nothing to look at sleeps until it is told', async () => {
  const { clock, wake, wokenAt } = createWake({ isShared: false, dueAt: () => null });
  await wake.whenDue(clock.now());
  clock.advance(3_600_000);
  assert.deepEqual(wokenAt, []);
});
