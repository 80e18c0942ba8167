import assert from 'node:assert/strict';
import test from 'node:test';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { leavable } from '../../src/graphql/bell.ts';

test('a stream that is left while it waits ends at once, and cleans up', async () => {
  const draining = new AbortController();
  const steps: string[] = [];
  const stream = leavable(
    { clock: SYSTEM_CLOCK, draining: draining.signal },
    async function* (bell) {
      steps.push('attached');
      try {
        yield 1;
        while (await bell.wait()) yield 2;
      } finally {
        steps.push('detached');
      }
    },
  );
  assert.deepEqual(steps, [], 'nothing is attached before somebody reads');
  assert.deepEqual(await stream.next(), { done: false, value: 1 });
  const waiting = stream.next();
  await stream.return?.();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(steps, ['attached', 'detached']);
  assert.equal((await stream.next()).done, true);
});

test('a stream that is left before it is read attaches nothing', async () => {
  const draining = new AbortController();
  let isAttached = false;
  const stream = leavable({ clock: SYSTEM_CLOCK, draining: draining.signal }, async function* () {
    isAttached = true;
    yield 1;
  });
  await stream.return?.();
  assert.equal((await stream.next()).done, true);
  assert.equal(isAttached, false);
});

test('a bell that rings often before somebody waits wakes once', async () => {
  const draining = new AbortController();
  const stream = leavable(
    { clock: SYSTEM_CLOCK, draining: draining.signal },
    async function* (bell) {
      bell.ring();
      bell.ring();
      await bell.wait();
      yield 'rung';
      draining.abort();
      await bell.wait();
      yield bell.isDraining;
    },
  );
  assert.equal((await stream.next()).value, 'rung');
  assert.equal((await stream.next()).value, true);
  await stream.return?.();
});
