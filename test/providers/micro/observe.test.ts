import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PUBLISHED_IMPORT } from '../../../src/providers/micro/published.ts';
import { DONE, ERROR, REFUSED, failureOf, jobOf, read, readAnswer, sourceOf } from './builders.ts';

const COUNTERS = [{}, { succeeded: 0 }, { succeeded: 4 }, { succeeded: 10, failed: 0 }];

test('processing is running, and its effect is never more than some', async () => {
  const effects: string[] = [];
  for (const counters of COUNTERS) {
    const { job } = await read({ status: 'processing', ...counters });
    assert.equal(job.phase, 'RUNNING');
    assert.equal(job.outcome, null);
    effects.push(job.effect);
  }

  assert.deepEqual(effects, ['UNKNOWN', 'NONE', 'SOME', 'SOME']);
});

test('failed is a failure, with the effect that its counter proves', async () => {
  const effects: string[] = [];
  for (const counters of COUNTERS) {
    const { job } = await read({ status: 'failed', error: ERROR, ...counters });
    assert.equal(job.phase, 'FINISHED');
    assert.equal(job.outcome, 'FAILED');
    assert.deepEqual(job.error, { ...ERROR, detail: null });
    effects.push(job.effect);
  }

  assert.deepEqual(effects, ['UNKNOWN', 'NONE', 'SOME', 'SOME']);
});

test('a status we do not know is no phase, no outcome and no effect, and is kept verbatim', async () => {
  const { job, rowErrors, rowsAre } = await read({
    status: 'Paused',
    succeeded: 10,
    failed: 0,
    results: [REFUSED],
  });

  assert.equal(job.phase, 'UNKNOWN');
  assert.equal(job.outcome, null);
  assert.equal(job.effect, 'UNKNOWN');
  assert.equal(job.providerStatus, 'Paused');
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 0, limit: null });
  assert.equal(rowsAre, 'none');
});

test('the vendor’s word "unrecognized" is as unknown as any other', async () => {
  assert.equal((await read({ status: 'unrecognized' })).job.phase, 'UNKNOWN');
});

test('reads the published example, which contradicts itself, without calling it a success', async () => {
  const { job, counters, rowErrors, rowsAre, rows } = await readAnswer(PUBLISHED_IMPORT, {
    externalId: 'job_id',
  });

  assert.equal(job.phase, 'FINISHED');
  assert.equal(job.outcome, 'UNKNOWN');
  assert.equal(job.effect, 'UNKNOWN');
  assert.equal(job.providerStatus, 'complete');
  assert.deepEqual(job.error, { code: 'code', message: 'message', detail: null });
  assert.equal(job.queuedAt, Date.UTC(2019, 11, 27, 18, 11, 19, 117));
  assert.equal(job.expiresAt, Date.UTC(2019, 11, 27, 18, 11, 19, 117));
  assert.equal(job.finishedAt, null);
  assert.deepEqual(
    [counters.total, counters.processed, counters.succeeded, counters.failed],
    [0, 0, 0, 0],
  );
  assert.deepEqual([counters.added, counters.updated, counters.matched], [null, null, null]);
  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 1, limit: null });
  assert.equal(rowsAre, 'here');
  assert.deepEqual(rows, [
    {
      outcome: 'FAILED',
      number: 0,
      furtherNumbers: [],
      numberBasis: 'RESULT_POSITION',
      resource: null,
      recordId: '182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e',
      failure: {
        code: 'code',
        message: 'message',
        detail: null,
        values: null,
        valuesForm: 'NONE',
      },
    },
  ]);
});

test('takes the counters that the vendor leaves out from complete results', async () => {
  const { counters } = await read({
    total: 5,
    failed: 1,
    results: [
      DONE,
      { id: 'b', created: false, existing: true, updated: true },
      { id: 'c', created: false, existing: true, updated: false },
      { id: null },
      REFUSED,
    ],
  });

  assert.deepEqual(counters, {
    total: 5,
    processed: 4,
    succeeded: 3,
    failed: 1,
    added: 1,
    updated: 1,
    removed: null,
    matched: 2,
    duplicated: null,
  });
});

test('leaves counters empty that incomplete results cannot tell', async () => {
  const { counters } = await read({ total: 3, results: [DONE, DONE] });

  assert.deepEqual(
    [counters.processed, counters.succeeded, counters.failed, counters.added, counters.matched],
    [null, null, null, null, null],
  );
});

test('does not count updates where no result says whether there was one', async () => {
  const { counters } = await read({
    total: 1,
    results: [{ id: 'a', created: true, existing: false }],
  });

  assert.deepEqual([counters.added, counters.updated, counters.matched], [1, null, 0]);
});

for (const said of [{ id: 'a' }, { created: true }, { existing: true }, { updated: true }]) {
  test(`a result that says only ${JSON.stringify(said)} is a row that succeeded`, async () => {
    const { job, counters } = await read({ total: 1, results: [said] });

    assert.equal(counters.succeeded, 1);
    assert.equal(job.effect, 'ALL');
  });
}

test('a result that says nothing, or says no to everything, is unaccounted for', async () => {
  const denied = { id: null, created: false, existing: false, updated: false };
  const { job, counters } = await read({ total: 2, results: [{}, denied] });

  assert.deepEqual([counters.processed, counters.succeeded, counters.failed], [0, 0, 0]);
  assert.equal(job.outcome, 'UNKNOWN');
  assert.equal(job.effect, 'NONE');
});

for (const said of [{ created: true }, { updated: true }]) {
  test(`a failed row that says ${JSON.stringify(said)} takes the certainty from a zero`, async () => {
    const { job } = await read({ total: 1, succeeded: 0, results: [{ ...REFUSED, ...said }] });

    assert.equal(job.effect, 'UNKNOWN');
  });
}

test('no results of no rows are complete, and count zero', async () => {
  const { counters } = await read({ total: 0, results: [] });

  assert.deepEqual([counters.succeeded, counters.added, counters.updated], [0, 0, 0]);
});

test('keeps a counter of zero apart from one that is not there', async () => {
  assert.equal((await read({ succeeded: 0 })).counters.succeeded, 0);
  assert.equal((await read({ succeeded: null })).counters.succeeded, null);
});

test('an error with neither code nor message is still an error of the job', async () => {
  const { job } = await read({ status: 'failed', error: {} });

  assert.deepEqual(job.error, {
    code: null,
    message: 'Micro gives an error without saying which.',
    detail: null,
  });
});

test('passes on what was said about going on after errors', async () => {
  const told = await readAnswer(jobOf({}), { continueOnError: true });

  assert.equal(told.job.continueOnError, true);
  assert.equal((await read({})).job.continueOnError, null);
});

test('refuses an answer about another import', async () => {
  const error = await failureOf(sourceOf([JSON.stringify(jobOf({ job_id: 'imp_2' }))]));

  assert.equal(error.kind, 'unexpected-response');
  assert.match(error.message, /"imp_1"/);
  assert.match(error.message, /"imp_2"/);
});

test('accepts the answer to a synchronous import, which names no job', async () => {
  const { job } = await read({ job_id: null, total: 1, results: [DONE] });

  assert.equal(job.outcome, 'SUCCEEDED');
});
