import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, placeText } from '../../src/watcher/place.ts';

const CURSORS = [
  null,
  '0',
  '1000',
  '999+1',
  '/rest/2.0/jobs?offset=1000&limit=1000',
  'https://rows.example/v1?after=a%20b#c',
  'b2Zmc2V0PTEwMDA=',
  'two\nlines\r\n',
  ' ',
  'behind',
  'rows of',
  'behind rows of 7',
  '🦊',
] as const;

for (const cursor of CURSORS) {
  test(`a place within the page at ${JSON.stringify(cursor)} is found again`, () => {
    for (const skip of [0, 1, 20, 2_000, 1_000_000_007]) {
      const place = { next: cursor, skip };
      assert.deepEqual(placeOf(placeText(place)), place);
    }
  });

  test(`a cursor such as ${JSON.stringify(cursor)} is a page from its first row on`, () => {
    assert.deepEqual(placeOf(cursor), { next: cursor, skip: 0 });
  });
}

test('a place within a page whose own cursor looks like one is told from it', () => {
  const place = { next: 'behind 5 rows of it', skip: 7 };
  assert.deepEqual(placeOf(placeText(place)), place);
});
