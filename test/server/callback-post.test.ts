import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/domain/clock.ts';
import type { Posting } from '../../src/server/callback-attempt.ts';
import { createPosts } from '../../src/server/callback-post.ts';
import { callbackAt, startRouter } from '../support/callback-router.ts';
import type { Answer } from '../support/callback-router.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/world.ts';

const BODY = '{"kind":"subscription","action":"check","id":"a","verifier":"XXX"}';
const CHECK = { action: 'check' } as const;
const RESULT = { action: 'next', payload: '{}' } as const;
const COMPLETE = { action: 'complete', errors: null } as const;
const never = new AbortController().signal;

const ANSWER_WITHIN_MS = 5_000;
const PLACE_FOR_MS = 1_000;

/** A clock on which pauses are over at once, and are told; deadlines never come. */
function createHastyClock(pauses: number[]): Clock {
  let now = 0;
  return {
    now: () => now,
    after: (ms, callback) => {
      if (ms === ANSWER_WITHIN_MS || ms === PLACE_FOR_MS) return () => undefined;
      pauses.push(ms);
      now += ms;
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    },
  };
}

for (const [random, expected] of [
  [0, [100, 100, 100, 100]],
  [0.5, [150, 250, 450, 550]],
  [0.9, [190, 370, 730, 910]],
] as const) {
  test(`what fails for a while is posted again until it is taken, at random ${random}`, async (t) => {
    const router = await startRouter(t);
    const pauses: number[] = [];
    const clock = createHastyClock(pauses);
    const { post } = createPosts({ fetch, clock, random: () => random });
    const statuses = [500, 502, 503, 599, 204];
    router.intercept(() => ({ status: statuses[router.posts.length - 1] ?? 404 }));
    const posting = await post(callbackAt(router.url), CHECK, never);
    assert.deepEqual(posting, { kind: 'taken', status: 204 });
    assert.deepEqual(
      router.posts.map(({ text }) => text),
      statuses.map(() => BODY),
    );
    assert.deepEqual(pauses, expected);
  });
}

for (const status of [408, 425, 429]) {
  test(`a router that answers ${status} is asked again`, async (t) => {
    const router = await startRouter(t);
    const clock = createHastyClock([]);
    const { post } = createPosts({ fetch, clock, random: () => 0.5 });
    router.intercept(() => ({ status: router.posts.length === 1 ? status : 200 }));
    const posting = await post(callbackAt(router.url), RESULT, never);
    assert.deepEqual(posting, { kind: 'taken', status: 200 });
    assert.equal(router.posts.length, 2);
  });
}

for (const [status, retryAfter, expected] of [
  [429, '2', 2_150],
  [503, '2', 2_150],
  [429, '5', 5_150],
  [429, '3600', 5_150],
  [429, '0', 150],
  [429, '-1', 150],
  [429, 'Fri, 31 Dec 1999 23:59:59 GMT', 150],
  [429, 'soon', 150],
] as const) {
  test(`a router that answers ${status} is left alone for as long as it asks: ${retryAfter}`, async (t) => {
    const router = await startRouter(t);
    const pauses: number[] = [];
    const clock = createHastyClock(pauses);
    const { post } = createPosts({ fetch, clock, random: () => 0.5 });
    const busy = { status, headers: { 'retry-after': retryAfter } };
    router.intercept(() => (router.posts.length === 1 ? busy : { status: 200 }));
    assert.equal((await post(callbackAt(router.url), RESULT, never)).kind, 'taken');
    assert.deepEqual(pauses, [expected]);
  });
}

test('what always fails is given up after five attempts', async (t) => {
  const router = await startRouter(t);
  const pauses: number[] = [];
  const { post } = createPosts({ fetch, clock: createHastyClock(pauses), random: () => 0.5 });
  router.intercept(() => ({ status: 503 }));
  const posting = await post(callbackAt(router.url), CHECK, never);
  assert.deepEqual(posting, { kind: 'failed', reason: 'answered 503', retryAfterMs: 0 });
  assert.equal(router.posts.length, 5);
  assert.equal(pauses.length, 4);
});

test('a router that cannot be reached is tried as often', async (t) => {
  const router = await startRouter(t);
  await router.stop();
  const pauses: number[] = [];
  const { post } = createPosts({ fetch, clock: createHastyClock(pauses), random: () => 0.5 });
  const posting = await post(callbackAt(router.url), CHECK, never);
  assert.deepEqual(posting, { kind: 'failed', reason: 'ECONNREFUSED', retryAfterMs: 0 });
  assert.equal(pauses.length, 4);
});

