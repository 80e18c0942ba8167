import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { qobra } from '../../../src/providers/qobra/index.ts';
import { Settings } from '../../../src/providers/qobra/settings.ts';

function problemsOf(settings: unknown): string {
  const parsed = Settings.safeParse(settings);
  assert.equal(parsed.success, false);
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

test('asks the vendor’s own address unless told another', () => {
  assert.equal(Settings.parse({ apiKey: 'key' }).baseUrl, 'https://api.qobra.co');
});

test('keeps the path of a base URL and drops its trailing slashes', () => {
  const { baseUrl } = Settings.parse({ apiKey: 'key', baseUrl: 'http://proxy:8080/qobra//' });

  assert.equal(baseUrl, 'http://proxy:8080/qobra');
});

for (const baseUrl of ['qobra.co', 'ftp://qobra.co', 5]) {
  test(`says what a base URL is instead of taking ${JSON.stringify(baseUrl)}`, () => {
    assert.match(problemsOf({ apiKey: 'k', baseUrl }), /^baseUrl: expected an http or https URL/);
  });
}

test('refuses a base URL with a password or a query, without repeating it', () => {
  const withPassword = problemsOf({ apiKey: 'k', baseUrl: 'https://me:hunter2@qobra.co' });
  const withQuery = problemsOf({ apiKey: 'k', baseUrl: 'https://qobra.co/?key=hunter2' });

  assert.match(withPassword, /without a user name or password/);
  assert.match(withQuery, /without a query/);
  assert.doesNotMatch(withPassword + withQuery, /hunter2/);
});

for (const apiKey of [undefined, '', 'hunter2\n', 'hunter2 hunter2', 'hünter2']) {
  test(`says what an API key is instead of taking ${JSON.stringify(apiKey)}, and never repeats it`, () => {
    const problems = problemsOf({ apiKey });

    assert.match(problems, /^apiKey: expected an API key of Qobra/);
    assert.doesNotMatch(problems, /nter2/);
  });
}

test('names a key that it does not know', () => {
  assert.match(problemsOf({ apiKey: 'k', apikey: 'x' }), /apikey/);
});

test('shows an example that it would accept', () => {
  const [entry] = parse(qobra.example);
  const { id, kind, ...settings } = entry;

  assert.equal(id, 'commissions');
  assert.equal(kind, 'qobra');
  assert.equal(Settings.safeParse(settings).success, true);
});
