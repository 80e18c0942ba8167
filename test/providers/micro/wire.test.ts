import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportJob } from '../../../src/providers/micro/wire.ts';

const JOB = { job_id: 'imp_1', status: 'complete', total: 1 };

test('closes the status and keeps its word', () => {
  for (const word of ['processing', 'complete', 'failed']) {
    assert.deepEqual(ImportJob.parse({ ...JOB, status: word }).status, { raw: word, known: word });
  }
  assert.deepEqual(ImportJob.parse({ ...JOB, status: 'Complete' }).status, {
    raw: 'Complete',
    known: 'unrecognized',
  });
});

test('reads a job with nothing but what is required', () => {
  assert.deepEqual(ImportJob.parse(JOB), {
    job_id: 'imp_1',
    status: { raw: 'complete', known: 'complete' },
    total: 1,
    processed: null,
    succeeded: null,
    failed: null,
    results: null,
    error: null,
    created_at: null,
    expires_at: null,
  });
});

test('tolerates fields it does not know', () => {
  assert.equal(ImportJob.parse({ ...JOB, progress: 1, nested: { a: [] } }).total, 1);
});

for (const key of ['job_id', 'status', 'total'] as const) {
  test(`needs ${key}`, () => {
    const { [key]: _, ...rest } = JOB;

    assert.equal(ImportJob.safeParse(rest).success, false);
  });
}

for (const count of [-1, 1.5, '3', true]) {
  test(`does not take ${JSON.stringify(count)} for a number of rows`, () => {
    assert.equal(ImportJob.safeParse({ ...JOB, total: count }).success, false);
    assert.equal(ImportJob.safeParse({ ...JOB, failed: count }).success, false);
  });
}

function readTime(text: unknown): number | null {
  return ImportJob.parse({ ...JOB, created_at: text }).created_at;
}

test('reads times with a zone and leaves the others empty', () => {
  assert.equal(readTime('2026-01-01T00:00:00.000Z'), Date.UTC(2026, 0, 1));
  assert.equal(readTime('2026-01-01T02:00:00+02:00'), Date.UTC(2026, 0, 1));
  for (const text of ['2026-01-01T00:00:00', '2026-02-30T00:00:00Z', 'soon', '', 5, null]) {
    assert.equal(readTime(text), null);
  }
});

test('keeps a result it cannot read as one that says nothing', () => {
  const { results } = ImportJob.parse({
    ...JOB,
    results: ['oops', null, { id: 5, created: 'yes' }],
  });

  assert.equal(results?.length, 3);
  for (const result of results ?? []) {
    assert.deepEqual(result, {
      id: null,
      created: null,
      existing: null,
      updated: null,
      error: null,
      input_index: null,
    });
  }
});

test('an error of an unexpected shape is still an error', () => {
  const { results, error } = ImportJob.parse({
    ...JOB,
    error: 'boom',
    results: [{ error: 'bad' }],
  });

  assert.deepEqual(error, { code: null, message: null });
  assert.deepEqual(results?.[0]?.error, { code: null, message: null });
});

test('refuses results that are no list', () => {
  assert.equal(ImportJob.safeParse({ ...JOB, results: {} }).success, false);
});
