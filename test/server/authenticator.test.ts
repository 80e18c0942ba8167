import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Caller } from '../../src/graphql/caller.ts';
import { createAuthenticator } from '../../src/server/authenticator.ts';
import type { Authenticator, Denial, JwtSettings } from '../../src/server/authenticator.ts';
import { TestClock } from '../support/clock.ts';
import { AUDIENCE, inAnHour, ISSUER, startIssuer } from '../support/issuer.ts';
import type { Issuer } from '../support/issuer.ts';

const SECRET = 'a shared secret of 32 characters';

interface Setup {
  readonly clock?: Clock;
  readonly keys?: JwtSettings['keys'];
  readonly routerSecret?: string | null;
  readonly onLog?: (line: string) => void;
}

function authenticatorOf({
  keys,
  routerSecret = null,
  clock = SYSTEM_CLOCK,
  onLog = () => undefined,
}: Setup): Authenticator {
  return createAuthenticator({
    settings: {
      kind: 'jwt',
      keys: keys ?? { kind: 'secret', secret: SECRET },
      issuer: ISSUER,
      audience: AUDIENCE,
      providersClaim: 'import_providers',
      clockToleranceMs: 0,
      routerSecret,
    },
    clock,
    fetch,
    logger: pino({ level: 'info' }, { write: onLog }),
  });
}

async function startBoth(
  t: TestContext,
  cooldownMs = 0,
  clock: Clock = SYSTEM_CLOCK,
): Promise<{ readonly issuer: Issuer; readonly authenticator: Authenticator }> {
  const issuer = await startIssuer(t);
  const keys = { kind: 'jwks', url: issuer.jwksUrl, cooldownMs } as const;
  return { issuer, authenticator: authenticatorOf({ keys, clock }) };
}

async function admitted(authenticator: Authenticator, token: string): Promise<Caller> {
  const admission = await authenticator.authenticate({ authorization: `Bearer ${token}` });
  assert.ok(admission.kind === 'admitted', JSON.stringify(admission));
  return admission.caller;
}

async function denied(authenticator: Authenticator, authorization: string): Promise<Denial> {
  const admission = await authenticator.authenticate({ authorization });
  assert.ok(admission.kind === 'denied', JSON.stringify(admission));
  const [, token = ''] = authorization.split(' ');
  if (token !== '') assert.ok(!JSON.stringify(admission).includes(token), 'the token is quoted');
  return admission;
}

function shared(claims: object): Promise<string> {
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}

test('a token that an issuer signed says who asks, what they may, and until when', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  const exp = inAnHour();
  const token = await issuer.sign({
    exp,
    sub: 'ann',
    scope: 'openid imports:read imports:rows',
    import_providers: ['crm', 'email'],
  });
  assert.deepEqual(await admitted(authenticator, token), {
    isAuthenticated: true,
    scopes: new Set(['imports:read', 'imports:rows']),
    providerIds: new Set(['crm', 'email']),
    expiresAt: exp * 1000,
    subject: 'ann',
  });
});

test('without the claim for providers a caller may know of all, with an empty one of none', async () => {
  const authenticator = authenticatorOf({});
  assert.equal((await admitted(authenticator, await shared({}))).providerIds, null);
  const none = await admitted(authenticator, await shared({ import_providers: [] }));
  assert.deepEqual(none.providerIds, new Set());
});

for (const claims of [
  { scope: ['imports:read', 'imports:write'] },
  { scp: 'imports:read imports:write' },
  { scp: ['imports:read'], scope: 'imports:write' },
]) {
  test(`scopes are read from ${JSON.stringify(claims)}`, async () => {
    const caller = await admitted(authenticatorOf({}), await shared(claims));
    assert.deepEqual(caller.scopes, new Set(['imports:read', 'imports:write']));
  });
}

test('who shows no token is somebody who may nothing and knows of no provider', async () => {
  const admission = await authenticatorOf({}).authenticate({});
  assert.ok(admission.kind === 'admitted');
  assert.equal(admission.caller.isAuthenticated, false);
  assert.equal(admission.caller.scopes.size, 0);
  assert.deepEqual(admission.caller.providerIds, new Set());
});

const REFUSED: Readonly<Record<string, readonly [() => Promise<string> | string, RegExp]>> = {
  'one that has expired': [() => shared({ exp: 1_000 }), /expired/],
  'one that never expires': [() => shared({ exp: undefined }), /claim exp/],
  'one that is not good yet': [() => shared({ nbf: inAnHour() }), /claim nbf/],
  'one of another issuer': [() => shared({ iss: 'https://evil.com/' }), /claim iss/],
  'one for somebody else': [() => shared({ aud: 'payroll' }), /claim aud/],
  'one whose list of providers is no list': [
    () => shared({ import_providers: 'crm' }),
    /claims cannot be read/,
  ],
  'one whose scopes are no words': [() => shared({ scope: 7 }), /claims cannot be read \(scope\)/],
  'one without a signature': [
    () => new UnsecuredJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour() }).encode(),
    /signed in a way|no valid token/,
  ],
  'one that somebody changed': [
    async () => `${(await shared({})).slice(0, -4)}AAAA`,
    /no valid token/,
  ],
  'a text that is no token': [() => 'x.y.z', /no valid token/],
};

for (const [name, [make, message]] of Object.entries(REFUSED)) {
  test(`a token is refused and not quoted: ${name}`, async () => {
    const denial = await denied(authenticatorOf({}), `Bearer ${await make()}`);
    assert.equal(denial.statusCode, 401);
    assert.equal(denial.code, name.endsWith('has expired') ? 'EXPIRED_TOKEN' : 'INVALID_TOKEN');
    assert.match(denial.message, message);
    assert.match(denial.headers['www-authenticate'] ?? '', /^Bearer error="invalid_token"/);
  });
}

