import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportSummary, JobId, JobResource, Token } from '../../../src/providers/collibra/wire.ts';
import { job, summary } from './setup.ts';

const DATES: readonly (readonly [sent: unknown, read: number | null])[] = [
  [1475503010320, 1475503010320],
  [1488016800, 1488016800000],
  [99_999_999_999, 99_999_999_999_000],
  [100_000_000_000, 100_000_000_000],
  ['2017-07-21T17:32:28Z', Date.UTC(2017, 6, 21, 17, 32, 28)],
  ['2017-07-21T17:32:28.5+02:00', Date.UTC(2017, 6, 21, 15, 32, 28, 500)],
  ['2017-07-21T17:32:28', null],
  ['2017-07-21', null],
  ['2017-02-30T00:00:00Z', null],
  ['yesterday', null],
  ['1488016800', null],
  ['', null],
  [0, null],
  [-1, null],
  [1e300, null],
  [null, null],
  [undefined, null],
];

for (const [sent, read] of DATES) {
  test(`reads the date ${JSON.stringify(sent)} as ${read}`, () => {
    const { startDate, endDate, createdOn } = JobResource.parse(
      job({ startDate: sent, endDate: sent, createdOn: sent }),
    );
    assert.deepEqual([startDate, endDate, createdOn], [read, read, read]);
  });
}

test('reads a job of which only the id is sent', () => {
  const read = JobResource.parse({ id: 'x' });
  assert.equal(read.state, undefined);
  assert.equal(read.result, undefined);
  assert.deepEqual([read.createdOn, read.startDate, read.endDate], [null, null, null]);
});

test('keeps a word it does not know beside the fact that it does not', () => {
  assert.deepEqual(JobResource.parse(job({ state: 'PAUSED' })).state, {
    known: 'unrecognized',
    raw: 'PAUSED',
  });
});

const BAD_JOBS = {
  'without an id': { state: 'RUNNING' },
  'with a number for a state': job({ state: 3 }),
  'with an object for a date': job({ startDate: {} }),
  'with a text for a progress': job({ progressPercentage: 'half' }),
  'that is a list': [job()],
};

for (const [what, body] of Object.entries(BAD_JOBS)) {
  test(`refuses a job ${what}`, () => {
    assert.equal(JobResource.safeParse(body).success, false);
  });
}

test('reads a summary whose parts are null or missing', () => {
  const { resourceTypes } = ImportSummary.parse({
    resourceTypes: [
      { resourceType: 'ASSET', subcategories: [{}, { category: null, counters: null }] },
      { resourceType: 'NEW_KIND', counters: null },
    ],
  });
  assert.equal(resourceTypes?.length, 2);
});

const BAD_SUMMARIES = {
  'without its resource types': { errorsCount: 0, importJobState: 'COMPLETED' },
  'with a negative count': summary({ added: -1 }),
  'with a fraction of a row': summary({ added: 0.5 }),
  'with a text for a count': summary({}, { errorsCount: 'many' }),
  'with a nameless resource type': { resourceTypes: [{ counters: {} }] },
};

for (const [what, body] of Object.entries(BAD_SUMMARIES)) {
  test(`refuses a summary ${what}`, () => {
    assert.equal(ImportSummary.safeParse(body).success, false);
  });
}

test('takes UUIDs of any version and either case for job ids, and nothing else', () => {
  const good = [
    '495756bd-419c-4fea-beb4-8a70253d8079',
    '00000000-0000-0000-0000-000000000000',
    '495756BD-419C-4FEA-BEB4-8A70253D8079',
  ];
  const bad = ['', '42', '495756bd419c4feabeb48a70253d8079', `${good[0]}/`, ` ${good[0]}`];
  assert.deepEqual(
    good.map((id) => JobId.safeParse(id).success),
    [true, true, true],
  );
  assert.equal(
    bad.some((id) => JobId.safeParse(id).success),
    false,
  );
});

test('refuses an access token that cannot be a header, without quoting it', () => {
  const parsed = Token.safeParse({ access_token: 'se\ncret' });
  assert.equal(parsed.success, false);
  assert.doesNotMatch(parsed.error.message, /cret/);
});
