import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstantReader } from '../../../src/providers/marketing-cloud/dates.ts';
import {
  findNewestSummary,
  observeSummary,
} from '../../../src/providers/marketing-cloud/observe.ts';
import { ImportResultsSummary } from '../../../src/providers/marketing-cloud/wire.ts';

const readInstant = createInstantReader('Etc/GMT+6');

function observe(
  result: Readonly<Record<string, unknown>>,
  rowsAre: 'elsewhere' | 'none' = 'elsewhere',
) {
  const summary = ImportResultsSummary.parse({ TaskResultID: '1', ...result });
  return observeSummary(summary, { readInstant, continueOnError: null, rowsAre });
}

for (const [word, phase, effect] of [
  ['New', 'QUEUED', 'NONE'],
  ['Processing', 'RUNNING', 'UNKNOWN'],
  ['IOWork', 'RUNNING', 'UNKNOWN'],
  ['Unknown', 'UNKNOWN', 'UNKNOWN'],
  ['Queued', 'UNKNOWN', 'UNKNOWN'],
  ['completed', 'UNKNOWN', 'UNKNOWN'],
  ['unrecognized', 'UNKNOWN', 'UNKNOWN'],
] as const) {
  test(`${word} is ${phase} with effect ${effect} and no outcome`, () => {
    const { job, rowErrors, rows } = observe({ ImportStatus: word });
    assert.equal(job.phase, phase);
    assert.equal(job.outcome, null);
    assert.equal(job.effect, effect);
    assert.equal(job.providerStatus, word);
    assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
    assert.equal(rows, 'none');
  });
}

test('a summary without a status is UNKNOWN, and says nothing in the name of the vendor', () => {
  const { job } = observe({});
  assert.equal(job.phase, 'UNKNOWN');
  assert.equal(job.providerStatus, null);
  assert.match(job.explanation ?? '', /none of the words/);
});

test('a New import that already counts successes is not said to have written nothing', () => {
  assert.equal(observe({ ImportStatus: 'New', NumberSuccessful: '3' }).job.effect, 'UNKNOWN');
  assert.equal(observe({ ImportStatus: 'New', NumberSuccessful: '0' }).job.effect, 'NONE');
});

// NumberSuccessful, NumberErrors, NumberDuplicated, TotalRows -> outcome, effect.
for (const [counts, outcome, effect] of [
  [['10', '0', '0', '10'], 'SUCCEEDED', 'ALL'],
  [['8', '0', '2', '10'], 'SUCCEEDED', 'ALL'],
  [['10', '0', '2', '10'], 'SUCCEEDED', 'ALL'],
  [['10', '0', null, null], 'SUCCEEDED', 'ALL'],
  [['8', '2', '0', '10'], 'COMPLETED_WITH_ERRORS', 'SOME'],
  [['8', '2', null, null], 'COMPLETED_WITH_ERRORS', 'SOME'],
  [['0', '10', '0', '10'], 'COMPLETED_WITH_ERRORS', 'NONE'],
  [[null, '2', null, null], 'COMPLETED_WITH_ERRORS', 'UNKNOWN'],
  [['0', '0', '0', '0'], 'SUCCEEDED', 'NONE'],
  [['0', '0', null, null], 'SUCCEEDED', 'NONE'],
  [[null, null, null, '0'], 'SUCCEEDED', 'NONE'],
  [['0', '0', '10', '10'], 'SUCCEEDED', 'NONE'],
  [[null, '0', null, null], 'SUCCEEDED', 'UNKNOWN'],
  [[null, '0', '0', '10'], 'SUCCEEDED', 'UNKNOWN'],
  // Rows that no counter accounts for.
  [['8', '0', '0', '10'], 'UNKNOWN', 'UNKNOWN'],
  [['8', '0', null, '10'], 'UNKNOWN', 'UNKNOWN'],
  [['0', '0', '0', '10'], 'UNKNOWN', 'NONE'],
  [['12', '0', '0', '10'], 'UNKNOWN', 'UNKNOWN'],
  [['5', '0', '0', '0'], 'UNKNOWN', 'UNKNOWN'],
  [['7', '2', '0', '10'], 'COMPLETED_WITH_ERRORS', 'SOME'],
  // Nobody says whether rows failed.
  [['10', null, '0', '10'], 'UNKNOWN', 'UNKNOWN'],
  [['1', null, null, null], 'UNKNOWN', 'UNKNOWN'],
  [['0', null, null, null], 'UNKNOWN', 'NONE'],
  [[null, null, '0', null], 'UNKNOWN', 'UNKNOWN'],
  [[null, null, null, '10'], 'UNKNOWN', 'UNKNOWN'],
  [[null, null, null, null], 'UNKNOWN', 'UNKNOWN'],
] as const) {
  test(`Completed with counters ${JSON.stringify(counts)} is ${outcome} with effect ${effect}`, () => {
    const { job } = observe({ ImportStatus: 'Completed', ...elements(counts) });
    assert.equal(job.phase, 'FINISHED');
    assert.equal(job.outcome, outcome);
    assert.equal(job.effect, effect);
    assert.notEqual(job.explanation, null);
  });
}

