import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { micro } from '../../../src/providers/micro/index.ts';
import { Settings } from '../../../src/providers/micro/settings.ts';

const SETTINGS = { teamId: '0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50', apiKey: 'key' };

function problemsOf(settings: unknown): string {
  const parsed = Settings.safeParse(settings);
  assert.equal(parsed.success, false);
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

test('asks the vendor’s own address unless told another', () => {
  assert.equal(Settings.parse(SETTINGS).baseUrl, 'https://developers.micro.so');
});

test('keeps the path of a base URL and drops its trailing slashes', () => {
  const { baseUrl } = Settings.parse({ ...SETTINGS, baseUrl: 'http://proxy:8080/micro//' });

  assert.equal(baseUrl, 'http://proxy:8080/micro');
});

for (const baseUrl of ['micro.so', 'ftp://micro.so', 5]) {
  test(`says what a base URL is instead of taking ${JSON.stringify(baseUrl)}`, () => {
    assert.match(problemsOf({ ...SETTINGS, baseUrl }), /^baseUrl: expected an http or https URL/);
  });
}

test('refuses a base URL with a password or a query, without repeating it', () => {
  const withPassword = problemsOf({ ...SETTINGS, baseUrl: 'https://me:hunter2@micro.so' });
  const withQuery = problemsOf({ ...SETTINGS, baseUrl: 'https://micro.so/?key=hunter2' });

  assert.match(withPassword, /without a user name or password/);
  assert.match(withQuery, /without a query/);
  assert.doesNotMatch(withPassword + withQuery, /hunter2/);
});

for (const teamId of [undefined, '', 'a/b', '..']) {
  test(`says what a team id is instead of taking ${JSON.stringify(teamId)}`, () => {
    assert.match(
      problemsOf({ ...SETTINGS, teamId }),
      /^teamId: expected the id of your Micro team/,
    );
  });
}

for (const apiKey of [undefined, '', 'hunter2\n', 'hunter2 hunter2', 'hünter2']) {
  test(`says what an API key is instead of taking ${JSON.stringify(apiKey)}, and never repeats it`, () => {
    const problems = problemsOf({ ...SETTINGS, apiKey });

    assert.match(problems, /^apiKey: expected an API key of Micro/);
    assert.doesNotMatch(problems, /nter2/);
  });
}

test('names a key that it does not know', () => {
  assert.match(problemsOf({ ...SETTINGS, teamID: 'x' }), /teamID/);
});

test('shows an example that it would accept', () => {
  const [entry] = parse(micro.example);
  const { id, kind, ...settings } = entry;

  assert.equal(id, 'crm');
  assert.equal(kind, 'micro');
  assert.equal(Settings.safeParse(settings).success, true);
});
