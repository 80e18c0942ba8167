import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import { JsonRows } from '../../src/providers/json-rows.ts';
import { inPieces } from '../support/canned-fetch.ts';

const PATH = ['results'];

/** Reads a text, so many bytes at a time: its rows, and what it says beside them. */
function readText(text: string, size = 65_536, path: readonly string[] = PATH) {
  const json = new JsonRows({ path, source: 'GET http://vendor/x' });
  const found = [...inPieces(text, size)].flatMap((piece) => json.write(piece));
  return { rows: found.map(({ value }) => value), rest: json.end(), found };
}

function failureOf(text: string, size?: number): ProviderError {
  try {
    readText(text, size);
  } catch (error) {
    assert.ok(error instanceof ProviderError, String(error));
    return error;
  }
  return assert.fail(`${text.slice(0, 100)} was read`);
}

const ROWS = [
  { text: 'ä€😀 \u0000\u2028\n"\\/', lone: '\ud800', escaped: '\b\f\n\r\t' },
  { '': 1, 'ü€😀"': [-0.5, 1e21, 1e-7, 0, 123_456_789_012_345], deep: [[[{}]], [], [{ a: [] }]] },
  'text',
  -12.5,
  true,
  null,
  [],
  {},
  [[], [[1, 2], 3]],
  { results: [{ results: [1] }] },
];

const TEXTS: Readonly<Record<string, string>> = {
  'with nothing else': JSON.stringify({ results: ROWS }),
  'before the other keys': JSON.stringify({ results: ROWS, total: 3, more: { results: [1, 2] } }),
  'after the other keys': JSON.stringify({ more: { results: [1, 2] }, total: 3, results: ROWS }),
  'between the other keys': JSON.stringify({ a: [1], results: ROWS, b: { results: {} } }),
  'with space around them': JSON.stringify({ a: [1], results: ROWS, b: '' }, null, '\t\r\n '),
  'with escaped characters': JSON.stringify({ results: ROWS, a: 'ä' }).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
};

for (const [place, text] of Object.entries(TEXTS)) {
  test(`rows ${place} come out as they are, wherever the text is cut`, () => {
    const { results, ...others } = JSON.parse(text);
    for (const size of [1, 2, 3, 4, 5, 7, 11, 64, text.length * 4]) {
      const { rows, rest } = readText(text, size);
      assert.deepEqual(rows, results);
      assert.deepEqual(rest, { ...others, results: [] });
    }
  });
}

test('a row comes out with the piece that completes it', () => {
  const json = new JsonRows({ path: PATH, source: 'x' });
  const counts = ['{"results":[{"a":1', '}', ',{"a":2},{"a":3}', ',4', ',', '5]', '}'].map(
    (piece) => json.write(Buffer.from(piece)).length,
  );
  assert.equal(counts[0], 0);
  assert.equal(counts[1], 1);
  assert.equal(counts[2], 2);
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    5,
  );
});

test('a row comes with what its list is in, as far as that has been read', () => {
  const path = ['tables', '*', 'error', 'lines'];
  const text = JSON.stringify({
    tables: [
      { key: 'a', error: { title: 'A', lines: [1, 2] } },
      { error: { lines: [3], title: 'B' }, key: 'b' },
      { error: { other: [8] }, lines: [9] },
    ],
    lines: [9],
    error: { lines: [9] },
  });
  const { found, rest } = readText(text, 5, path);
  assert.deepEqual(
    found.map(({ value, holder, outer }) => [value, holder, outer]),
    [
      [1, { title: 'A', lines: [] }, { key: 'a', error: { title: 'A', lines: [] } }],
      [2, { title: 'A', lines: [] }, { key: 'a', error: { title: 'A', lines: [] } }],
      [3, { title: 'B', lines: [] }, { key: 'b', error: { title: 'B', lines: [] } }],
    ],
  );
  assert.equal(found[0]?.outer, found[1]?.outer);
  assert.deepEqual(rest, {
    tables: [
      { key: 'a', error: { title: 'A', lines: [] } },
      { error: { lines: [], title: 'B' }, key: 'b' },
      { error: { other: [8] }, lines: [9] },
    ],
    lines: [9],
    error: { lines: [9] },
  });
});

test('a key called __proto__ is a key', () => {
  const text =
    '{"__proto__":{"a":1},"results":[{"__proto__":{"b":2},"constructor":3},{"__proto__":null}]}';
  const { rows, rest } = readText(text, 3);
  const [row] = rows;
  assert.ok(typeof row === 'object' && row !== null);
  assert.equal(Object.getPrototypeOf(row), Object.prototype);
  assert.equal(
    JSON.stringify([rest, ...rows]),
    `[{"__proto__":{"a":1},"results":[]},${text.slice(32, -2)}]`,
  );
  assert.equal(Reflect.get({}, 'a'), undefined);
});