test('a router that does not answer in time is let go, and is asked again', async (t) => {
  const router = await startRouter(t);
  const clock = new TestClock();
  const { post } = createPosts({ fetch, clock, random: () => 0.5 });
  router.intercept(() => (router.posts.length < 5 ? new Promise<Answer>(() => {}) : null));
  const posting = post(callbackAt(`${router.url}/a`), CHECK, never);
  for (let attempt = 1; attempt < 5; attempt += 1) {
    await until(() => router.posts.length === attempt);
    clock.advance(ANSWER_WITHIN_MS - 1);
    assert.equal(clock.waiting, 1);
    clock.advance(1);
    // Its socket is gone before it is asked again.
    await until(() => clock.waiting === 1 && router.sockets() === 0);
    clock.advance(1_000);
  }
  assert.deepEqual(await posting, { kind: 'refused', status: 404 });
  assert.equal(clock.waiting, 0);
});

for (const [name, answer, expected] of [
  ['404', { status: 404 }, { kind: 'refused', status: 404 }],
  ['400', { status: 400 }, { kind: 'refused', status: 400 }],
  ['401', { status: 401, body: 'verifier does not match' }, { kind: 'refused', status: 401 }],
  ['409', { status: 409, headers: { 'retry-after': '1' } }, { kind: 'refused', status: 409 }],
  ['200', { status: 200, body: 'x'.repeat(10_000) }, { kind: 'taken', status: 200 }],
  ['202', { status: 202 }, { kind: 'taken', status: 202 }],
] satisfies (readonly [string, Answer, Posting])[]) {
  test(`a router that answers ${name} is asked no second time`, async (t) => {
    const router = await startRouter(t);
    router.intercept(() => answer);
    const { post } = createPosts({ fetch, clock: createHastyClock([]), random: () => 0.5 });
    assert.deepEqual(await post(callbackAt(router.url), CHECK, never), expected);
    assert.equal(router.posts.length, 1);
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a router that answers ${status} sends us nowhere`, async (t) => {
    const router = await startRouter(t);
    const elsewhere = await startRouter(t);
    router.intercept(() => ({ status, headers: { location: `${elsewhere.url}/a` } }));
    const { post } = createPosts({ fetch, clock: createHastyClock([]), random: () => 0.5 });
    const posting = await post(callbackAt(router.url), CHECK, never);
    assert.deepEqual(posting, { kind: 'refused', status });
    assert.equal(router.posts.length, 1);
    assert.equal(elsewhere.posts.length, 0);
  });
}

test('connections serve one message after another, whatever the answers say', async (t) => {
  const router = await startRouter(t);
  router.intercept(() => ({ status: 200, body: 'x'.repeat(1_000) }));
  const { post } = createPosts({ fetch, clock: createHastyClock([]), random: () => 0.5 });
  for (let count = 0; count < 50; count += 1) await post(callbackAt(router.url), CHECK, never);
  assert.equal(router.posts.length, 50);
  assert.ok(router.opened() < 5, `${router.opened()} were opened`);
});

async function* talkForEver(): AsyncGenerator<string> {
  for (;;) {
    await turn();
    yield 'x'.repeat(10_000);
  }
}

test('an answer that goes on and on is read no further', async (t) => {
  const router = await startRouter(t);
  router.intercept(() => ({ status: 200, body: talkForEver() }));
  const { post } = createPosts({ fetch, clock: createHastyClock([]), random: () => 0.5 });
  const posting = await post(callbackAt(router.url), CHECK, never);
  assert.deepEqual(posting, { kind: 'taken', status: 200 });
  await until(() => router.sockets() === 0);
});

test('a message that nobody waits for any more is called off, on the way and in a pause', async (t) => {
  const router = await startRouter(t);
  const clock = new TestClock();
  const { post } = createPosts({ fetch, clock, random: () => 0.5 });
  router.intercept(() => new Promise<Answer>(() => {}));
  const onTheWay = new AbortController();
  const first = post(callbackAt(router.url), CHECK, onTheWay.signal);
  await until(() => router.posts.length === 1);
  onTheWay.abort();
  assert.deepEqual(await first, { kind: 'canceled' });
  await until(() => router.sockets() === 0);

  router.intercept(() => ({ status: 500 }));
  const inAPause = new AbortController();
  const second = post(callbackAt(router.url), CHECK, inAPause.signal);
  await until(() => router.posts.length === 2 && clock.waiting === 1);
  clock.advance(100);
  assert.equal(clock.hasFired, false);
  inAPause.abort();
  assert.deepEqual(await second, { kind: 'canceled' });
  assert.equal(router.posts.length, 2);
  assert.equal(clock.waiting, 0);
});

test('what is insisted on is tried for a minute, with pauses that grow', async (t) => {
  const router = await startRouter(t);
  router.intercept(() => ({ status: 503 }));
  const pauses: number[] = [];
  const { insist } = createPosts({ fetch, clock: createHastyClock(pauses), random: () => 0.5 });
  const posting = await insist(callbackAt(router.url), COMPLETE, never);
  assert.deepEqual(posting, { kind: 'failed', reason: 'answered 503', retryAfterMs: 0 });
  const [first, second, third, ...rest] = pauses;
  assert.deepEqual([first, second, third], [1_500, 2_500, 4_500]);
  assert.deepEqual(
    rest,
    Array.from({ length: 9 }, () => 5_500),
  );
  assert.equal(router.posts.length, pauses.length + 1);
});
