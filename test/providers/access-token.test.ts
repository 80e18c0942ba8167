import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import { AccessToken } from '../../src/providers/access-token.ts';
import type { IssuedToken } from '../../src/providers/access-token.ts';

const MINUTE_MS = 60_000;

/** An issuer that counts, and a clock that a test sets. */
function createIssuer(lifetimeMs: number) {
  const clock = { at: 0 };
  const issued: string[] = [];
  const token = new AccessToken<string>({
    issue: async () => {
      const grant = `token-${issued.length + 1}`;
      issued.push(grant);
      return { grant, lifetimeMs };
    },
    now: () => clock.at,
  });
  return { clock, issued, token };
}

test('a token is issued when it is first needed, and used while it lives', async () => {
  const { clock, issued, token } = createIssuer(20 * MINUTE_MS);
  assert.deepEqual(issued, []);
  assert.equal(await token.get(), 'token-1');
  clock.at = 19 * MINUTE_MS - 1;
  assert.equal(await token.get(), 'token-1');
});

test('a token is renewed a minute before it dies', async () => {
  const { clock, token } = createIssuer(20 * MINUTE_MS);
  await token.get();
  clock.at = 19 * MINUTE_MS;
  assert.equal(await token.get(), 'token-2');
});

test('a token with a short life is used for nine tenths of it', async () => {
  const { clock, token } = createIssuer(10_000);
  await token.get();
  clock.at = 8_999;
  assert.equal(await token.get(), 'token-1');
  clock.at = 9_000;
  assert.equal(await token.get(), 'token-2');
});

test('a token whose life nobody states is used until it is refused', async () => {
  const { clock, token } = createIssuer(Infinity);
  await token.get();
  clock.at = Number.MAX_SAFE_INTEGER;
  assert.equal(await token.get(), 'token-1');
  token.refuse('token-1');
  assert.equal(await token.get(), 'token-2');
});

test('a thousand who need a token at once make one request', async () => {
  const { issued, token } = createIssuer(20 * MINUTE_MS);
  const grants = await Promise.all(Array.from({ length: 1_000 }, () => token.get()));
  assert.deepEqual([...new Set(grants)], ['token-1']);
  assert.equal(issued.length, 1);
});

test('ten who are refused with one token cost one renewal', async () => {
  const { issued, token } = createIssuer(20 * MINUTE_MS);
  await token.get();
  const refusals = Array.from({ length: 10 }, async () => {
    token.refuse('token-1');
    return token.get();
  });
  assert.deepEqual([...new Set(await Promise.all(refusals))], ['token-2']);
  token.refuse('token-1');
  assert.equal(await token.get(), 'token-2');
  assert.equal(issued.length, 2);
});

test('a failed renewal fails those who wait, and the next one tries again', async () => {
  const answers: Promise<IssuedToken<string>>[] = [
    Promise.reject(new ProviderError('unavailable', 'answered 503')),
    Promise.resolve({ grant: 'good', lifetimeMs: MINUTE_MS }),
  ];
  const token = new AccessToken<string>({
    issue: () => answers.shift() ?? Promise.reject(new Error('asked too often')),
    now: () => 0,
  });
  const waiting = await Promise.allSettled([token.get(), token.get()]);
  assert.deepEqual(
    waiting.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await token.get(), 'good');
});