for (const [counts, effect] of [
  [['10', '0', '0', '10'], 'SOME'],
  [['3', '7', '0', '10'], 'SOME'],
  [['3', null, null, null], 'SOME'],
  [['0', '0', '0', '0'], 'NONE'],
  [['0', '10', null, null], 'NONE'],
  [[null, '10', null, '10'], 'UNKNOWN'],
  [[null, null, null, null], 'UNKNOWN'],
] as const) {
  test(`Error with counters ${JSON.stringify(counts)} is FAILED with effect ${effect}`, () => {
    const { job, lacking } = observe({ ImportStatus: 'Error', ...elements(counts) });
    assert.equal(job.phase, 'FINISHED');
    assert.equal(job.outcome, 'FAILED');
    assert.equal(job.effect, effect);
    assert.equal(lacking, null);
  });
}

test('says which rows are unaccounted for', () => {
  const { job } = observe({ ImportStatus: 'Completed', ...elements(['8', '0', null, '10']) });
  assert.equal(
    job.explanation,
    'Completed with NumberErrors 0, but NumberSuccessful 8 and NumberDuplicated absent do not account for TotalRows 10.',
  );
});

test('a finish without the counters that tell how it went is marked as lacking them', () => {
  assert.match(observe({ ImportStatus: 'Completed' }).lacking ?? '', /no row counter/);
  const uncounted = observe({ ImportStatus: 'Completed', NumberSuccessful: '1' });
  assert.match(uncounted.lacking ?? '', /NumberErrors/);
  const whole = observe({ ImportStatus: 'Completed', NumberSuccessful: '1', NumberErrors: '0' });
  assert.equal(whole.lacking, null);
});

test('a counter is null when it is absent, empty or nil, and 0 when it is zero', () => {
  const { counters } = observe({
    ImportStatus: 'Processing',
    NumberSuccessful: { '@_nil': 'true' },
    NumberErrors: '',
    NumberDuplicated: '0',
  });
  assert.equal(counters.succeeded, null);
  assert.equal(counters.failed, null);
  assert.equal(counters.duplicated, 0);
  assert.equal(counters.total, null);
  assert.equal(counters.processed, null);
});

