import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProviderConfig } from '../src/config-provider.ts';
import { KEY, parse, problemsOf } from './support/config.ts';
import type { Given } from './support/config.ts';

const DAY_MS = 86_400_000;
function parseProvider(given: Given = {}): ProviderConfig {
  const [provider] = parse(given).providers;
  assert.ok(provider);
  return provider;
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

describe('what a service that is to stop waits for', () => {
  test('is the notice that its store suggests, and what is under way', () => {
    assert.deepEqual(parse().drain, { noticeWithinMs: null, finishWithinMs: 5_000 });
  });

  test('is what the configuration says', () => {
    const drain = { noticeWithin: '0s', finishWithin: '2m' };
    const expected = { noticeWithinMs: 0, finishWithinMs: 120_000 };
    assert.deepEqual(parse({ service: { drain } }).drain, expected);
    assert.match(
      problemsOf({ service: { drain: { noticeWithin: 'soon' } } }).join(),
      /^drain\.noticeWithin: /,
    );
  });
});
