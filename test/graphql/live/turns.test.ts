import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../../src/graphql/live/turns.ts';

test('so much work takes turns, and others have theirs in between', async () => {
  const turns = new Turns();
  let running = 0;
  let most = 0;
  let done = 0;
  const seen = new Set<number>();
  const watch = async (): Promise<void> => {
    for (;;) {
      seen.add(done);
      if (done === 100) return;
      await setImmediate();
    }
  };
  const all = Promise.all(
    Array.from({ length: 100 }, () =>
      turns.take(async () => {
        running += 1;
        most = Math.max(most, running);
        await setImmediate();
        running -= 1;
        done += 1;
      }),
    ),
  );
  await watch();
  await all;
  assert.equal(most, 8);
  assert.ok(seen.size > 10, `others had ${seen.size} turns`);
});

test('work that fails gives its turn back', async () => {
  const turns = new Turns();
  const failing = Array.from({ length: 20 }, () =>
    turns.take(() => Promise.reject(new Error('no luck'))),
  );
  for (const one of await Promise.allSettled(failing)) assert.equal(one.status, 'rejected');
  let isDone = false;
  await turns.take(async () => {
    isDone = true;
  });
  assert.equal(isDone, true);
});