// Status, NumberErrors -> availability where rows can be read, and where they cannot.
for (const [status, errors, readable, unreadable] of [
  ['Completed', '4', 'PENDING', 'COUNT_ONLY'],
  ['Completed', null, 'PENDING', 'COUNT_ONLY'],
  ['Completed', '0', 'COMPLETE', 'COMPLETE'],
  ['Error', '4', 'PENDING', 'COUNT_ONLY'],
  ['Error', null, 'PENDING', 'COUNT_ONLY'],
  ['Error', '0', 'COMPLETE', 'COMPLETE'],
] as const) {
  test(`row errors of ${status} with ${errors} errors are ${readable}, or ${unreadable} without REST`, () => {
    const result = { ImportStatus: status, ...(errors !== null && { NumberErrors: errors }) };
    const totalCount = errors === null ? null : Number(errors);
    for (const [rowsAre, availability] of [
      ['elsewhere', readable],
      ['none', unreadable],
    ] as const) {
      const { rowErrors, rows } = observe(result, rowsAre);
      assert.deepEqual(rowErrors, { availability, totalCount, limit: null });
      assert.equal(rows, errors === '0' ? 'none' : rowsAre);
    }
  });
}

test('row errors are pending and nowhere to be read until it is over', () => {
  for (const rowsAre of ['elsewhere', 'none'] as const) {
    const { rowErrors, rows } = observe({ ImportStatus: 'Processing', NumberErrors: '4' }, rowsAre);
    assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 4, limit: null });
    assert.equal(rows, 'none');
  }
});

test('the destination is the one resource, with the counters of the import', () => {
  const { resources, counters } = observe({
    ImportStatus: 'Completed',
    ImportType: 'Data Extensions',
    DestinationID: 'MyDE',
    NumberSuccessful: '2',
  });
  assert.equal(resources.length, 1);
  assert.equal(resources[0]?.type, 'Data Extensions');
  assert.equal(resources[0]?.key, 'MyDE');
  assert.deepEqual(resources[0]?.counters, counters);
  assert.equal(observe({}).resources[0]?.type, 'destination');
  assert.equal(observe({}).resources[0]?.key, null);
});

test('dates are the vendor’s own time, and an end is believed only once it is over', () => {
  const dates = { StartDate: '10/16/2023 10:22:26 AM', EndDate: '10/16/2023 10:22:31 AM' };
  const done = observe({ ImportStatus: 'Completed', ...dates });
  assert.equal(done.job.startedAt, Date.parse('2023-10-16T16:22:26Z'));
  assert.equal(done.job.finishedAt, Date.parse('2023-10-16T16:22:31Z'));
  assert.equal(observe({ ImportStatus: 'Processing', ...dates }).job.finishedAt, null);
  assert.equal(observe({ ImportStatus: 'Completed', StartDate: '?' }).job.startedAt, null);
});

test('passes on what the caller said about going on after errors', () => {
  const summary = ImportResultsSummary.parse({ ImportStatus: 'New' });
  const { job } = observeSummary(summary, {
    readInstant,
    continueOnError: true,
    rowsAre: 'none',
  });
  assert.equal(job.continueOnError, true);
});

test('of several summaries of one import the one that started last counts', () => {
  const early = ImportResultsSummary.parse({ ID: '9', StartDate: '10/16/2023 9:00:00 AM' });
  const late = ImportResultsSummary.parse({ ID: '2', StartDate: '10/16/2023 1:00:00 PM' });
  const undated = ImportResultsSummary.parse({ ID: '10' });
  assert.equal(findNewestSummary([early, late, undated], readInstant), late);
  assert.equal(findNewestSummary([late, undated, early], readInstant), late);
  assert.equal(findNewestSummary([], readInstant), null);
});

test('of summaries that started together the higher ID counts, then the last one', () => {
  const low = ImportResultsSummary.parse({ ID: '9' });
  const high = ImportResultsSummary.parse({ ID: '10' });
  const alsoHigh = ImportResultsSummary.parse({ ID: '10' });
  assert.equal(findNewestSummary([high, low], readInstant), high);
  assert.equal(findNewestSummary([low, high], readInstant), high);
  assert.equal(findNewestSummary([high, alsoHigh], readInstant), alsoHigh);
});

function elements([succeeded, failed, duplicated, total]: readonly (string | null)[]) {
  const counts = {
    NumberSuccessful: succeeded,
    NumberErrors: failed,
    NumberDuplicated: duplicated,
    TotalRows: total,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== null));
}