for (const results of ['{"a":1,"0":2}', '{}', '"text"', 'null', '7', 'true', '[]']) {
  test(`a list that is ${results} has no rows and stays where it was`, () => {
    const { rows, rest } = readText(`{"results":${results},"total":0}`, 1);
    assert.deepEqual(rows, []);
    assert.deepEqual(rest, { results: JSON.parse(results), total: 0 });
  });
}

test('a list at another place has no rows', () => {
  const text = JSON.stringify({ result: [1], Results: [2], more: { results: [3] }, list: [[4]] });
  assert.deepEqual(readText(text, 1).rows, []);
  assert.deepEqual(readText(text, 1).rest, JSON.parse(text));
  assert.deepEqual(readText('[{"results":[1]},{"results":[2]}]', 1).rows, []);
});

const NOT_JSON = [
  '',
  ' \r\n\t',
  '{',
  '{"results":[1,2',
  '{"results":[1,2]',
  '{"results":[{"a":"b',
  '{"results":[{"a":"b\\',
  '{"results":[{"a":"\\u00',
  '{"results":[1,2]}x',
  '{"results":[1,2]} {}',
  '{"results":[1,2]}]',
  '{"results":[1,]}',
  '{"results":[,1]}',
  '{"results":[1 2]}',
  '{"results" [1]}',
  '{"results":[01]}',
  '{"results":[1.]}',
  '{"results":[+1]}',
  '{"results":[NaN]}',
  '{"results":[undefined]}',
  '{"results":["\n"]}',
  '{"results":["\\x"]}',
  "{'results':[]}",
  '{results:[]}',
  '{"results":[1]}// x',
  '<html>',
  'nul',
];

for (const text of NOT_JSON) {
  test(`${JSON.stringify(text)} is no JSON, wherever it is cut`, () => {
    for (const size of [1, 2, 64]) {
      const failure = failureOf(text, size);
      assert.equal(failure.kind, 'unexpected-response');
      assert.match(failure.message, /^GET http:\/\/vendor\/x answered with \d+ bytes that are not/);
    }
  });
}

test('space after the end is no fault', () => {
  assert.deepEqual(readText('{"results":[1]} \r\n\t ', 1).rows, [1]);
});

test('a character of which only the first bytes came is no JSON, also after the end', () => {
  for (const text of ['{"results":[1]}', '{"results":["a']) {
    const json = new JsonRows({ path: PATH, source: 'x' });
    json.write(Buffer.concat([Buffer.from(text), Buffer.from('€').subarray(0, 2)]));
    assert.throws(() => json.end(), ProviderError);
  }
});

test('what is no JSON is not quoted', () => {
  for (const text of ['{"results":["secret"', '{"results":["secret" secret]}', 'secret']) {
    const failure = failureOf(text);
    assert.doesNotMatch(`${failure.message} ${String(failure.cause)} ${failure.stack}`, /secret/);
  }
});

test('a huge row comes out whole', () => {
  const row = { a: 'ä"\\\n€'.repeat(200_000), b: Array.from({ length: 100_000 }, (_, n) => n) };
  const text = JSON.stringify({ results: [1, row, 2] });
  assert.ok(text.length > 2_000_000);
  assert.deepEqual(readText(text).rows, [1, row, 2]);
});

for (const [open, close] of [
  ['[', ']'],
  ['{"a":', '}'],
] as const) {
  const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
  test(`a hundred thousand levels of ${open} are read like any other row`, () => {
    const started = performance.now();
    const { rows, rest } = readText(`{"deep":${deep},"results":[${deep},2]}`);
    assert.equal(rows.length, 2);
    assert.equal(rows[1], 2);
    assert.equal(depthOf(rows[0]), 100_000);
    assert.ok(typeof rest === 'object' && rest !== null && 'deep' in rest);
    assert.equal(depthOf(rest.deep), 100_000);
    assert.ok(performance.now() - started < 5_000);
  });

  test(`a hundred thousand levels of ${open} that are not closed are no JSON`, () => {
    assert.equal(failureOf(`{"results":[${open.repeat(100_000)}`).kind, 'unexpected-response');
  });
}

test('the list never holds a row that was taken out of it', () => {
  const json = new JsonRows({ path: PATH, source: 'x' });
  json.write(Buffer.from('{"results":[{"index":0}'));
  for (let index = 1; index <= 1_000; index += 1) {
    assert.equal(json.write(Buffer.from(`,{"index":${index}}`)).length, 1);
  }
  json.write(Buffer.from('],"total":1001}'));
  assert.deepEqual(json.end(), { results: [], total: 1_001 });
});

/** How many containers are in one another; `deepEqual` cannot go that deep. */
function depthOf(value: unknown): number {
  let depth = 0;
  let inner = value;
  while (typeof inner === 'object' && inner !== null) {
    inner = Object.values(inner)[0];
    depth += 1;
  }
  return depth;
}
