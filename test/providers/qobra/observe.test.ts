import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PUBLISHED_IMPORT } from '../../../src/providers/qobra/published.ts';
import {
  ID,
  PARSING_ERROR,
  WHOLE_ERROR,
  answerOf,
  failureOf,
  read,
  readAnswer,
  sourceOf,
  table,
} from './builders.ts';

test('scheduled is queued, and nothing is in the target yet', async () => {
  const { job, lacking } = await read([table({ status: 'scheduled', number_of_records: null })], {
    status: 'scheduled',
    progress: '0',
  });

  assert.equal(job.phase, 'QUEUED');
  assert.equal(job.outcome, null);
  assert.equal(job.effect, 'NONE');
  assert.equal(job.progressPercent, 0);
  assert.equal(lacking, null);
});

test('scheduled with a table that has begun may have written something', async () => {
  const waiting = table({ status: 'scheduled', number_of_records: 0 });
  for (const begun of [table({ status: 'started' }), table({ status: 'scheduled' })]) {
    assert.equal((await read([waiting, begun], { status: 'scheduled' })).job.effect, 'UNKNOWN');
  }
});

test('started is running, whatever its tables are', async () => {
  const { job } = await read([table(), table({ error: PARSING_ERROR })], { status: 'started' });

  assert.equal(job.phase, 'RUNNING');
  assert.equal(job.outcome, null);
  assert.equal(job.effect, 'UNKNOWN');
  assert.equal(job.error, null);
});

test('a status we do not know is no phase, no outcome and no effect, and is kept verbatim', async () => {
  const { job, rowErrors } = await read([table()], { status: 'Warning' });

  assert.equal(job.phase, 'UNKNOWN');
  assert.equal(job.outcome, null);
  assert.equal(job.effect, 'UNKNOWN');
  assert.equal(job.providerStatus, 'Warning');
  assert.equal(rowErrors.availability, 'PENDING');
});

test('reads the published example', async () => {
  const observation = await readAnswer(PUBLISHED_IMPORT);
  const { job, counters, resources, rowErrors, rowsAre, rows } = observation;

  assert.equal(job.phase, 'FINISHED');
  assert.equal(job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(job.effect, 'SOME');
  assert.equal(job.progressPercent, 100);
  assert.equal(job.queuedAt, Date.UTC(2024, 5, 25, 9, 58, 32));
  assert.equal(job.startedAt, Date.UTC(2024, 5, 25, 10, 3, 27));
  assert.equal(job.finishedAt, Date.UTC(2024, 5, 25, 10, 14, 12));
  assert.equal(job.expiresAt, null);
  assert.equal(job.error, null);
  assert.equal(job.providerStatus, 'finished');
  assert.equal(counters.succeeded, null);
  assert.deepEqual(
    resources.map(({ type, key, phase, progressPercent, counters: { succeeded, failed } }) => [
      type,
      key,
      phase,
      progressPercent,
      succeeded,
      failed,
    ]),
    [
      ['api', 'companies', 'FINISHED', 100, 122, null],
      ['api', 'opportunities', 'FINISHED', 100, null, null],
    ],
  );
  assert.equal(resources[0]?.error, null);
  assert.deepEqual(resources[1]?.error, {
    code: 'ParsingError',
    message: "Can't parse 'AAAAA' as float for user attribute amount",
    detail: null,
  });
  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 1, limit: null });
  assert.equal(rowsAre, 'here');
  assert.deepEqual(rows, [
    {
      outcome: 'FAILED',
      number: 1,
      furtherNumbers: [],
      numberBasis: 'LINE',
      resource: 'opportunities',
      recordId: null,
      failure: {
        code: 'ParsingError',
        message: "ValueError: could not convert string to float: 'AAAAA'",
        detail: null,
        values: { id: '1', name: 'Great opportunity', user: 'user@example.fr', amount: 'AAAAA' },
        valuesForm: 'VERBATIM',
      },
    },
  ]);
});

test('a table keeps the phase that its own status says', async () => {
  const statuses = ['scheduled', 'started', 'finished', 'paused'];
  const { resources } = await read(
    statuses.map((status) => table({ status })),
    { status: 'started' },
  );

  assert.deepEqual(
    resources.map(({ phase }) => phase),
    ['QUEUED', 'RUNNING', 'FINISHED', 'UNKNOWN'],
  );
});

test('a table keeps a type and a key that we have never heard of, or no key', async () => {
  const { resources } = await read([table({ type: 'webhook', data_table_key: null })]);

  assert.deepEqual([resources[0]?.type, resources[0]?.key], ['webhook', null]);
});

test('adds the records up only when every table has counted its own', async () => {
  const counted = [table({ number_of_records: 3 }), table({ number_of_records: 4 })];

  assert.equal((await read(counted)).counters.succeeded, 7);
  const uncounted = await read([...counted, table({ number_of_records: null })]);
  assert.equal(uncounted.counters.succeeded, null);
  assert.equal((await read([])).counters.succeeded, null);
});

test('a failed import gives the reason of its first table in error', async () => {
  const { job } = await read([table({ error: WHOLE_ERROR }), table({ error: PARSING_ERROR })]);

  assert.deepEqual(job.error, { code: 'Timeout', message: 'It took too long', detail: null });
});

test('an error is told in the best words there are', async () => {
  const tables = [{ title: 'Timeout' }, {}].map((error) => table({ error }));

  assert.deepEqual(
    (await read(tables)).resources.map(({ error }) => [error?.code, error?.message]),
    [
      ['Timeout', 'Timeout'],
      [null, 'Qobra gives an error without saying which.'],
    ],
  );
});

test('passes on what was said about going on after errors', async () => {
  const told = await readAnswer(PUBLISHED_IMPORT, { continueOnError: false });

  assert.equal(told.job.continueOnError, false);
  assert.equal((await readAnswer(PUBLISHED_IMPORT)).job.continueOnError, null);
});

test('knows its import by the id in either case, and refuses another one', async () => {
  assert.equal((await read([table()], { id: ID.toUpperCase() })).job.outcome, 'SUCCEEDED');
  const other = answerOf([table()], { id: '0'.repeat(24) });
  const error = await failureOf(sourceOf([JSON.stringify(other)]));
  assert.equal(error.kind, 'unexpected-response');
  assert.match(error.message, new RegExp(ID));
});
