import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KEY, parse, problemsOf } from './support/config.ts';
import type { Keys } from './support/config.ts';

describe('who may ask', () => {
  const jwt = { jwksUrl: 'https://login.acme.com/jwks.json', issuer: 'i', audience: 'a' };

  test('is everybody on this machine unless tokens are configured', () => {
    assert.deepEqual(parse().auth, {
      kind: 'none',
      scopes: ['imports:read', 'imports:write', 'imports:rows'],
      routerSecret: null,
    });
  });

  test('is whoever has a token of an issuer, whose keys are published or shared', () => {
    assert.deepEqual(parse({ service: { auth: { jwt } } }).auth, {
      kind: 'jwt',
      keys: { kind: 'jwks', url: jwt.jwksUrl, cooldownMs: 30_000 },
      issuer: 'i',
      audience: 'a',
      providersClaim: 'import_providers',
      clockToleranceMs: 5_000,
      routerSecret: null,
    });
    const auth = {
      mode: 'jwt',
      jwt: { secret: KEY, issuer: 'i', audience: 'a' },
      routerSecret: KEY,
    };
    const parsed = parse({ service: { auth } }).auth;
    assert.ok(parsed.kind === 'jwt');
    assert.deepEqual(parsed.keys, { kind: 'secret', secret: KEY });
    assert.equal(parsed.routerSecret, KEY);
  });

  test('with tokens the service may listen anywhere, without them only on this machine', () => {
    assert.equal(parse({ service: { auth: { jwt }, host: '0.0.0.0' } }).host, '0.0.0.0');
    const [problem] = problemsOf({ service: { host: '0.0.0.0' } });
    assert.match(problem ?? '', /^host: anybody who reaches 0\.0\.0\.0 .* configure auth\.jwt/);
  });

  const WRONG: Readonly<Record<string, readonly [Keys, string]>> = {
    'both kinds of keys': [
      { jwt: { ...jwt, secret: KEY } },
      'auth.jwt: must have either jwksUrl or secret, such as jwksUrl: https://login.acme.com/jwks.json',
    ],
    'no keys': [
      { jwt: { issuer: 'i', audience: 'a' } },
      'auth.jwt: must have either jwksUrl or secret, such as jwksUrl: https://login.acme.com/jwks.json',
    ],
    'no issuer': [
      { jwt: { jwksUrl: jwt.jwksUrl, audience: 'a' } },
      'auth.jwt.issuer: must be the issuer (iss) of tokens',
    ],
    'a secret that could be guessed': [
      { jwt: { secret: 'short', issuer: 'i', audience: 'a' } },
      'auth.jwt.secret: must have at least 32 characters',
    ],
    'tokens that are asked for and not configured': [
      { mode: 'jwt' },
      'auth.mode: must be jwt where auth.jwt is configured, and only there',
    ],
    'scopes beside tokens, which say their own': [
      { jwt, scopes: ['imports:read'] },
      'auth.scopes: has no meaning with auth.jwt, whose tokens say what their callers may; leave it out',
    ],
    'letting everybody in beside tokens': [
      { jwt, allowRemote: true },
      'auth.allowRemote: has no meaning with auth.jwt, with which the service may listen anywhere; leave it out',
    ],
    'keys that anybody on the way could change': [
      { jwt: { ...jwt, jwksUrl: 'http://login.acme.com/jwks.json' } },
      'auth.jwt.jwksUrl: must be https, unless it is on this machine',
    ],
    'another mode': [{ mode: 'basic' }, 'auth.mode: must be none or jwt'],
    'an address that is none': [
      { jwt: { ...jwt, jwksUrl: 'login' } },
      'auth.jwt.jwksUrl: must be an http(s) address, such as https://imports.acme.com',
    ],
  };

  for (const [name, [auth, problem]] of Object.entries(WRONG)) {
    test(`${name} is told with what to do`, () => {
      assert.deepEqual(problemsOf({ service: { auth } }), [problem]);
    });
  }
});

describe('in production', () => {
  const environment = { NODE_ENV: 'production' };

  test('GraphiQL and introspection are off unless they are asked for', () => {
    const parsed = parse({ environment });
    assert.deepEqual([parsed.isGraphiqlOn, parsed.isIntrospectionOn], [false, false]);
    const asked = parse({ service: { graphiql: true }, environment });
    assert.deepEqual([asked.isGraphiqlOn, asked.isIntrospectionOn], [true, true]);
    const only = parse({ service: { introspection: true }, environment });
    assert.deepEqual([only.isGraphiqlOn, only.isIntrospectionOn], [false, true]);
  });

  test('and on elsewhere, unless they are turned off', () => {
    const parsed = parse();
    assert.deepEqual([parsed.isGraphiqlOn, parsed.isIntrospectionOn], [true, true]);
    const off = parse({ service: { graphiql: false } });
    assert.deepEqual([off.isGraphiqlOn, off.isIntrospectionOn], [false, false]);
  });
});

test('an origin that is let in is written as browsers write it', () => {
  for (const origin of ['https://app.acme.com', 'http://localhost:3000']) {
    const service = { cors: { origins: [origin] } };
    assert.deepEqual(parse({ service }).corsOrigins, [origin]);
  }
  for (const origin of [
    'https://app.acme.com/',
    'https://*.acme.com',
    'https://App.acme.com',
    'https://app.acme.com:443',
    'https://ann@app.acme.com',
    'app.acme.com',
    'null',
  ]) {
    assert.deepEqual(problemsOf({ service: { cors: { origins: [origin] } } }), [
      'cors.origins[0]: must be an origin as browsers write it, such as https://app.acme.com: lower case, no path, no *',
    ]);
  }
});

test('where routers are called back is the beginning of addresses, and nothing else', () => {
  const service = { live: { callbackUrls: ['http://router.internal:4040/callback'] } };
  assert.deepEqual(parse({ service }).live.callbackUrls, ['http://router.internal:4040/callback']);
  for (const [url, problem] of [
    [
      'http://a/b?c',
      'must have no query or fragment, such as http://router.internal:4040/callback',
    ],
    [
      'http://a/b#c',
      'must have no query or fragment, such as http://router.internal:4040/callback',
    ],
    ['http://user@a/b', 'must name no user or password'],
  ]) {
    assert.deepEqual(problemsOf({ service: { live: { callbackUrls: [url] } } }), [
      `live.callbackUrls[0]: ${problem}`,
    ]);
  }
});
