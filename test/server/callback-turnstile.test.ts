import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Posting } from '../../src/server/callback-attempt.ts';
import { createPosts } from '../../src/server/callback-post.ts';
import { callbackAt, startRouter } from '../support/callback-router.ts';
import type { Answer } from '../support/callback-router.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/world.ts';

const CHECK = { action: 'check' } as const;
const RESULT = { action: 'next', payload: '{}' } as const;
const COMPLETE = { action: 'complete', errors: null } as const;
const never = new AbortController().signal;

const PLACE_FOR_MS = 1_000;

test('a thousand results at once go a hundred at a time, and hold up no other router', async (t) => {
  const router = await startRouter(t);
  const other = await startRouter(t);
  const release = Promise.withResolvers<Answer>();
  let underWay = 0;
  let most = 0;
  router.intercept(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    const answer = await release.promise;
    await turn();
    underWay -= 1;
    return answer;
  });
  other.intercept(() => ({ status: 200 }));
  const { post } = createPosts({ fetch, clock: new TestClock(), random: () => 0.5 });
  const postings = Array.from({ length: 1_000 }, () => post(callbackAt(router.url), RESULT, never));
  await until(() => router.posts.length === 100);
  assert.equal((await post(callbackAt(other.url), RESULT, never)).kind, 'taken');
  assert.equal(router.posts.length, 100);
  release.resolve({ status: 200 });
  const kinds = new Set((await Promise.all(postings)).map(({ kind }) => kind));
  assert.deepEqual([...kinds], ['taken']);
  assert.equal(router.posts.length, 1_000);
  assert.equal(most, 100);
});

/** Takes whatever is no result, and never says what becomes of results. */
const holdsResults = ({ action }: { readonly action: string }): Answer | Promise<Answer> =>
  action === 'next' ? new Promise<Answer>(() => {}) : { status: 204 };

test('checks and farewells do not wait for a hundred results that are not answered', async (t) => {
  const router = await startRouter(t);
  const ending = new AbortController();
  router.intercept(holdsResults);
  const clock = new TestClock();
  const { post, insist } = createPosts({ fetch, clock, random: () => 0.5 });
  const results = Array.from({ length: 150 }, () =>
    post(callbackAt(router.url), RESULT, ending.signal),
  );
  await until(() => router.posts.length === 100);
  for (let count = 0; count < 10; count += 1) {
    assert.equal((await post(callbackAt(router.url), CHECK, never)).kind, 'taken');
    assert.equal((await insist(callbackAt(router.url), COMPLETE, never)).kind, 'taken');
  }
  assert.equal(router.posts.filter(({ action }) => action === 'next').length, 100);
  ending.abort();
  assert.deepEqual(
    new Set((await Promise.all(results)).map(({ kind }) => kind)),
    new Set(['canceled']),
  );
  assert.equal(clock.waiting, 0);
});

test('hundreds of checks may be under way, and not any number of them', async (t) => {
  const router = await startRouter(t);
  const ending = new AbortController();
  router.intercept(() => new Promise<Answer>(() => {}));
  const clock = new TestClock();
  const { post } = createPosts({ fetch, clock, random: () => 0.5 });
  const checks = Array.from({ length: 1_001 }, () =>
    post(callbackAt(router.url), CHECK, ending.signal),
  );
  await until(() => router.posts.length === 1_000);
  clock.advance(PLACE_FOR_MS);
  await until(() => router.posts.length === 1_001);
  ending.abort();
  await Promise.all(checks);
});

test('a result that is not answered for a second makes room for others, and is still taken', async (t) => {
  const router = await startRouter(t);
  const release = Promise.withResolvers<Answer>();
  router.intercept(() => (router.posts.length <= 100 ? release.promise : { status: 200 }));
  const clock = new TestClock();
  const { post } = createPosts({ fetch, clock, random: () => 0.5 });
  const send = (): Promise<Posting> => post(callbackAt(router.url), RESULT, never);
  const slow = Array.from({ length: 100 }, send);
  await until(() => router.posts.length === 100);
  const others = Array.from({ length: 200 }, send);
  clock.advance(PLACE_FOR_MS - 1);
  assert.equal(clock.hasFired, false);
  clock.advance(1);
  assert.deepEqual(
    new Set((await Promise.all(others)).map(({ kind }) => kind)),
    new Set(['taken']),
  );
  release.resolve({ status: 200 });
  assert.deepEqual(new Set((await Promise.all(slow)).map(({ kind }) => kind)), new Set(['taken']));
  assert.equal(router.posts.length, 300);
  assert.equal(clock.waiting, 0);
});
