import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { startRouter } from '../support/callback-router.ts';
import type { Asking, CallbackRouter } from '../support/callback-router.ts';
import { atEnd } from '../support/at-end.ts';
import { askAs, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { TestClock } from '../support/clock.ts';
import { createFolder } from '../support/ledgers.ts';
import { startLiveServer } from '../support/live-server.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask, at, startWorld, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!) {
  importChanged(id: $id) { position end { reason resumeAfter } import { revision } }
}`;
const MANY = 'subscription { importsChanged { position end { reason } } }';
const A = { id: 'catalog:a' };

const MINUTE_MS = 60_000;
const STEP_MS = 500;

interface Stage {
  readonly router: CallbackRouter;
  readonly clock: TestClock;
  /** A subscription to a load that runs for longer than its token is good for: a minute. */
  readonly asking: Asking;
  /** Gives what was posted at this time the time to come. */
  readonly settle: () => Promise<void>;
  /** Has time pass slowly enough for posts to be answered. */
  readonly pass: (ms: number) => Promise<void>;
}

async function stage(t: TestContext): Promise<Stage> {
  const router = await startRouter(t);
  const clock = new TestClock();
  const live = { callbackUrls: [router.url] };
  const world = await startWorld(t, { clock, service: { ...WITH_TOKENS, live } });
  // Before the router is gone: time stands still, and nobody would be tried again.
  atEnd(t, () => world.app.stop());
  const externalId = world.vendor('micro').start({ ...ORDINARY_LOAD, runsForMs: 90 * MINUTE_MS });
  const id = `micro:${externalId}`;
  const exp = (clock.now() + MINUTE_MS) / 1000;
  const token = await tokenFor({ exp, scope: 'imports:read' });
  const { url } = world.app;
  const settle = async (): Promise<void> => {
    await askAs(url, {
      token,
      query: 'query ($id: ID!) { import(id: $id) { id } }',
      variables: { id },
    });
  };
  await settle();
  return {
    router,
    clock,
    asking: { url, query: ONE, variables: { id }, token },
    settle,
    pass: async (ms) => {
      for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
        await clock.pass(Math.min(STEP_MS, leftMs));
        await settle();
      }
    },
  };
}

test('a heartbeat comes well before it is due, also while a result is under way', async (t) => {
  const { router, clock, asking, settle } = await stage(t);
  const subscription = await router.subscribe({ ...asking, heartbeatIntervalMs: 1_000 });
  await until(() => subscription.results.length === 1);
  const taken = Promise.withResolvers<null>();
  router.intercept(({ action }) => (action === 'next' ? taken.promise : null));
  for (let checks = 1; checks <= 5; checks += 1) {
    assert.equal(subscription.checks(), checks);
    await clock.pass(599);
    await settle();
    assert.equal(subscription.checks(), checks);
    await clock.pass(1);
    await until(() => subscription.checks() === checks + 1);
  }
  taken.resolve(null);
});

test('a router that wants no heartbeats is sent none', async (t) => {
  const { router, asking, pass } = await stage(t);
  const subscription = await router.subscribe({ ...asking, heartbeatIntervalMs: 0 });
  await until(() => subscription.results.length === 1);
  await pass(MINUTE_MS - 1);
  assert.equal(subscription.checks(), 1);
});

test('a subscription ends with AUTH_EXPIRED when the token that it was asked with does', async (t) => {
  const { router, clock, asking, pass } = await stage(t);
  const subscription = await router.subscribe({ ...asking, heartbeatIntervalMs: 10_000 });
  await until(() => subscription.results.length === 1);
  await pass(MINUTE_MS - 1);
  assert.equal(subscription.complete(), null);
  assert.equal(subscription.checks(), 10);
  await clock.pass(1);
  await until(() => subscription.complete() !== null);
  const last = at(subscription.results.at(-1), 'data.importChanged');
  assert.equal(at(last, 'end.reason'), 'AUTH_EXPIRED');
  assert.equal(at(last, 'import'), null);
  assert.match(String(at(last, 'end.resumeAfter')), /^p/);
  const { length } = router.posts;
  await pass(MINUTE_MS);
  assert.equal(router.posts.length, length);
});

test('a server that stops lets routers go one after another, and whoever comes meanwhile', async (t) => {
  const router = await startRouter(t);
  const limits = { callbackUrls: [router.url], drainForMs: 300 };
  const server = await startLiveServer(t, limits);
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs: 100 };
  const subscriptions = await Promise.all(
    Array.from({ length: 8 }, () => router.subscribe(asking)),
  );
  await until(() => subscriptions.every(({ results }) => results.length === 1));
  const stopped = server.stop();
  await until(() => subscriptions.some(({ complete }) => complete() !== null));
  const late = await router.subscribe(asking);
  await stopped;
  for (const { results, complete } of [...subscriptions, late]) {
    assert.equal(at(results.at(-1), 'data.importChanged.end.reason'), 'DRAINING');
    assert.equal(at(complete(), 'action'), 'complete');
    assert.equal(at(complete(), 'errors'), undefined);
  }
  for (const { results } of subscriptions) {
    assert.equal(results.length, 2);
    const [position, resumeAfter] = [
      at(results[0], 'data.importChanged.position'),
      at(results[1], 'data.importChanged.end.resumeAfter'),
    ];
    assert.equal(position, resumeAfter);
  }
  assert.equal(server.streams(), 0);
  assert.equal(server.listeners(), 0);
  await assert.rejects(fetch(server.url));
  assert.deepEqual(server.log, []);
});

test('a server stops although a router takes nothing, and says whom it could not tell', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const asking = { url: server.url, query: ONE, variables: A, heartbeatIntervalMs: 100 };
  const subscription = await router.subscribe(asking);
  await until(() => subscription.results.length === 1);
  router.intercept(() => new Promise(() => {}));
  // One waits for its check, one for a result to be taken, one is told to end.
  const unconfirmed = router.subscribe(asking);
  const { length } = router.posts;
  await server.change('a');
  await until(() => router.posts.length >= length + 2);
  await server.stop();
  assert.equal(at((await unconfirmed).answer, 'errors.0.extensions.code'), 'CALLBACK_FAILED');
  assert.equal(server.streams(), 0);
  await until(() => router.sockets() === 0);
  assert.equal(server.log.length, 1);
  assert.equal(at(JSON.parse(server.log[0] ?? ''), 'subscriptions'), 2);
});

test('a server that stops does not go on to tell a router that a subscription was let go', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const subscription = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => subscription.results.length === 1);
  router.intercept(({ action }) => (action === 'next' ? { status: 400 } : new Promise(() => {})));
  await server.change('a');
  await until(() => router.posts.at(-1)?.action === 'complete');
  await server.stop();
  await until(() => router.sockets() === 0);
  assert.equal(server.log.length, 1);
});

/** A vendor that nobody can reach, whose answers can be handed in. */
function configFor({ url }: CallbackRouter): string {
  return JSON.stringify({
    providers: [
      { id: 'crm', kind: 'micro', baseUrl: 'http://127.0.0.1:9', teamId: 't', apiKey: 'k' },
    ],
    store: { url: 'sqlite::memory:' },
    logLevel: 'trace',
    live: { drainFor: '100ms', callbackUrls: [url] },
  });
}

const RECORD = `mutation ($response: JSON!) {
  recordImport(input: { providerId: "crm", externalId: "a", response: $response }) {
    userErrors { message }
  }
}`;

for (const [name, isTaking] of [
  ['takes the end', true],
  ['takes nothing', false],
] as const) {
  test(`a service that is told to stop ends by itself when a router ${name}`, async (t) => {
    const router = await startRouter(t);
    const folder = await createFolder(t);
    await writeFile(join(folder, 'imports.config.yml'), configFor(router));
    const service = startService(t, folder);
    const url = await urlOf(service);
    const counts = { total: 10, processed: 1, succeeded: 1, failed: 0 };
    const response = { job_id: null, status: 'processing', ...counts };
    const { data } = await ask(url, RECORD, { response });
    assert.deepEqual(at(data, 'recordImport.userErrors'), []);
    const asking = { url, query: MANY, heartbeatIntervalMs: 100 };
    const subscription = await router.subscribe(asking);
    await until(() => subscription.results.length === 1 && subscription.checks() > 2);
    if (!isTaking) router.intercept(() => new Promise(() => {}));
    service.process.kill('SIGTERM');
    assert.deepEqual(await once(service.process, 'exit'), [0, null], service.errors());
    if (isTaking) {
      const { results } = subscription;
      assert.equal(at(results.at(-1), 'data.importsChanged.end.reason'), 'DRAINING');
      assert.notEqual(subscription.complete(), null);
    }
    const told = [...service.log, service.errors()].join('\n');
    assert.match(told, /listening/);
    assert.ok(!told.includes(subscription.verifier));
  });
}
