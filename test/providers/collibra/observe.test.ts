import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COUNTERS } from '../../../src/domain/counters.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import { hasEnded, observe } from '../../../src/providers/collibra/observe.ts';
import type { SummaryAnswer } from '../../../src/providers/collibra/observe.ts';
import { ImportSummary, JobResource } from '../../../src/providers/collibra/wire.ts';
import { job, summary } from './setup.ts';

interface Sent {
  readonly job?: Readonly<Record<string, unknown>>;
  readonly summary?: unknown;
  readonly continueOnError?: boolean | null;
}

function seen(sent: Sent): Observation {
  const answer: SummaryAnswer =
    sent.summary === undefined
      ? { kind: 'not-asked' }
      : { kind: 'summary', summary: ImportSummary.parse(sent.summary) };
  return observe({
    job: JobResource.parse(job(sent.job)),
    summary: answer,
    continueOnError: sent.continueOnError ?? null,
  });
}

const TWO_TYPES = {
  resourceTypes: [
    {
      resourceType: 'ASSET',
      counters: { added: 5, updated: 2, removed: 1, failed: 3 },
      subcategories: [
        { category: { id: 'a', name: 'Term' }, counters: { added: 4, updated: 2 } },
        { category: { id: 'b', name: null }, counters: { added: 1, failed: 3 } },
      ],
    },
    { resourceType: 'MAPPING', counters: { added: 10 }, subcategories: null },
  ],
  errorsCount: 7,
  importJobState: 'COMPLETED_WITH_ERRORS',
};

test('adds up top-level counters only', () => {
  assert.deepEqual(seen({ summary: TWO_TYPES }).counters, {
    ...NO_COUNTERS,
    added: 15,
    updated: 2,
    removed: 1,
    failed: 3,
  });
});

test('keeps resource types and their categories as resources', () => {
  const [asset, mapping] = seen({ summary: TWO_TYPES }).resources;
  assert.equal(asset?.type, 'ASSET');
  assert.deepEqual(
    asset.categories.map(({ type, key, name }) => ({ type, key, name })),
    [
      { type: 'ASSET', key: 'a', name: 'Term' },
      { type: 'ASSET', key: 'b', name: null },
    ],
  );
  assert.deepEqual(asset.categories[1]?.counters, { ...NO_COUNTERS, added: 1, failed: 3 });
  assert.deepEqual(mapping?.categories, []);
  assert.equal(mapping.phase, null);
});

test('leaves a counter that the vendor does not send null, and zero zero', () => {
  const { counters } = seen({ summary: summary({ added: 0, updated: 0, removed: 0 }) });
  assert.equal(counters.failed, null);
  assert.equal(counters.added, 0);
  assert.equal(counters.total, null);
});

test('takes the number of errors from errorsCount, not from the sum of failed', () => {
  const { rowErrors, rows, counters } = seen({ summary: TWO_TYPES });
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 7, limit: null });
  assert.equal(rows, 'elsewhere');
  assert.equal(counters.failed, 3);
});

test('knows of no errors completely', () => {
  const { rowErrors, rows } = seen({ summary: summary({ added: 1 }, { errorsCount: 0 }) });
  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 0, limit: null });
  assert.equal(rows, 'none');
});

test('does not believe a count of no errors beside a counter of failed rows', () => {
  const { rowErrors, rows } = seen({ summary: summary({ failed: 3 }, { errorsCount: 0 }) });
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
  assert.equal(rows, 'elsewhere');
});

test('knows no number of errors when the summary has none, and looks for them', () => {
  const { rowErrors, rows } = seen({ summary: summary({ added: 1 }, { errorsCount: null }) });
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
  assert.equal(rows, 'elsewhere');
});

test('looks for the errors of a job however it ended', () => {
  for (const state of ['COMPLETED', 'CANCELED', 'ERROR', 'FAILED', 'DELETED']) {
    const { rows } = seen({ job: { state }, summary: TWO_TYPES });
    assert.equal(rows, 'elsewhere', state);
  }
});

test('leaves errors pending while the job is not finished', () => {
  for (const state of ['WAITING', 'RUNNING', 'CANCELING', 'BRAND_NEW']) {
    const { rowErrors, rows } = seen({ job: { state, result: 'NOT_SET' } });
    assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
    assert.equal(rows, 'none');
  }
});

test('does not take a part that reports nothing for one that changed nothing', () => {
  const zero = { added: 0, updated: 0, removed: 0 };
  const { job: read, counters } = seen({
    job: { result: 'COMPLETED_WITH_ERROR' },
    summary: {
      resourceTypes: [
        { resourceType: 'ASSET', counters: zero },
        { resourceType: 'RELATION', counters: { failed: 2 } },
      ],
    },
  });
  assert.equal(read.effect, 'UNKNOWN');
  assert.equal(counters.added, 0);
});

test('takes a change that only a category shows for a change', () => {
  const { job: read } = seen({
    job: { state: 'ERROR', result: 'FAILURE' },
    continueOnError: false,
    summary: {
      resourceTypes: [
        { resourceType: 'ASSET', counters: null, subcategories: [{ counters: { removed: 1 } }] },
      ],
    },
  });
  assert.equal(read.effect, 'SOME');
});

test('tells each kind of change by itself', () => {
  for (const changed of ['added', 'updated', 'removed']) {
    const { job: read } = seen({
      job: { result: 'ABORTED' },
      summary: summary({ added: 0, updated: 0, removed: 0, [changed]: 1 }),
    });
    assert.equal(read.effect, 'SOME', changed);
  }
});

