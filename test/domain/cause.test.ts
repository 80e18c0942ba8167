import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOf, replaceValues, stripValues } from '../../src/domain/cause.ts';

const causes: readonly (readonly [string, string])[] = [
  ['the name is missing', 'the name is missing'],
  ['"a" is not one of "b", "c"', '… is not one of …, …'],
  ["'a' is no date", '… is no date'],
  ["it's the owner's name", "it's the owner's name"],
  ["'it's here' is too long", '… is too long'],
  ["it's not the users' fault", "it's not the users' fault"],
  ["Anna n'est pas d'été", "Anna n'est pas d'été"],
  ["b'abc' is no float, nor is u'it's'", 'b… is no float, nor is u…'],
  ['‘it’s here’ is too long', '… is too long'],
  ['“Ä” and ‘ö’ differ', '… and … differ'],
  ['anna@example.com is taken', '… is taken'],
  ['<anna@example.com> is taken', '<…> is taken'],
  ['no record 0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50', 'no record …'],
  ['no record 0F0E4C1A-5B7D-4E2F-9A63-1C8D2B7E4F50', 'no record …'],
  ['line 12 has 3 columns, not -4.5', 'line … has … columns, not …'],
  ['1,234.50 is too much', '… is too much'],
  ['2026-01-15 is in the future', '… is in the future'],
  ['the limit is 5.', 'the limit is ….'],
  ['at 2026-01-15T10:00:00.5+02:00, too late', 'at …, too late'],
  ['at 2026-01-15T10:00Z', 'at …'],
  ['write to anna@example.com.', 'write to ….'],
  ['mailto:anna@example.com, (bob@example.com)', '…, (…)'],
  ['#AbC1-_fghijklmno is taken', '… is taken'],
  ['#short is taken', '#short is taken'],
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
  assert.equal(new Set(messages.map((message) => causeOf(message))).size, 1);
});

test('a cause is short, however long the message', () => {
  assert.ok(causeOf('word '.repeat(10_000)).length <= 300);
});

describe('a text with its values replaced', () => {
  const texts: readonly (readonly [string, readonly string[], string])[] = [
    ['nothing to be found', [], 'nothing to be found'],
    ['"Anna" and \'Bob\', 7', [], '<Anna> and <Bob>, <7>'],
    ['Anna and Bob', ['Anna'], '<Anna> and Bob'],
    ['Anna Smith, Anna and Annabel', ['Anna Smith', 'Anna'], '<Anna Smith>, <Anna> and <Anna>bel'],
    // What is quoted and known is one value, and what is quoted around it another.
    ['"Anna" and "Anna Smith"', ['Anna'], '<Anna> and <Anna Smith>'],
    ['say "Anna "Ann" Smith" now', ['Anna "Ann" Smith'], 'say <Anna "Ann" Smith> now'],
    ['"7" of "a@b.c" and "#AbC1-_fghijklmno"', [], '<7> of <a@b.c> and <#AbC1-_fghijklmno>'],
    ['"0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50"', [], '<0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50>'],
    ['7 and 77', ['77', '7'], '<7> and <77>'],
    ['""', [], '<>'],
    ['', ['Anna'], ''],
    ['$& and $1 are "$&"', ['$1'], '$& and <$1> are <$&>'],
  ];
  for (const [text, known, expected] of texts) {
    test(`is ${expected === '' ? 'empty' : expected}`, () => {
      assert.equal(marked(text, known), expected);
      assert.equal(stripValues(text, known), expected.replaceAll(/<[^>]*>/g, '…'));
    });
  }

  test('has nothing replaced twice, whatever comes in the place of a value', () => {
    const all = ['"Anna" 7', "'b@c.d' 12", '"7"', 'Anna is 7'].join(' and ');
    const twice = replaceValues(all, () => '"7" Anna', ['Anna']);
    assert.equal(twice.split('"7" Anna').length - 1, 7);
    assert.equal(twice.replaceAll('"7" Anna', ''), '  and   and  and  is ');
  });

  test('takes letters of private use for no value of its own', () => {
    const text = 'a \ue000 b \uf8ff "Anna" \ue001';
    assert.equal(marked(text), 'a … b … <Anna> …');
    assert.equal(marked('An\ue000na is taken', ['An\ue000na']), '<An…na> is taken');
  });

  test('can have more values than there are letters to stand in for them', () => {
    const text = Array.from({ length: 7_000 }, (_, index) => `"v${index}"`).join(' ');
    const found = marked(text).split(' ');
    assert.equal(found.length, 7_000);
    assert.deepEqual(found.slice(6_398, 6_402), ['<v6398>', '<v6399>', '…', '…']);
    assert.ok(
      found.every((one, index) => one === `<v${index}>` || (one === '…' && index >= 6_400)),
    );
  });
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
  '#a',
  'a.@a.',
  "'a ",
  "u'a ",
  "a 'a",
  "'é",
  '‘a’a',
  '2026-01-15T10:',
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

test('a text is searched for values in a time that grows with its length alone', () => {
  for (const trap of TRAPS) {
    const text = trap.repeat(Math.ceil(64_000 / trap.length));
    for (const tail of ['', '"', "'", '!', '@', '.']) {
      const startedAt = process.cpuUsage().user;
      replaceValues(text + tail, (value) => value);
      const tookMs = (process.cpuUsage().user - startedAt) / 1_000;
      assert.ok(tookMs < 250, `${JSON.stringify(trap)} took ${tookMs} ms`);
    }
  }
});

function marked(text: string, known: readonly string[] = []): string {
  return replaceValues(text, (value) => `<${value}>`, known);
}
