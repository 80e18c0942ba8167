import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommitEffect, JobOutcome } from '../../../src/domain/job.ts';
import type { ImportJobInput } from '../../../src/providers/micro/wire.ts';
import { ERROR, DONE, REFUSED, read } from './builders.ts';

interface CompleteLine {
  readonly claim: string;
  readonly job: Partial<ImportJobInput>;
  readonly outcome: JobOutcome;
  readonly effect: CommitEffect;
  readonly says?: RegExp;
}

const COMPLETE_LINES: readonly CompleteLine[] = [
  {
    claim: 'every row succeeded by all counters',
    job: { processed: 10, succeeded: 10, failed: 0 },
    outcome: 'SUCCEEDED',
    effect: 'ALL',
    says: /all 10 rows are accounted for/,
  },
  {
    claim: 'every row succeeded, without a number of processed ones',
    job: { succeeded: 10, failed: 0 },
    outcome: 'SUCCEEDED',
    effect: 'ALL',
  },
  {
    claim: 'every row succeeded, which leaves none to fail',
    job: { succeeded: 10 },
    outcome: 'SUCCEEDED',
    effect: 'ALL',
  },
  {
    claim: 'every row processed and none failed, without a number of successes',
    job: { processed: 10, failed: 0 },
    outcome: 'SUCCEEDED',
    effect: 'UNKNOWN',
  },
  {
    claim: 'some rows failed',
    job: { processed: 10, succeeded: 7, failed: 3 },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'SOME',
    says: /3 of 10 rows failed/,
  },
  {
    claim: 'every row failed',
    job: { processed: 10, succeeded: 0, failed: 10 },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'NONE',
  },
  {
    claim: 'rows failed and nothing says how many succeeded',
    job: { failed: 3 },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'UNKNOWN',
  },
  {
    claim: 'two rows neither succeeded nor failed',
    job: { processed: 8, succeeded: 8, failed: 0 },
    outcome: 'UNKNOWN',
    effect: 'SOME',
    says: /2 of 10 rows are unaccounted for/,
  },
  {
    claim: 'all rows are processed, none failed, and yet only eight succeeded',
    job: { processed: 10, succeeded: 8, failed: 0 },
    outcome: 'UNKNOWN',
    effect: 'SOME',
    says: /2 of 10 rows are unaccounted for/,
  },
  {
    claim: 'no row succeeded and none failed',
    job: { processed: 0, succeeded: 0, failed: 0 },
    outcome: 'UNKNOWN',
    effect: 'NONE',
    says: /10 of 10 rows are unaccounted for/,
  },
  {
    claim: 'no counter and no results',
    job: {},
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /10 of 10 rows are unaccounted for/,
  },
  {
    claim: 'no failed row, and nothing else',
    job: { failed: 0 },
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /10 of 10 rows are unaccounted for/,
  },
  {
    claim: 'all rows processed, of which nobody says how many failed',
    job: { processed: 10 },
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /nothing says how many of the rows failed/,
  },
  {
    claim: 'more rows succeeded than there are',
    job: { processed: 10, succeeded: 12, failed: 0 },
    outcome: 'UNKNOWN',
    effect: 'SOME',
    says: /12 rows are counted and the import has 10/,
  },
  {
    claim: 'no rows at all, with counters',
    job: { total: 0, processed: 0, succeeded: 0, failed: 0, results: [] },
    outcome: 'SUCCEEDED',
    effect: 'NONE',
    says: /had no rows/,
  },
  {
    claim: 'no rows at all, without counters',
    job: { total: 0 },
    outcome: 'SUCCEEDED',
    effect: 'NONE',
  },
  {
    claim: 'no rows and the result of one',
    job: { total: 0, processed: 0, succeeded: 0, failed: 0, results: [DONE] },
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /1 results for 0 rows/,
  },
  {
    claim: 'no failed row by the counters and one by the results',
    job: { total: 2, processed: 2, succeeded: 2, failed: 0, results: [DONE, REFUSED] },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'SOME',
  },
  {
    claim: 'all succeeded by the counters and a result that nothing came of',
    job: { total: 2, processed: 2, succeeded: 2, failed: 0, results: [DONE, { id: null }] },
    outcome: 'UNKNOWN',
    effect: 'SOME',
    says: /1 of 2 rows are unaccounted for/,
  },
  {
    claim: 'complete results without counters, one of them failed',
    job: { total: 2, results: [DONE, REFUSED] },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'SOME',
  },
  {
    claim: 'complete results without counters, none failed',
    job: { total: 2, results: [DONE, DONE] },
    outcome: 'SUCCEEDED',
    effect: 'ALL',
  },
  {
    claim: 'incomplete results without counters, none of them failed',
    job: { total: 3, results: [DONE, DONE] },
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
  },
  {
    claim: 'no success by the counter and a created record by the results',
    job: { total: 1, succeeded: 0, failed: 1, results: [{ ...REFUSED, created: true }] },
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'UNKNOWN',
  },
  {
    claim: 'an error of the whole job',
    job: { processed: 10, succeeded: 10, failed: 0, error: ERROR },
    outcome: 'UNKNOWN',
    effect: 'SOME',
    says: /yet gives an error of the whole job/,
  },
];

for (const { claim, job, outcome, effect, says } of COMPLETE_LINES) {
  test(`complete with ${claim} is ${outcome} with effect ${effect}`, async () => {
    const { job: seen } = await read(job);

    assert.equal(seen.phase, 'FINISHED');
    assert.equal(seen.outcome, outcome);
    assert.equal(seen.effect, effect);
    assert.match(seen.explanation ?? '', says ?? /complete/);
  });
}
