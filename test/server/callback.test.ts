import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { startRouter } from '../support/callback-router.ts';
import type { Answer } from '../support/callback-router.ts';
import { startLiveServer } from '../support/live-server.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) { end { reason } import { revision } }
}`;
const A = { id: 'catalog:a' };

/** What Apollo's page on the protocol shows. */
const ID = 'c4a9d1b8-dc57-44ab-9e5a-6e6189b2b945';
const BASE = { kind: 'subscription', id: ID, verifier: 'XXX' };

test('a router is asked to confirm, is answered, and is then posted each result and the end', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.finish('a');
  const checked = Promise.withResolvers<Answer | null>();
  router.intercept(({ action }) => (action === 'check' ? checked.promise : null));
  let isAnswered = false;
  const subscribing = router
    .subscribe({ url: server.url, query: ONE, variables: A, id: ID, verifier: 'XXX' })
    .finally(() => {
      isAnswered = true;
    });
  await until(() => router.posts.length === 1);
  assert.equal(isAnswered, false);
  assert.equal(server.streams(), 0);
  checked.resolve(null);
  const subscription = await subscribing;
  assert.equal(subscription.response.status, 200);
  assert.match(subscription.response.headers.get('content-type') ?? '', /^application\/json\b/);
  assert.equal(subscription.response.headers.get('cache-control'), 'no-store');
  assert.deepEqual(subscription.answer, { data: null });
  await until(() => subscription.complete() !== null);
  assert.deepEqual(
    router.posts.map(({ text }) => JSON.parse(text)),
    [
      { ...BASE, action: 'check' },
      {
        ...BASE,
        action: 'next',
        payload: { data: { importChanged: { end: null, import: { revision: 1 } } } },
      },
      {
        ...BASE,
        action: 'next',
        payload: { data: { importChanged: { end: { reason: 'SETTLED' }, import: null } } },
      },
      { ...BASE, action: 'complete' },
    ],
  );
  for (const { path, headers } of router.posts) {
    assert.equal(path, `POST /callback/${ID}`);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['subscription-protocol'], 'callback/1.0');
    assert.equal(headers.authorization, undefined);
  }
  assert.deepEqual(server.log, []);
});

for (const accept of [
  'application/json;callbackSpec=1.0',
  'application/json;callbackSpec=1.0; charset=utf-8',
  'application/json, application/graphql-response+json, application/json;callbackSpec=1.0',
  'application/json; callbackSpec="1.0"',
]) {
  test(`a subscription is posted when ${accept} is accepted`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls: [router.url] });
    await server.finish('a');
    const subscription = await router.subscribe({
      url: server.url,
      query: ONE,
      variables: A,
      accept,
    });
    await until(() => subscription.complete() !== null);
    assert.equal(subscription.results.length, 2);
  });
}

const VALID = {
  callbackUrl: 'http://127.0.0.1:9/callback/a',
  subscriptionId: 'a',
  verifier: 'XXX',
  heartbeatIntervalMs: 5_000,
};

for (const [key, extensions] of [
  ['extensions', null],
  ['extensions', []],
  ['extensions.subscription', {}],
  ['extensions.subscription', { subscription: 'a' }],
  ['callbackUrl', { subscription: { ...VALID, callbackUrl: undefined } }],
  ['callbackUrl', { subscription: { ...VALID, callbackUrl: 1 } }],
  ['callbackUrl', { subscription: { ...VALID, callbackUrl: `http://a/${'b'.repeat(3_000)}` } }],
  ['subscriptionId', { subscription: { ...VALID, subscriptionId: '' } }],
  ['subscriptionId', { subscription: { ...VALID, subscriptionId: 'a'.repeat(300) } }],
  ['verifier', { subscription: { ...VALID, verifier: null } }],
  ['verifier', { subscription: { ...VALID, verifier: 'a'.repeat(5_000) } }],
  ['heartbeatIntervalMs', { subscription: { ...VALID, heartbeatIntervalMs: undefined } }],
  ['heartbeatIntervalMs', { subscription: { ...VALID, heartbeatIntervalMs: '5000' } }],
  ['heartbeatIntervalMs', { subscription: { ...VALID, heartbeatIntervalMs: -1 } }],
  ['heartbeatIntervalMs', { subscription: { ...VALID, heartbeatIntervalMs: 99 } }],
  ['heartbeatIntervalMs', { subscription: { ...VALID, heartbeatIntervalMs: 100.5 } }],
] as const) {
  test(`what is wrong with ${key} is told: ${JSON.stringify(extensions)?.slice(0, 90)}`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls: ['http://127.0.0.1:9'] });
    const subscription = await router.subscribe({ url: server.url, query: ONE, extensions });
    assert.equal(subscription.response.status, 400);
    assert.equal(at(subscription.answer, 'errors.0.extensions.code'), 'BAD_REQUEST');
    const message = String(at(subscription.answer, 'errors.0.message'));
    assert.match(message, new RegExp(`^(extensions.subscription\\.)?${key}: must be`));
    assert.equal(router.posts.length, 0);
  });
}

for (const [name, callbackUrls] of [
  ['no address is allowed', []],
  ['only others are allowed', ['http://127.0.0.1:9/callback', 'http://localhost/callback']],
] as const) {
  test(`where ${name}, nothing is posted, and who can change that is told how`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls });
    await server.change('a');
    const subscription = await router.subscribe({ url: server.url, query: ONE, variables: A });
    assert.equal(subscription.response.status, 403);
    assert.equal(at(subscription.answer, 'errors.0.extensions.code'), 'CALLBACK_NOT_ALLOWED');
    assert.match(String(at(subscription.answer, 'errors.0.message')), /live\.callbackUrls/);
    assert.equal(router.posts.length, 0);
    assert.equal(server.streams(), 0);
  });
}

