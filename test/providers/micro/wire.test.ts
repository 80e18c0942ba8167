import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportJob, parseRowResult } from '../../../src/providers/micro/wire.ts';

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

test('reads a result alike with every field and with none', () => {
  const error = { code: 'x', message: 'y' };
  const whole = {
    id: 'a',
    created: true,
    existing: false,
    updated: true,
    error,
    input_index: 0,
  };

  assert.deepEqual(parseRowResult(whole), whole);
  assert.deepEqual(parseRowResult({ ...whole, id: null, more: 1 }), { ...whole, id: null });
  const { error: _, ...good } = whole;
  assert.deepEqual(parseRowResult(good), { ...whole, error: null });
  for (const key of Object.keys(whole)) {
    assert.deepEqual(parseRowResult({ ...whole, [key]: null }), { ...whole, [key]: null });
    assert.deepEqual(parseRowResult({ ...whole, [key]: undefined }), { ...whole, [key]: null });
  }
});

test('an id, a code or a message without a letter says nothing', () => {
  const result = { id: '', created: false, existing: false, updated: false, input_index: 3 };
  const error = { code: '', message: '' };

  assert.equal(parseRowResult(result).id, null);
  assert.deepEqual(parseRowResult({ ...result, error }).error, { code: null, message: null });
});

const SILENT_RESULT = {
  id: null,
  created: null,
  existing: null,
  updated: null,
  error: null,
  input_index: null,
};

for (const result of ['oops', null, 7, [], [1], true, { id: 5, created: 'yes' }]) {
  test(`reads ${JSON.stringify(result)}, which is no result, as one that says nothing`, () => {
    assert.deepEqual(parseRowResult(result), SILENT_RESULT);
    assert.equal(ImportJob.parse({ ...JOB, results: [result] }).results?.length, 1);
  });
}

for (const index of [-1, 1.5, '3', null, {}]) {
  test(`does not take ${JSON.stringify(index)} for the number of a row`, () => {
    assert.equal(parseRowResult({ id: 'a', input_index: index }).input_index, null);
    assert.equal(parseRowResult({ id: 'a', input_index: index }).id, 'a');
  });
}

test('an error of an unexpected shape is still an error', () => {
  const nothing = { code: null, message: null };

  assert.deepEqual(ImportJob.parse({ ...JOB, error: 'boom' }).error, nothing);
  for (const error of ['bad', 5, [], { code: 7 }]) {
    assert.deepEqual(parseRowResult({ error }).error, nothing);
  }
});

for (const results of [{}, { 0: {} }, 'none', 0, false]) {
  test(`refuses results that are ${JSON.stringify(results)} and no list`, () => {
    assert.equal(ImportJob.safeParse({ ...JOB, results }).success, false);
  });
}