test('credentials of another kind are refused, not ignored', async () => {
  const denial = await denied(authenticatorOf({}), 'Basic YW5uOnNlY3JldA==');
  assert.equal(denial.statusCode, 401);
  assert.match(denial.message, /must be Bearer <token>/);
});

test('a public key never passes for a shared secret', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  const jwks = await (await fetch(issuer.jwksUrl)).text();
  const forged = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour() })
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(new TextEncoder().encode(jwks));
  assert.equal((await denied(authenticator, `Bearer ${forged}`)).statusCode, 401);
});

test('keys are fetched once, and again when a token is signed with a new one', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  await admitted(authenticator, await issuer.sign());
  const old = await issuer.sign({ sub: 'old' });
  await admitted(authenticator, old);
  assert.equal(issuer.requests(), 1);
  await issuer.rotate();
  assert.equal((await admitted(authenticator, await issuer.sign({ sub: 'new' }))).subject, 'new');
  assert.equal(issuer.requests(), 2);
  // What was signed before is good as long as its key is published.
  assert.equal((await admitted(authenticator, old)).subject, 'old');
});

test('tokens with made-up keys do not have the issuer asked again and again', async (t) => {
  const { issuer, authenticator } = await startBoth(t, 60_000);
  await admitted(authenticator, await issuer.sign());
  for (let count = 0; count < 5; count += 1) {
    const denial = await denied(
      authenticator,
      `Bearer ${await issuer.sign({}, { kid: `k${count}` })}`,
    );
    assert.match(denial.message, /a key that its issuer does not publish/);
  }
  assert.equal(issuer.requests(), 1);
});

test('while the keys cannot be had nothing is said about a token', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  issuer.answerWith(500);
  const token = await issuer.sign();
  const denial = await denied(authenticator, `Bearer ${token}`);
  assert.equal(denial.statusCode, 503);
  assert.equal(denial.code, 'AUTH_UNAVAILABLE');
  issuer.answerWith(200);
  await admitted(authenticator, token);
});

test('who does not come through the router is sent away, whatever token they have', () => {
  const authenticator = authenticatorOf({ routerSecret: 'what only the router knows, 32 long' });
  assert.equal(authenticator.checkRouter(undefined)?.statusCode, 403);
  assert.equal(authenticator.checkRouter('something else')?.statusCode, 403);
  assert.equal(authenticator.checkRouter('what only the router knows, 32 long'), null);
});

test('an issuer that fails is not asked again and again', async (t) => {
  const issuer = await startIssuer(t);
  const log: string[] = [];
  const authenticator = authenticatorOf({
    keys: { kind: 'jwks', url: issuer.jwksUrl, cooldownMs: 60_000 },
    onLog: (line) => void log.push(line),
  });
  issuer.answerWith(500);
  const token = await issuer.sign();
  for (let count = 0; count < 20; count += 1) {
    assert.equal((await denied(authenticator, `Bearer ${token}`)).code, 'AUTH_UNAVAILABLE');
  }
  assert.equal(issuer.requests(), 1);
  // Whoever runs the service is told once.
  assert.equal(log.length, 1);
  assert.match(log[0] ?? '', /the issuer answered 500/);
});

test('keys that are known are good while the issuer fails, for a day', async (t) => {
  const clock = new TestClock();
  const { issuer, authenticator } = await startBoth(t, 1_000, clock);
  const token = await issuer.sign();
  await admitted(authenticator, token);
  issuer.answerWith(500);
  clock.advance(3_600_000);
  await admitted(authenticator, token);
  assert.equal(issuer.requests(), 2);
  clock.advance(24 * 3_600_000);
  assert.equal((await denied(authenticator, `Bearer ${token}`)).code, 'AUTH_UNAVAILABLE');
  issuer.answerWith(200);
  clock.advance(1_000);
  await admitted(authenticator, token);
});

test('a key that is published no longer is good no longer', async (t) => {
  const clock = new TestClock();
  const { issuer, authenticator } = await startBoth(t, 1_000, clock);
  const token = await issuer.sign();
  await admitted(authenticator, token);
  issuer.withdraw();
  clock.advance(600_001);
  assert.match((await denied(authenticator, `Bearer ${token}`)).message, /does not publish/);
});

test('a token that does not name its key may be signed with any that is published', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  const first = await issuer.sign({ sub: 'first' }, { kid: undefined });
  await issuer.rotate();
  const second = await issuer.sign({ sub: 'second' }, { kid: undefined });
  assert.equal((await admitted(authenticator, first)).subject, 'first');
  assert.equal((await admitted(authenticator, second)).subject, 'second');
  const forged = `${second.slice(0, -6)}AAAAAA`;
  assert.equal((await denied(authenticator, `Bearer ${forged}`)).statusCode, 401);
});

test('a token whose published key nobody should use is refused', async (t) => {
  const { issuer, authenticator } = await startBoth(t);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  issuer.publish({ ...publicKey.export({ format: 'jwk' }), kid: 'short', alg: 'RS256' });
  const head = { alg: 'RS256', kid: 'short' };
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: inAnHour() };
  const signed = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
  const denial = await denied(authenticator, `Bearer ${signed}.${signature}`);
  assert.equal(denial.statusCode, 401);
  assert.match(denial.message, /its key cannot be used/);
});
