import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { marketingCloud } from '../../../src/providers/marketing-cloud/index.ts';
import { Settings } from '../../../src/providers/marketing-cloud/settings.ts';
import { OAUTH, USERNAME } from './setup.ts';

const authUrl = 'https://sub.auth.marketingcloudapis.com';
const soapUrl = 'https://sub.soap.marketingcloudapis.com/';

function problemsOf(settings: unknown): readonly string[] {
  const parsed = Settings.safeParse(settings);
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('OAuth needs only where to get a token', () => {
  const settings = Settings.parse({ authUrl, auth: OAUTH });
  assert.equal(settings.batchSize, 20);
  assert.equal(settings.timeZone, 'Etc/GMT+6');
  assert.equal(settings.access.kind, 'oauth');
});

test('a user name needs only where to call', () => {
  assert.equal(Settings.parse({ soapUrl, auth: USERNAME }).access.kind, 'usernameToken');
});

test('REST may be told where to go, like SOAP', () => {
  const { access } = Settings.parse({ authUrl, auth: OAUTH, restUrl: 'https://rest.example/a/' });
  assert.equal(access.kind === 'oauth' && access.restUrl, 'https://rest.example/a');
});

test('an account id may come out of the environment, as text', () => {
  for (const accountId of [123, '123']) {
    const { access } = Settings.parse({
      authUrl,
      auth: { oauth: { clientId: 'a', clientSecret: 'b', accountId } },
    });
    assert.equal(access.kind === 'oauth' && access.oauth.accountId, 123);
  }
});

for (const [name, settings, problem] of [
  ['no authUrl with OAuth', { auth: OAUTH }, /^authUrl: is required with auth\.oauth/],
  [
    'no soapUrl with a user name',
    { authUrl, auth: USERNAME },
    /^soapUrl: is required with auth\.usernameToken/,
  ],
  [
    'two ways of auth',
    { authUrl, soapUrl, auth: { ...OAUTH, ...USERNAME } },
    /^auth: .*exactly one/,
  ],
  ['no way of auth', { authUrl, auth: {} }, /^auth: .*exactly one/],
  ['a misspelt key', { authUrl, auth: OAUTH, batchsize: 5 }, /batchsize/],
  ['an empty batch', { authUrl, auth: OAUTH, batchSize: 0 }, /^batchSize: must be at least 1/],
  [
    'too large a batch',
    { authUrl, auth: OAUTH, batchSize: 201 },
    /^batchSize: must be at most 200/,
  ],
  ['half a batch', { authUrl, auth: OAUTH, batchSize: 1.5 }, /^batchSize: /],
  ['no such zone', { authUrl, auth: OAUTH, timeZone: 'Mars' }, /^timeZone: .*IANA/],
  ['another scheme', { authUrl: 'ftp://x', auth: OAUTH }, /^authUrl: .*http\(s\)/],
  ['no URL for REST', { authUrl, auth: OAUTH, restUrl: 'sub' }, /^restUrl: .*like https:.*rest\./],
  ['no URL', { authUrl: 'sub', auth: OAUTH }, /^authUrl: .*http\(s\)/],
  ['a URL with a query', { authUrl: `${authUrl}?a=1`, auth: OAUTH }, /^authUrl: .*query/],
  ['a URL with a password', { authUrl: 'https://a:b@c', auth: OAUTH }, /^authUrl: .*credentials/],
] as const) {
  test(`refuses ${name}`, () => {
    const problems = problemsOf(settings);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });
}

test('never repeats a secret in a problem', () => {
  const secret = 'hunter2\nhunter2';
  const problems = [
    ...problemsOf({ authUrl, auth: { oauth: { clientId: 'a', clientSecret: secret } } }),
    ...problemsOf({ soapUrl, auth: { usernameToken: { username: 'a', password: secret } } }),
  ];
  assert.equal(problems.length, 2);
  for (const problem of problems) {
    assert.doesNotMatch(problem, /hunter2/);
    assert.match(problem, /control characters/);
  }
});

test('the example is a config that works', () => {
  const [{ id: _, kind, ...settings }] = parse(marketingCloud.example);
  assert.equal(kind, marketingCloud.kind);
  assert.deepEqual(problemsOf(settings), []);
});

test('the simulated settings work', () => {
  assert.deepEqual(problemsOf(marketingCloud.simulatedSettings('http://127.0.0.1:1')), []);
});
