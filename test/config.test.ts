import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../src/config-error.ts';
import { parseConfig } from '../src/config.ts';
import type { ProviderConfig } from '../src/config-provider.ts';
import type { Config } from '../src/config.ts';

const DAY_MS = 86_400_000;
const KEY = 'a key of 32 characters, at random';

type Keys = Readonly<Record<string, unknown>>;

interface Given {
  /** Keys of the service. */
  readonly service?: Keys;
  /** Keys of its one provider. */
  readonly provider?: Keys;
  readonly environment?: Readonly<Record<string, string>>;
}

function parse({ service = {}, provider = {}, environment = {} }: Given = {}): Config {
  const crm = { id: 'crm', kind: 'micro', teamId: 't', apiKey: 'k', ...provider };
  // JSON is YAML.
  return parseConfig({
    name: 'imports.config.yml',
    text: JSON.stringify({ ...service, providers: [crm] }),
    environment,
  });
}

function parseProvider(given: Given = {}): ProviderConfig {
  const [provider] = parse(given).providers;
  assert.ok(provider);
  return provider;
}

/** What is wrong, each as `key: message`. */
function problemsOf(given: Given): readonly string[] {
  try {
    parse(given);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
  return [];
}

describe('the values of failed rows', () => {
  test('are kept unless the configuration says otherwise', () => {
    assert.deepEqual(parseProvider().rowValues, { kind: 'keep' });
    for (const rowValues of ['keep', 'drop'] as const) {
      assert.deepEqual(parseProvider({ provider: { rowValues } }).rowValues, { kind: rowValues });
    }
  });

  const hash = { rowValues: 'hash' };

  test('are hashed with the key of the service', () => {
    const given = { service: { rowValuesKey: KEY }, provider: hash };
    assert.deepEqual(parseProvider(given).rowValues, { kind: 'hash', key: KEY });
  });

  test('are hashed with a key that is taken from the environment', () => {
    const service = { rowValuesKey: '${ROW_VALUES_KEY}' };
    const given = { service, provider: hash, environment: { ROW_VALUES_KEY: KEY } };
    assert.deepEqual(parseProvider(given).rowValues, { kind: 'hash', key: KEY });
    assert.deepEqual(problemsOf({ service, provider: hash }), [
      'rowValuesKey: the environment variable ROW_VALUES_KEY is not set; set it, or write the value here',
    ]);
  });

  test('are not hashed without a key', () => {
    assert.deepEqual(problemsOf({ provider: hash }), [
      'providers[0].rowValues: hash needs a key: set rowValuesKey beside providers, such as rowValuesKey: "${ROW_VALUES_KEY}"',
    ]);
  });

  test('are not hashed with a key that could be guessed', () => {
    for (const rowValuesKey of ['', 'short', 'x'.repeat(15)]) {
      assert.deepEqual(problemsOf({ service: { rowValuesKey }, provider: hash }), [
        'rowValuesKey: must have at least 16 characters',
      ]);
    }
    assert.deepEqual(problemsOf({ service: { rowValuesKey: 'x'.repeat(16) }, provider: hash }), []);
  });

  test('have a key also where something else is wrong', () => {
    const service = { rowValuesKey: KEY, port: 99_999 };
    const [problem, ...others] = problemsOf({ service, provider: hash });
    assert.match(problem ?? '', /^port: /);
    assert.deepEqual(others, []);
  });

  test('are treated in one of three ways', () => {
    for (const rowValues of ['encrypt', '', null, true, {}]) {
      assert.deepEqual(problemsOf({ provider: { rowValues } }), [
        'providers[0].rowValues: must be keep, hash, drop',
      ]);
    }
  });
});

describe('the most rows that are kept', () => {
  test('are a million unless the configuration says otherwise', () => {
    assert.equal(parseProvider().maxRows, 1_000_000);
    assert.equal(parseProvider({ provider: { maxRows: 1 } }).maxRows, 1);
  });

  test('are a whole number above 0', () => {
    for (const maxRows of [0, -1, 1.5, '10', null, 'many']) {
      const [problem, ...others] = problemsOf({ provider: { maxRows } });
      assert.match(problem ?? '', /^providers\[0\]\.maxRows: /, String(maxRows));
      assert.deepEqual(others, []);
    }
  });
});

describe('retention', () => {
  test('is 90 days for rows and for ever for imports unless the configuration says otherwise', () => {
    assert.deepEqual(parseProvider().retention, { rows: 90 * DAY_MS, imports: null });
    assert.deepEqual(parse().retention, { rows: 90 * DAY_MS, imports: null });
    const provider = { retention: { imports: '365d' } };
    const { retention } = parseProvider({ provider });
    assert.deepEqual(retention, { rows: 90 * DAY_MS, imports: 365 * DAY_MS });
  });

  const durations: readonly (readonly [string, number | null])[] = [
    ['forever', null],
    ['90d', 90 * DAY_MS],
    ['12h', DAY_MS / 2],
    ['1.5d', 1.5 * DAY_MS],
    ['0d', 0],
  ];
  for (const [rows, expected] of durations) {
    test(`can be ${rows}`, () => {
      const retention = { rows, imports: rows };
      assert.deepEqual(parseProvider({ provider: { retention } }).retention, {
        rows: expected,
        imports: expected,
      });
    });
  }

  for (const rows of ['90', '90 days', 'for ever', 'Forever', '-1d', '', 90, null, true, []]) {
    test(`cannot be ${JSON.stringify(rows)}`, () => {
      assert.deepEqual(problemsOf({ provider: { retention: { rows } } }), [
        'providers[0].retention.rows: must be forever, or a number and ms, s, m, h or d, such as 90d',
      ]);
    });
  }

  test('is of rows and of imports', () => {
    const [problem, ...others] = problemsOf({ provider: { retention: { row: '90d' } } });
    assert.match(problem ?? '', /^providers\[0\]\.retention: .*"row"/);
    assert.deepEqual(others, []);
    assert.match(
      problemsOf({ provider: { retention: '90d' } }).join(),
      /^providers\[0\]\.retention: /,
    );
  });
});

describe('the address at which callers reach the service', () => {
  test('need not be told', () => {
    assert.equal(parse().publicUrl, null);
  });

  for (const [publicUrl, expected] of [
    ['https://imports.acme.com', 'https://imports.acme.com'],
    ['https://imports.acme.com/', 'https://imports.acme.com'],
    ['https://acme.com/imports//', 'https://acme.com/imports'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
  ] as const) {
    test(`can be ${publicUrl}`, () => {
      assert.equal(parse({ service: { publicUrl } }).publicUrl, expected);
    });
  }

  for (const publicUrl of [
    'imports.acme.com',
    'ftp://acme.com',
    'javascript:alert(1)',
    '',
    7,
    null,
  ]) {
    test(`cannot be ${JSON.stringify(publicUrl)}`, () => {
      assert.deepEqual(problemsOf({ service: { publicUrl } }), [
        'publicUrl: must be an http(s) address, such as https://imports.acme.com',
      ]);
    });
  }
});

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

test('an origin that is let in has no path', () => {
  const service = { cors: { origins: ['https://app.acme.com'] } };
  assert.deepEqual(parse({ service }).corsOrigins, ['https://app.acme.com']);
  assert.deepEqual(problemsOf({ service: { cors: { origins: ['https://app.acme.com/'] } } }), [
    'cors.origins[0]: must be an origin, such as https://app.acme.com, without a path',
  ]);
});

test('where routers are called back is the beginning of addresses, and nothing else', () => {
  const service = { live: { callbackUrls: ['http://router.internal:4040/callback'] } };
  assert.deepEqual(parse({ service }).live.callbackUrls, ['http://router.internal:4040/callback']);
  for (const url of ['http://a/b?c', 'http://a/b#c', 'http://user@a/b']) {
    assert.deepEqual(problemsOf({ service: { live: { callbackUrls: [url] } } }), [
      'live.callbackUrls[0]: must have no user, query or fragment, such as http://router.internal:4040/callback',
    ]);
  }
});