test('quotes the vendor’s own words for the state', () => {
  const lines = [
    ['COMPLETED', 'SUCCESS', 'COMPLETED/SUCCESS'],
    ['FAILED', 'FAILURE', 'FAILED/FAILURE'],
    ['Strange State', null, 'Strange State'],
    [null, null, null],
  ];
  for (const [state, result, words] of lines) {
    assert.equal(seen({ job: { state, result } }).job.providerStatus, words);
  }
});

test('reports a failure in the words of the job', () => {
  const { error } = seen({
    job: { state: 'ERROR', result: 'FAILURE', message: 'Disk full' },
  }).job;
  assert.deepEqual(error, { code: 'FAILURE', message: 'Disk full', detail: null });
});

test('reports a failure without words in a sentence of ours', () => {
  for (const message of [null, '', '  ']) {
    const { error } = seen({ job: { state: 'FAILED', result: null, message } }).job;
    assert.equal(error?.code, null);
    assert.match(error.message, /no reason/);
  }
});

test('reports no error for a job that did not fail', () => {
  const endings = [
    { state: 'COMPLETED', result: 'COMPLETED_WITH_ERROR' },
    { state: 'COMPLETED', result: 'ABORTED' },
    { state: 'CANCELED', result: 'NOT_SET' },
    { state: 'RUNNING', result: 'NOT_SET' },
  ];
  for (const sent of endings) assert.equal(seen({ job: sent }).job.error, null);
});

test('takes progress as it is and never for a sign of being done', () => {
  const { job: running } = seen({ job: { state: 'RUNNING', progressPercentage: 100 } });
  assert.deepEqual([running.phase, running.progressPercent], ['RUNNING', 100]);
  const { job: done } = seen({ job: { progressPercentage: 50 } });
  assert.deepEqual([done.phase, done.progressPercent], ['FINISHED', 50]);
  assert.equal(seen({}).job.progressPercent, null);
  assert.equal(seen({ job: { progressPercentage: 12.5 } }).job.progressPercent, 12.5);
});

test('takes each time from its own field', () => {
  const { job: read } = seen({
    job: { createdOn: 1475503010320, startDate: 1488016800, endDate: 1488016900 },
  });
  assert.equal(read.queuedAt, 1475503010320);
  assert.equal(read.startedAt, 1488016800000);
  assert.equal(read.finishedAt, 1488016900000);
  assert.equal(read.expiresAt, null);
});

test('tells continue-on-error as it was told', () => {
  for (const flag of [true, false, null]) {
    assert.equal(seen({ continueOnError: flag }).job.continueOnError, flag);
  }
});

test('believes a result that only an import with continue-on-error can have', () => {
  for (const result of ['COMPLETED_WITH_ERROR', 'ABORTED']) {
    const { job: read } = seen({ job: { result }, continueOnError: false });
    assert.equal(read.continueOnError, true);
  }
});

test('says so when a success has a summary that counts errors', () => {
  const counted = seen({ summary: summary({ added: 1 }, { errorsCount: 16 }) }).job;
  assert.equal(counted.outcome, 'SUCCEEDED');
  assert.match(counted.explanation ?? '', /although its summary counts errors: 16/);
  const clean = seen({ summary: summary({ added: 1 }) }).job;
  assert.doesNotMatch(clean.explanation ?? '', /although/);
});

test('says that the vendor has no summary, and lacks nothing', () => {
  const read = observe({
    job: JobResource.parse(job()),
    summary: { kind: 'none' },
    continueOnError: null,
  });
  assert.match(read.job.explanation ?? '', /no summary/);
  assert.deepEqual([read.lacking, read.counters, read.resources], [null, NO_COUNTERS, []]);
  assert.deepEqual(read.rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
  assert.equal(read.rows, 'elsewhere');
});

test('carries the finish along with what it lacks', () => {
  const read = observe({
    job: JobResource.parse(job()),
    summary: { kind: 'lacking', reason: 'it is down' },
    continueOnError: null,
  });
  assert.equal(read.job.phase, 'FINISHED');
  assert.equal(read.lacking, 'it is down');
  assert.match(read.job.explanation ?? '', /its summary could not be had\.$/);
  assert.deepEqual([read.counters, read.resources], [NO_COUNTERS, []]);
  assert.deepEqual(read.rowErrors, { availability: 'PENDING', totalCount: null, limit: null });
  assert.equal(read.rows, 'elsewhere');
});

test('takes exactly the ended states for ended', () => {
  const states = {
    COMPLETED: true,
    CANCELED: true,
    ERROR: true,
    FAILED: true,
    DELETED: true,
    WAITING: false,
    RUNNING: false,
    CANCELING: false,
    BRAND_NEW: false,
  };
  for (const [state, ended] of Object.entries(states)) {
    assert.equal(hasEnded(JobResource.parse(job({ state }))), ended, state);
  }
  assert.equal(hasEnded(JobResource.parse(job({ state: null }))), false);
});

test('explains a failure by what is known of continue-on-error', () => {
  const reasons = [
    [true, /some data may have been committed/],
    [false, /continue-on-error off nothing was committed/],
    [null, /hangs on continue-on-error, which nobody stated/],
  ] as const;
  for (const [continueOnError, reason] of reasons) {
    const { explanation } = seen({
      job: { state: 'ERROR', result: 'FAILURE' },
      continueOnError,
    }).job;
    assert.match(explanation ?? '', reason);
  }
});
