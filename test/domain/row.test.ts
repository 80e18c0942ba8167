import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf } from '../../src/domain/row.ts';

const causes: readonly (readonly [string, string])[] = [
  ['the name is missing', 'the name is missing'],
  ['"a" is not one of "b", "c"', '… is not one of …, …'],
  ["'a' is no date", '… is no date'],
  ["it's the owner's name", "it's the owner's name"],
  ["'it's here' is too long", '… is too long'],
  ['“Ä” and ‘ö’ differ', '… and … differ'],
  ['anna@example.com is taken', '… is taken'],
  ['<anna@example.com> is taken', '<…> is taken'],
  ['no record 0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50', 'no record …'],
  ['no record 0F0E4C1A-5B7D-4E2F-9A63-1C8D2B7E4F50', 'no record …'],
  ['line 12 has 3 columns, not -4.5', 'line … has … columns, not …'],
  ['1,234.50 is too much', '… is too much'],
  ['2026-01-15 is in the future', '… is in the future'],
  ['column address2 is unknown', 'column address2 is unknown'],
  ['column line_2 is unknown', 'column line_2 is unknown'],
  ['  much \t white\n space  ', 'much white space'],
  ['', ''],
];
for (const [message, cause] of causes) {
  test(`the cause of ${JSON.stringify(message)} is ${JSON.stringify(cause)}`, () => {
    assert.equal(causeOf(message), cause);
  });
}

test('messages that differ in their values alone have one cause', () => {
  const messages = [
    'Value "Müller" of row 7 is longer than 5 (anna@example.com)',
    'Value "O\'Neill" of row 1,204 is longer than 5 (bob@b.example.org)',
    'Value "" of row -1 is longer than 5 (x@y.z)',
  ];
  assert.equal(new Set(messages.map(causeOf)).size, 1);
});

test('a cause is short, however long the message', () => {
  assert.ok(causeOf('word '.repeat(10_000)).length <= 300);
});

const TRAPS = [
  '"',
  "'",
  "a'",
  "'a",
  "'a'a",
  '“',
  '‘',
  '@',
  'a@',
  'a@a',
  'a.a@',
  'a@a.',
  '1',
  '1.',
  '-',
  '-1',
  'a-',
  '0f0e4c1a-',
  ' ',
  '\n',
  '"\'',
  '\'"',
  '\ud800',
  '1:',
  'é',
];

test('a message of a megabyte takes no longer than a short one', () => {
  for (const trap of TRAPS) {
    const message = trap.repeat(Math.ceil(1_000_000 / trap.length));
    for (const tail of ['', '"', "'", '!', '@', '.']) {
      const startedAt = process.cpuUsage().user;
      assert.ok(causeOf(message + tail).length <= 300);
      const tookMs = (process.cpuUsage().user - startedAt) / 1_000;
      assert.ok(tookMs < 250, `${JSON.stringify(trap)} took ${tookMs} ms`);
    }
  }
});
