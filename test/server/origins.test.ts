import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { openSocket } from '../support/sockets.ts';
import { startWorld } from '../support/world.ts';

const OURS = 'https://app.acme.com';
const THEIRS = 'https://evil.com';
const QUERY = JSON.stringify({ query: '{ importProviders { id } }' });
const STREAM = '/graphql/stream?query={__typename}';

async function start(t: TestContext, origins: readonly string[]): Promise<string> {
  return (await startWorld(t, { service: { cors: { origins } } })).app.url;
}

function preflight(url: string, origin: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
}

test('pages of other origins may not ask unless they are let in', async (t) => {
  const url = await start(t, []);
  const asked = await preflight(url, OURS);
  assert.equal(asked.headers.get('access-control-allow-origin'), null);
  await asked.body?.cancel();
  const stream = await fetch(url + STREAM, { headers: { origin: OURS } });
  assert.equal(stream.status, 403);
  await stream.body?.cancel();
  await assert.rejects(openSocket(t, url, { origin: OURS }), /403/);
});

test('pages of an origin that is let in may ask, follow and open sockets, and no others', async (t) => {
  const url = await start(t, [OURS]);
  const asked = await preflight(url, OURS);
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get('access-control-allow-origin'), OURS);
  assert.match(asked.headers.get('access-control-allow-headers') ?? '', /authorization/);
  const other = await preflight(url, THEIRS);
  assert.equal(other.headers.get('access-control-allow-origin'), null);
  const headers = { origin: OURS, 'sec-fetch-site': 'cross-site' };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: QUERY,
  });
  assert.equal(answer.headers.get('access-control-allow-origin'), OURS);
  assert.match(await answer.text(), /collibra/);
  const stream = await fetch(url + STREAM, { headers });
  assert.equal(stream.headers.get('access-control-allow-origin'), OURS);
  assert.match(await stream.text(), /event: next/);
  assert.ok(await openSocket(t, url, { origin: OURS }));
  await assert.rejects(openSocket(t, url, { origin: THEIRS }), /403/);
});

for (const path of ['/health/live', STREAM, '/imports/a:b/rows.csv', '/']) {
  test(`what a browser must not do is said with ${path}`, async (t) => {
    const url = await start(t, []);
    const { headers, body } = await fetch(url + path);
    await body?.cancel();
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.match(
      headers.get('content-security-policy') ?? '',
      path === '/' ? /default-src 'self'/ : /default-src 'none'/,
    );
    assert.equal(headers.get('x-powered-by'), null);
  });
}
