import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { createHostCheck } from '../../src/server/hosts.ts';
import { WITH_TOKENS } from '../support/callers.ts';
import { openSocket } from '../support/sockets.ts';
import { startWorld } from '../support/world.ts';

const isOtherHost = createHostCheck({
  services: { publicUrl: 'https://imports.acme.com/api' },
  isLocalOnly: true,
});

for (const host of [
  'localhost',
  'localhost:4000',
  'LOCALHOST:4000',
  'imports.localhost:4000',
  '127.0.0.1:4000',
  '127.1.2.3',
  '[::1]:4000',
  'imports.acme.com',
]) {
  test(`${host} is a name of this machine`, () => assert.equal(isOtherHost({ host }), false));
}

for (const host of [
  'evil.com',
  'evil.com:4000',
  'localhost.evil.com',
  '127.0.0.1.evil.com',
  'evil.com#localhost',
  '128.0.0.1',
  'imports.acme.com:81',
  '',
]) {
  test(`${host || 'an empty text'} is none`, () => assert.equal(isOtherHost({ host }), true));
}

/** What a browser would send once a page has had its own name lead here. */
async function askAs(url: string, host: string): Promise<{ status: number; body: string }> {
  const sent = request(`${url}/graphql`, {
    method: 'POST',
    headers: { host, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
  });
  sent.end('{"query":"{ importProviders { id } }"}');
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, body: await text(response) };
}

test('a page that has its own name lead to this machine is told nothing', async (t) => {
  const { app } = await startWorld(t);
  const { status, body } = await askAs(app.url, 'evil.com:4000');
  assert.equal(status, 421);
  assert.match(body, /MISDIRECTED.*|publicUrl/);
  assert.doesNotMatch(body, /collibra/);
  await assert.rejects(openSocket(t, app.url, { headers: { host: 'evil.com:4000' } }), /421/);
  assert.equal((await askAs(app.url, 'localhost:4000')).status, 200);
});

test('where callers show who they are, the service answers to any name', async (t) => {
  const { app } = await startWorld(t, { service: WITH_TOKENS });
  assert.equal((await askAs(app.url, 'imports.internal:4000')).status, 200);
});
