import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailed } from '../../../src/domain/row.ts';
import type { RowErrorSummary } from '../../../src/domain/row.ts';
import type { ImportJobInput } from '../../../src/providers/micro/wire.ts';
import { DONE, REFUSED, read } from './builders.ts';

test('numbers a failed row by the request, else by its place in the results', async () => {
  const { rows } = await read({
    total: 3,
    results: [DONE, { ...REFUSED, input_index: 7 }, REFUSED],
  });

  assert.deepEqual(
    rows.filter(isFailed).map(({ number, numberBasis }) => [number, numberBasis]),
    [
      [7, 'INPUT'],
      [2, 'RESULT_POSITION'],
    ],
  );
});

test('tells why a row failed in the best words there are', async () => {
  const { rows } = await read({
    total: 4,
    results: [
      REFUSED,
      { id: 'r2', error: { code: 'conflict' } },
      { id: null, error: { message: '' } },
      { id: null, error: {} },
    ],
  });

  assert.deepEqual(
    rows.map(({ failure }) => [failure?.code, failure?.message]),
    [
      ['invalid_value', 'email is not valid'],
      ['conflict', 'conflict'],
      [null, 'Micro refused this row without saying why.'],
      [null, 'Micro refused this row without saying why.'],
    ],
  );
  assert.equal(rows[1]?.recordId, 'r2');
});

test('row errors are pending until the end, with the number known so far', async () => {
  const running = { status: 'processing', failed: 2, results: [REFUSED] };
  const { rowErrors, rowsAre } = await read(running);

  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 2, limit: null });
  assert.equal(rowsAre, 'none');
  assert.deepEqual((await read({ status: 'processing' })).rowErrors, {
    availability: 'PENDING',
    totalCount: null,
    limit: null,
  });
});

interface RowErrorLine {
  readonly claim: string;
  readonly job: Partial<ImportJobInput>;
  readonly rowErrors: RowErrorSummary;
}

const ROW_ERROR_LINES: readonly RowErrorLine[] = [
  {
    claim: 'no failed row by the counter',
    job: { failed: 0 },
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
  },
  {
    claim: 'no failed row left, since all succeeded',
    job: { succeeded: 10 },
    rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
  },
  {
    claim: 'as many failed rows as counted',
    job: { failed: 1, results: [REFUSED] },
    rowErrors: { availability: 'COMPLETE', totalCount: 1, limit: null },
  },
  {
    claim: 'fewer failed rows than counted',
    job: { failed: 3, results: [DONE, REFUSED] },
    rowErrors: { availability: 'TRUNCATED', totalCount: 3, limit: null },
  },
  {
    claim: 'failed rows counted and none sent',
    job: { failed: 3 },
    rowErrors: { availability: 'COUNT_ONLY', totalCount: 3, limit: null },
  },
  {
    claim: 'more failed rows than counted',
    job: { failed: 1, results: [REFUSED, REFUSED] },
    rowErrors: { availability: 'COMPLETE', totalCount: 2, limit: null },
  },
  {
    claim: 'some failed rows and no count',
    job: { results: [DONE, REFUSED] },
    rowErrors: { availability: 'TRUNCATED', totalCount: null, limit: null },
  },
  {
    claim: 'neither failed rows nor a count',
    job: {},
    rowErrors: { availability: 'COUNT_ONLY', totalCount: null, limit: null },
  },
];

for (const { claim, job, rowErrors } of ROW_ERROR_LINES) {
  test(`with ${claim}, row errors are ${rowErrors.availability} of ${rowErrors.totalCount}`, async () => {
    assert.deepEqual((await read(job)).rowErrors, rowErrors);
  });
}

test('a failed job keeps the failed rows that came with it', async () => {
  const failed = { status: 'failed', failed: 1, results: [REFUSED] };
  const { rowErrors, rowsAre, rows } = await read(failed);

  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 1, limit: null });
  assert.equal(rowsAre, 'here');
  assert.equal(rows.filter(isFailed).length, 1);
});
