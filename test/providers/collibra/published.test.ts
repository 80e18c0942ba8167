import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COUNTERS } from '../../../src/domain/counters.ts';
import { ERRORS_PAGE } from '../../../src/providers/collibra/published.ts';
import { readErrors } from '../../../src/providers/collibra/row-errors.ts';
import { ImportErrors } from '../../../src/providers/collibra/wire.ts';
import { observed, readRows, stage, target } from './setup.ts';

const SAMPLE_ID = '495756bd-419c-4fea-beb4-8a70253d8079';
const SUMMARIZED_ID = '00000000-0000-4000-8000-000000000016';

test('reads the published summary without adding its categories twice', async (t) => {
  const { connect } = await stage(t);
  for (const jobsApi of ['2.0', 'v1']) {
    const source = connect({ jobsApi });
    const seen = await observed(source, target(SUMMARIZED_ID));
    const { counters, resources, rowErrors, rows, job } = seen;
    assert.deepEqual(counters, { ...NO_COUNTERS, added: 4, updated: 8, removed: 12, failed: 16 });
    assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 16, limit: null });
    assert.equal(rows, 'elsewhere');
    assert.deepEqual(
      resources.map(({ type, categories }) => [type, categories.map(({ name }) => name)]),
      [
        ['ASSET', ['asset1', 'asset2']],
        ['MAPPING', []],
        ['DOMAIN', ['domain']],
      ],
    );
    assert.equal(resources[0]?.categories[0]?.key, 'c91833f3-0da1-442e-9abc-c2d00533a213');
    assert.deepEqual([job.outcome, job.effect], ['COMPLETED_WITH_ERRORS', 'SOME']);
  }
});

test('reads the published v1 job as done although its progress is 50', async (t) => {
  const { connect, vendor } = await stage(t);
  const { job, counters, lacking } = await observed(connect({ jobsApi: 'v1' }), target(SAMPLE_ID));
  const at = Date.UTC(2017, 6, 21, 17, 32, 28);
  assert.deepEqual([job.phase, job.outcome, job.effect], ['FINISHED', 'SUCCEEDED', 'ALL']);
  assert.deepEqual([job.queuedAt, job.startedAt, job.finishedAt], [at, at, at]);
  assert.equal(job.progressPercent, 50);
  assert.equal(job.providerStatus, 'COMPLETED/SUCCESS');
  assert.equal(job.message, 'Import finished in 12s.');
  assert.deepEqual([counters, lacking], [NO_COUNTERS, null]);
  assert.equal(vendor.requests.length, 2);
});

test('reads the running 2.0 job', async (t) => {
  const { connect, vendor } = await stage(t);
  const { job, rowErrors } = await observed(connect(), target(SAMPLE_ID));
  assert.deepEqual([job.phase, job.outcome, job.effect], ['RUNNING', null, 'UNKNOWN']);
  assert.deepEqual([job.queuedAt, job.startedAt], [1790000000000, 1790000001000]);
  assert.deepEqual([job.finishedAt, job.progressPercent, job.error], [null, 50, null]);
  assert.equal(job.providerStatus, 'RUNNING/NOT_SET');
  assert.equal(job.message, 'Importing');
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
  assert.equal(vendor.requests.length, 1);
});

test('reads the published error, one of the thousand that its page speaks of', () => {
  const page = readErrors(
    ImportErrors.parse(ERRORS_PAGE),
    { offset: ERRORS_PAGE.offset, before: null },
    null,
  );
  assert.deepEqual(page, {
    rows: [
      {
        outcome: 'FAILED',
        number: 1,
        furtherNumbers: [2, 3],
        numberBasis: 'COMMAND',
        resource: 'ASSET',
        recordId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
        failure: {
          code: 'RUNTIME',
          message: 'error message',
          detail: null,
          values: null,
          valuesForm: 'NONE',
        },
      },
    ],
    next: '11',
    totalFailed: 1000,
  });
});

test('lists as many errors of each type as the published summary counts', async (t) => {
  const { connect } = await stage(t);
  const { rows, next, totalFailed } = await readRows(connect(), SUMMARIZED_ID);
  const counts = ['ASSET', 'MAPPING', 'DOMAIN'].map(
    (type) => rows.filter(({ resource }) => resource === type).length,
  );
  assert.deepEqual(counts, [8, 4, 4]);
  assert.deepEqual([rows.length, next, totalFailed], [16, null, 16]);
});
