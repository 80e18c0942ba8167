import assert from 'node:assert/strict';
import test from 'node:test';
import { startRouter } from '../support/callback-router.ts';
import type { Post, RouterSubscription } from '../support/callback-router.ts';
import { startLiveServer } from '../support/live-server.ts';
import { at, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) {
    position skippedRevisions end { reason resumeAfter } import { revision job { message } }
  }
}`;
const MANY = 'subscription { importsChanged { position import { revision } } }';
const A = { id: 'catalog:a' };

/** The revisions that were posted, in order. */
function revisionsOf({ results }: RouterSubscription): readonly unknown[] {
  return results
    .map((result) => at(result, 'data.importChanged.import.revision'))
    .filter((revision) => revision !== undefined);
}

function endOf({ results }: RouterSubscription): unknown {
  return at(results.at(-1), 'data.importChanged.end.reason');
}

test('every change is posted once, in order, and then the end', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A };
  const subscriptions = await Promise.all(
    Array.from({ length: 5 }, () => router.subscribe(asking)),
  );
  const haveAll = (count: number): boolean =>
    subscriptions.every(({ results }) => results.length === count);
  await until(() => haveAll(1));
  assert.equal(server.streams(), 1);
  for (let step = 2; step <= 20; step += 1) {
    await server.change('a');
    await until(() => haveAll(step));
  }
  await server.finish('a');
  await until(() => subscriptions.every(({ complete }) => complete() !== null));
  const expected = Array.from({ length: 21 }, (_, index) => index + 1);
  for (const subscription of subscriptions) {
    assert.deepEqual(revisionsOf(subscription), expected);
    assert.equal(subscription.results.length, 22);
    assert.equal(endOf(subscription), 'SETTLED');
    assert.equal(at(subscription.complete(), 'errors'), undefined);
  }
  assert.equal(server.streams(), 0);
  assert.deepEqual(server.log, []);
});

test('a router that is slow is posted the newest next, one at a time, and the finish', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A };
  const slow = await router.subscribe(asking);
  const quick = await router.subscribe(asking);
  await until(() => slow.results.length === 1 && quick.results.length === 1);
  const taken = Promise.withResolvers<null>();
  const isSlow = (path: string): boolean => path.endsWith(slow.id);
  router.intercept(({ path }) => (isSlow(path) ? taken.promise : null));
  for (let step = 2; step <= 100; step += 1) {
    await server.change('a', 'x'.repeat(8_000));
    await until(() => quick.results.length === step);
  }
  const posts = router.posts.filter(({ path }) => isSlow(path));
  assert.deepEqual(
    posts.map(({ action }) => action),
    ['check', 'next', 'next'],
  );
  taken.resolve(null);
  await until(() => slow.results.length === 3);
  await server.finish('a');
  await until(() => slow.complete() !== null);
  assert.deepEqual(revisionsOf(slow), [1, 2, 100, 101]);
  const skipped = slow.results.map((result) => at(result, 'data.importChanged.skippedRevisions'));
  assert.deepEqual(skipped, [0, 0, 97, 0, 0]);
  assert.equal(endOf(slow), 'SETTLED');
});

test('a router that takes nothing for too long is told that it lags', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url], laggedAfterMs: 50 });
  await server.change('a');
  const slow = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => slow.results.length === 1);
  const taken = Promise.withResolvers<null>();
  router.intercept(() => (router.posts.length === 3 ? taken.promise : null));
  await server.change('a');
  await until(() => router.posts.length === 3);
  await server.change('a');
  await until(() => server.streams() === 0);
  // It is told only when it has taken what is under way, however long others have been served.
  const another = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => another.results.length === 1);
  const own = router.posts.filter(({ path }) => path.endsWith(slow.id));
  assert.equal(own.length, 3);
  taken.resolve(null);
  await until(() => slow.complete() !== null);
  assert.deepEqual(revisionsOf(slow), [1, 2]);
  assert.equal(slow.results.length, 3);
  assert.equal(endOf(slow), 'LAGGED');
  const [, second, last] = slow.results;
  const resumeAfter = at(last, 'data.importChanged.end.resumeAfter');
  assert.equal(resumeAfter, at(second, 'data.importChanged.position'));
  const again = { url: server.url, query: ONE, variables: { ...A, after: resumeAfter } };
  const resumed = await router.subscribe(again);
  await until(() => resumed.results.length === 1);
  assert.deepEqual(revisionsOf(resumed), [3]);
});

for (const [status, farewell] of [
  [404, []],
  [400, ['complete']],
  [401, ['complete']],
] as const) {
  test(`a router that answers ${status} to a result has ended its subscription`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls: [router.url] });
    await server.change('a');
    const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs: 100 };
    const subscription = await router.subscribe(asking);
    await until(() => subscription.results.length === 1);
    const isOwn = ({ path }: Post): boolean => path.endsWith(subscription.id);
    router.intercept((post) => (isOwn(post) && post.action === 'next' ? { status } : null));
    await server.change('a');
    await until(() => server.streams() === 0);
    await server.change('a');
    const another = await router.subscribe({ ...asking, query: MANY });
    await until(() => another.checks() > 2);
    // Unless it has let go of it, it hears that it is over.
    const own = router.posts.filter(isOwn).map(({ action }) => action);
    assert.deepEqual(own.slice(own.lastIndexOf('next') + 1), farewell);
    const code = status === 404 ? undefined : 'CALLBACK_FAILED';
    assert.equal(at(subscription.complete(), 'errors.0.extensions.code'), code);
    // That it has ended is nothing to worry about; anything else is.
    assert.equal(server.log.length, status === 404 ? 0 : 1);
    assertSilent(server.log, subscription);
  });
}

for (const heartbeatIntervalMs of [0, 100]) {
  test(`a router that comes back hears that it was let go, with heartbeats of ${heartbeatIntervalMs} ms`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls: [router.url] });
    await server.change('a');
    const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs };
    const subscription = await router.subscribe(asking);
    await until(() => subscription.results.length === 1);
    router.intercept(() => ({ status: 502 }));
    await server.change('a');
    await until(() => server.streams() === 0);
    router.intercept(() => null);
    await until(() => subscription.complete() !== null);
    const complete = subscription.complete();
    assert.equal(at(complete, 'errors.0.extensions.code'), 'CALLBACK_FAILED');
    assert.match(String(at(complete, 'errors.0.message')), /subscribe again/);
    assert.equal(server.log.length, 1);
    assertSilent([...server.log, JSON.stringify(at(complete, 'errors'))], subscription);

    const [first] = subscription.results;
    const after = at(first, 'data.importChanged.position');
    const resumed = await router.subscribe({ ...asking, variables: { ...A, after } });
    await until(() => resumed.results.length === 1);
    assert.deepEqual(revisionsOf(resumed), [2]);
  });
}

test('a router that fails for a moment is posted what it missed, once', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const subscription = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => subscription.results.length === 1);
  let failures = 0;
  router.intercept(() => {
    failures += 1;
    return failures <= 2 ? { status: 503 } : null;
  });
  await server.change('a');
  await until(() => subscription.results.length === 2);
  await server.finish('a');
  await until(() => subscription.complete() !== null);
  assert.deepEqual(revisionsOf(subscription), [1, 2, 3]);
  assert.equal(subscription.results.length, 4);
  assert.deepEqual(server.log, []);
});

test('a router that is gone is let go after a few attempts', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const subscription = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => subscription.results.length === 1);
  await router.stop();
  await server.change('a');
  await until(() => server.streams() === 0);
  assert.equal(server.log.length, 1);
  const line = JSON.parse(server.log[0] ?? '');
  assert.equal(line.level, 40);
  assert.equal(line.subscription, subscription.id);
  assert.equal(line.reason, 'ECONNREFUSED');
  assertSilent(server.log, subscription);
});

test('a router that is gone while nothing happens is found by its heartbeats', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs: 100 };
  const subscription = await router.subscribe(asking);
  await until(() => subscription.checks() >= 3 && subscription.results.length === 1);
  await router.stop();
  await until(() => server.streams() === 0);
  assert.equal(server.log.length, 1);
  assertSilent(server.log, subscription);
});

test('a router that ended its subscription says so when it is sent a heartbeat', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs: 100 };
  const subscription = await router.subscribe(asking);
  await until(() => subscription.results.length === 1);
  subscription.end();
  await until(() => server.streams() === 0);
  assert.equal(router.posts.at(-1)?.action, 'check');
  assert.deepEqual(server.log, []);
});

test('a router that subscribes again under the same id is posted each change once', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url], maxCallbacks: 2 });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A, id: 'the hash', verifier: 'XXX' };
  const first = await router.subscribe({ ...asking, id: 'hash' });
  await until(() => first.results.length === 1);
  first.end();
  for (let count = 0; count < 5; count += 1) {
    const again = await router.subscribe({ ...asking, id: 'hash' });
    await until(() => again.results.length === 1);
    await server.change('a');
    await until(() => again.results.length === 2);
    if (count < 4) again.end();
    else {
      await server.finish('a');
      await until(() => again.complete() !== null);
      assert.deepEqual(revisionsOf(again), [5, 6, 7]);
      assert.equal(again.results.length, 4);
    }
  }
  assert.equal(first.results.length, 1);
  assert.equal(server.streams(), 0);
  assert.deepEqual(server.log, []);
});

test('a router is told that something failed inside, and not what', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const subscription = await router.subscribe({ url: server.url, query: MANY });
  await until(() => subscription.results.length === 1);
  server.failReads(new Error('the disk is gone'));
  await server.change('a');
  await until(() => subscription.complete() !== null);
  const errors = at(subscription.complete(), 'errors');
  assert.equal(at(errors, 'length'), 1);
  assert.equal(at(errors, '0.extensions.code'), 'INTERNAL_SERVER_ERROR');
  const reference = String(at(errors, '0.extensions.reference'));
  const message = `something failed inside; the log has it under ${reference}`;
  assert.equal(at(errors, '0.message'), message);
  assert.equal(subscription.results.length, 1);
  assert.equal(server.streams(), 0);
  assert.equal(server.log.length, 1);
  assertSilent(server.log, subscription);
});

/** A verifier is between the router and us. */
function assertSilent(log: readonly string[], { verifier }: RouterSubscription): void {
  assert.ok(!log.join('\n').includes(verifier));
}
