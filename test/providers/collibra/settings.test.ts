import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { collibra } from '../../../src/providers/collibra/index.ts';
import { Settings } from '../../../src/providers/collibra/settings.ts';

const GOOD = {
  baseUrl: 'https://acme.collibra.com',
  auth: { basic: { username: 'svc', password: 's3cret' } },
};

/** What a person is told, as `path: message`. */
function problems(settings: unknown): readonly string[] {
  const parsed = Settings.safeParse(settings);
  const issues = parsed.success ? [] : parsed.error.issues;
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('fills in the jobs API and nothing else', () => {
  const settings = Settings.parse(GOOD);
  assert.equal(settings.jobsApi, '2.0');
  assert.equal(settings.continueOnError, undefined);
});

test('drops slashes at the end of the base address and keeps its path', () => {
  const addresses = {
    'https://acme.collibra.com': 'https://acme.collibra.com',
    'https://acme.collibra.com/': 'https://acme.collibra.com',
    'http://127.0.0.1:4100/catalog//': 'http://127.0.0.1:4100/catalog',
  };
  for (const [sent, kept] of Object.entries(addresses)) {
    assert.equal(Settings.parse({ ...GOOD, baseUrl: sent }).baseUrl, kept);
  }
});

test('takes each way to authenticate', () => {
  const oauth = { clientId: 'c', clientSecret: 's', tokenUrl: 'https://sso.acme.com/token' };
  const kinds = [{ bearer: { token: 't' } }, { oauth }, GOOD.auth].map(
    (auth) => Settings.parse({ ...GOOD, auth }).auth.kind,
  );
  assert.deepEqual(kinds, ['bearer', 'oauth', 'basic']);
});

const BAD: Readonly<Record<string, readonly [changes: object, told: RegExp]>> = {
  'no base address': [{ baseUrl: undefined }, /^baseUrl: expected the address/],
  'a base address without a scheme': [{ baseUrl: 'acme.collibra.com' }, /like https:/],
  'a base address of another scheme': [{ baseUrl: 'ftp://acme.com' }, /like https:/],
  'a password in the base address': [
    { baseUrl: 'https://u:s3cret@acme.com' },
    /have keys of their own/,
  ],
  'a query in the base address': [{ baseUrl: 'https://acme.com/?a=s3cret' }, /without a query/],
  'a number for the jobs API': [{ jobsApi: 2 }, /^jobsApi: expected "2.0" \(in quotes\) or v1/],
  'a text for continueOnError': [{ continueOnError: 'no' }, /expected true or false/],
  'a misspelt key': [{ baseURL: 's3cret' }, /unknown key baseURL; expected baseUrl, jobsApi/],
  'no auth': [{ auth: undefined }, /^auth: expected the keys basic, bearer, oauth/],
  'an empty auth': [{ auth: {} }, /^auth: expected exactly one of .* found none/],
  'two ways to authenticate': [
    { auth: { ...GOOD.auth, bearer: { token: 's3cret' } } },
    /^auth: expected exactly one .* found basic and bearer/,
  ],
  'an empty password': [
    { auth: { basic: { username: 'u', password: '' } } },
    /^auth.basic.password: .*it is empty/,
  ],
  'a colon in the user name': [
    { auth: { basic: { username: 'u:s3cret', password: 'p' } } },
    /without a colon/,
  ],
  'a misspelt key of auth': [
    { auth: { basic: { username: 'u', password: 'p', pasword: 's3cret' } } },
    /unknown key pasword; expected username, password/,
  ],
  'a line break in a token': [
    { auth: { bearer: { token: 's3cret\n' } } },
    /^auth.bearer.token: .*no spaces or line breaks/,
  ],
  'no client secret': [
    { auth: { oauth: { clientId: 'c' } } },
    /^auth.oauth.clientSecret: expected the client secret/,
  ],
  'a token address that is none': [
    { auth: { oauth: { clientId: 'c', clientSecret: 's', tokenUrl: 'token' } } },
    /^auth.oauth.tokenUrl: expected the address of the token endpoint/,
  ],
};

for (const [what, [changes, told]] of Object.entries(BAD)) {
  test(`explains what is wrong with ${what}, without a secret`, () => {
    const [problem, ...others] = problems({ ...GOOD, ...changes });
    assert.match(problem ?? '', told);
    assert.deepEqual(others, []);
    assert.doesNotMatch(problem ?? '', /s3cret/);
  });
}

test('tells all problems at once', () => {
  assert.equal(problems({ baseUrl: 'x', jobsApi: 'x', auth: {} }).length, 3);
});

test('offers an example that is accepted', () => {
  const [entry]: readonly Record<string, unknown>[] = parse(collibra.example);
  const { id, kind, ...settings } = entry ?? {};
  assert.deepEqual([id, kind], ['catalog', collibra.kind]);
  assert.deepEqual(problems(settings), []);
});