for (const [name, answer, told] of [
  ['does not know it', { status: 404 }, 'was answered 404'],
  ['did not send it', { status: 401 }, 'was answered 401'],
  ['is something else', { status: 200 }, 'was answered 200'],
  [
    'is somewhere else',
    { status: 307, headers: { location: 'http://127.0.0.1:9/' } },
    'was answered 307',
  ],
  ['is out of order', { status: 503 }, 'failed (answered 503)'],
] satisfies (readonly [string, Answer, string])[]) {
  test(`a subscription that is not confirmed because the router ${name} never begins`, async (t) => {
    const router = await startRouter(t);
    const server = await startLiveServer(t, { callbackUrls: [router.url], maxCallbacks: 1 });
    await server.change('a');
    router.intercept(() => answer);
    const asking = { url: server.url, query: ONE, variables: A };
    const subscription = await router.subscribe(asking);
    assert.equal(subscription.response.status, 400);
    assert.equal(at(subscription.answer, 'errors.0.extensions.code'), 'CALLBACK_FAILED');
    const message = String(at(subscription.answer, 'errors.0.message'));
    assert.ok(message.endsWith(told), message);
    assert.equal(server.streams(), 0);
    assert.deepEqual(new Set(router.posts.map(({ action }) => action)), new Set(['check']));

    // Its place is free again.
    router.intercept(() => null);
    const another = await router.subscribe(asking);
    assert.deepEqual(another.answer, { data: null });
  });
}

test('a subscription that cannot be is refused before anything is posted', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  for (const [variables, code] of [
    [{ id: 'nonsense' }, 'INVALID_IMPORT_ID'],
    [{ ...A, after: 'nonsense' }, 'INVALID_CURSOR'],
  ] as const) {
    const subscription = await router.subscribe({ url: server.url, query: ONE, variables });
    assert.equal(subscription.response.status, 400, code);
    assert.equal(at(subscription.answer, 'errors.0.extensions.code'), code);
  }
  assert.equal(router.posts.length, 0);
  assert.equal(server.streams(), 0);
});

test('as many subscriptions as may be are posted at once, and one more when one has ended', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url], maxCallbacks: 3 });
  await server.change('a');
  await server.change('b');
  const open = (id: string) =>
    router.subscribe({ url: server.url, query: ONE, variables: { id: `catalog:${id}` } });
  const kept = await Promise.all([open('a'), open('b'), open('b'), open('b'), open('b')]);
  const statuses = kept.map(({ response }) => response.status);
  assert.deepEqual(
    statuses.toSorted((one, other) => one - other),
    [200, 200, 200, 503, 503],
  );
  const refused = kept[statuses.indexOf(503)];
  assert.equal(at(refused?.answer, 'errors.0.extensions.code'), 'TOO_MANY_CALLBACKS');
  assert.match(String(at(refused?.answer, 'errors.0.message')), /at most 3 subscriptions/);
  await server.finish('a');
  await server.finish('b');
  const begun = kept.filter(({ response }) => response.ok);
  await until(() => begun.every(({ complete }) => complete() !== null));
  await until(async () => (await open('a')).response.ok);
});

test('whatever is no subscription is answered as ever, however it is asked for', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const answers = [
    ['query ($id: ID!) { import(id: $id) { revision } }', 200, null],
    ['{ nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription {', 400, 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { __typename } subscription B { importsChanged { position } }', 400, 'OPERATION'],
  ] as const;
  for (const [query, status, code] of answers) {
    const { response, answer } = await router.subscribe({ url: server.url, query, variables: A });
    assert.equal(response.status, status, query);
    if (code === null) assert.deepEqual(answer, { data: { import: { revision: 1 } } });
    else assert.match(String(at(answer, 'errors.0.extensions.code')), new RegExp(`^${code}`));
  }
  assert.equal(router.posts.length, 0);
});

test('only a request that accepts it has its results posted', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url] });
  await server.change('a');
  const accept = 'application/json';
  const asking = { url: server.url, query: ONE, variables: A, accept };
  const { response, answer } = await router.subscribe(asking);
  assert.equal(response.status, 400);
  assert.match(String(at(answer, 'errors.0.message')), /WebSocket/);
  const [, , inParts] = TRANSPORTS;
  assert.ok(inParts);
  const stream = inParts.follow(t, { url: server.url, query: ONE, variables: A });
  assert.equal(at((await next(stream)).data, 'importChanged.import.revision'), 1);
  assert.equal(router.posts.length, 0);
});

test('a router that goes away before it is answered is posted nothing', async (t) => {
  const router = await startRouter(t);
  const server = await startLiveServer(t, { callbackUrls: [router.url], maxCallbacks: 1 });
  await server.change('a');
  const checked = Promise.withResolvers<Answer>();
  router.intercept(() => checked.promise);
  const asking = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json;callbackSpec=1.0',
    },
  });
  asking.on('error', () => undefined);
  const subscription = { ...VALID, callbackUrl: `${router.url}/a` };
  asking.end(JSON.stringify({ query: ONE, variables: A, extensions: { subscription } }));
  await until(() => router.posts.length === 1);
  asking.destroy();
  // The check is called off, and its place is free again.
  await until(() => router.sockets() === 0);
  checked.resolve({ status: 204 });
  router.intercept(() => null);
  const another = await router.subscribe({ url: server.url, query: ONE, variables: A });
  await until(() => another.results.length === 1);
  assert.deepEqual(
    router.posts.map(({ action }) => action),
    ['check', 'check', 'next'],
  );
});
