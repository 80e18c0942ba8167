import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstantReader, isTimeZone } from '../../../src/providers/marketing-cloud/dates.ts';

const VENDOR_ZONE = 'Etc/GMT+6';

function read(text: string | null, timeZone: string = VENDOR_ZONE): string | null {
  const instant = createInstantReader(timeZone)(text);
  return instant === null ? null : new Date(instant).toISOString();
}

for (const [text, expected] of [
  ['10/16/2023 10:22:26 AM', '2023-10-16T16:22:26.000Z'],
  ['10/16/2023 10:22:26 PM', '2023-10-17T04:22:26.000Z'],
  ['1/2/2024 12:00:00 AM', '2024-01-02T06:00:00.000Z'],
  ['1/2/2024 12:30:00 PM', '2024-01-02T18:30:00.000Z'],
  ['01/02/2024 01:05:09 am', '2024-01-02T07:05:09.000Z'],
  ['2/29/2024 1:00:00 AM', '2024-02-29T07:00:00.000Z'],
  // Newer .NET writes a narrow no-break space before AM.
  ['10/16/2023 10:22:26\u202fAM', '2023-10-16T16:22:26.000Z'],
  // No daylight saving in the vendor's own zone.
  ['7/1/2024 12:00:00 PM', '2024-07-01T18:00:00.000Z'],
  ['2023-10-16T10:22:26', '2023-10-16T16:22:26.000Z'],
  ['2023-10-16 10:22:26.5', '2023-10-16T16:22:26.500Z'],
  ['2023-10-16T10:22:26.1234567Z', '2023-10-16T10:22:26.123Z'],
  ['2023-10-16T10:22:26-05:00', '2023-10-16T15:22:26.000Z'],
  ['2023-10-16T10:22:26+05:30', '2023-10-16T04:52:26.000Z'],
] as const) {
  test(`reads ${JSON.stringify(text)}`, () => {
    assert.equal(read(text), expected);
  });
}

for (const text of [
  null,
  '',
  'yesterday',
  '16/10/2023 10:22:26 AM', // day first
  '16.10.2023 10:22:26',
  '10/16/2023 10:22:26', // which half of the day?
  '10/16/2023',
  '2023-10-16',
  '2/30/2024 1:00:00 AM',
  '2/29/2023 1:00:00 AM',
  '0/1/2024 1:00:00 AM',
  '13/1/2024 1:00:00 AM',
  '1/2/2024 13:00:00 PM',
  '1/2/2024 0:00:00 AM',
  '1/2/2024 1:60:00 AM',
  '1/2/2024 1:00:60 AM',
  '1/1/0001 12:00:00 AM', // .NET for "no date"
  '2023-13-01T00:00:00Z',
  '2023-10-16T24:00:00Z',
  '2023-10-16T10:22:26+25:00',
  '1700000000',
] as const) {
  test(`does not read ${JSON.stringify(text)}`, () => {
    assert.equal(read(text), null);
  });
}

test('follows a zone with daylight saving through the year', () => {
  assert.equal(read('1/15/2024 10:00:00 AM', 'America/Chicago'), '2024-01-15T16:00:00.000Z');
  assert.equal(read('7/15/2024 10:00:00 AM', 'America/Chicago'), '2024-07-15T15:00:00.000Z');
});

test('reads the last and the first local times around a change of the clock', () => {
  const zone = 'America/Chicago';
  assert.equal(read('3/10/2024 1:59:59 AM', zone), '2024-03-10T07:59:59.000Z');
  assert.equal(read('3/10/2024 3:00:00 AM', zone), '2024-03-10T08:00:00.000Z');
  assert.equal(read('11/3/2024 12:59:59 AM', zone), '2024-11-03T05:59:59.000Z');
  assert.equal(read('11/3/2024 2:00:00 AM', zone), '2024-11-03T08:00:00.000Z');
});

test('does not read a local time that the zone skips', () => {
  assert.equal(read('3/10/2024 2:30:00 AM', 'America/Chicago'), null);
});

test('does not choose between the two instants of a repeated local time', () => {
  assert.equal(read('11/3/2024 1:30:00 AM', 'America/Chicago'), null);
});

test('reads half-hour zones and zones east of Greenwich', () => {
  assert.equal(read('7/1/2024 5:30:00 AM', 'Asia/Kolkata'), '2024-07-01T00:00:00.000Z');
  assert.equal(read('7/1/2024 9:30:00 PM', 'Pacific/Auckland'), '2024-07-01T09:30:00.000Z');
});

test('knows which names are time zones', () => {
  assert.equal(isTimeZone('Etc/GMT+6'), true);
  assert.equal(isTimeZone('Europe/Paris'), true);
  assert.equal(isTimeZone('Middle/Earth'), false);
  assert.equal(isTimeZone(''), false);
});
