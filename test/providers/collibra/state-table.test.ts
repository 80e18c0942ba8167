import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommitEffect, JobOutcome, JobPhase } from '../../../src/domain/job.ts';
import { observe } from '../../../src/providers/collibra/observe.ts';
import type { SummaryAnswer } from '../../../src/providers/collibra/observe.ts';
import { ImportSummary, JobResource } from '../../../src/providers/collibra/wire.ts';
import { job, summary } from './setup.ts';

const NOT_ASKED: SummaryAnswer = { kind: 'not-asked' };
const NONE: SummaryAnswer = { kind: 'none' };
const LACKING: SummaryAnswer = { kind: 'lacking', reason: 'the vendor is down' };

function counted(body: unknown): SummaryAnswer {
  return { kind: 'summary', summary: ImportSummary.parse(body) };
}

const CHANGED = counted(summary({ added: 1, updated: 0, removed: 0, failed: 0 }));
const UNCHANGED = counted(summary({ added: 0, updated: 0, removed: 0, failed: 0 }));
const UNCOUNTED = counted({ resourceTypes: [], importJobState: 'COMPLETED' });
const HALF_COUNTED = counted(summary({ added: 0, failed: 3 }));

function stating(importJobState: string, errorsCount: number | null = null): SummaryAnswer {
  const counters = { added: 1, updated: 0, removed: 0 };
  return counted(summary(counters, { importJobState, errorsCount }));
}

type Flag = boolean | null;
type Line = readonly [
  flag: Flag,
  state: string | null,
  result: string | null,
  summary: SummaryAnswer,
  phase: JobPhase,
  outcome: JobOutcome | null,
  effect: CommitEffect,
];

const FLAGS: readonly Flag[] = [true, false, null];

/** The same line for every flag. */
function any(...line: Line extends readonly [Flag, ...infer Rest] ? Rest : never): Line[] {
  return FLAGS.map((flag) => [flag, ...line]);
}

const TABLE: readonly Line[] = [
  ...any('WAITING', null, NOT_ASKED, 'QUEUED', null, 'NONE'),
  ...any('WAITING', 'NOT_SET', NOT_ASKED, 'QUEUED', null, 'NONE'),
  ...any('RUNNING', null, NOT_ASKED, 'RUNNING', null, 'UNKNOWN'),
  ...any('RUNNING', 'NOT_SET', NOT_ASKED, 'RUNNING', null, 'UNKNOWN'),
  ...any('RUNNING', 'SUCCESS', NOT_ASKED, 'RUNNING', null, 'UNKNOWN'),
  ...any('CANCELING', null, NOT_ASKED, 'CANCELING', null, 'UNKNOWN'),

  ...any('COMPLETED', 'SUCCESS', CHANGED, 'FINISHED', 'SUCCEEDED', 'ALL'),
  ...any('COMPLETED', 'SUCCESS', UNCHANGED, 'FINISHED', 'SUCCEEDED', 'ALL'),
  ...any('COMPLETED', 'SUCCESS', NONE, 'FINISHED', 'SUCCEEDED', 'ALL'),
  ...any('COMPLETED', 'SUCCESS', LACKING, 'FINISHED', 'SUCCEEDED', 'ALL'),

  ...any('COMPLETED', 'COMPLETED_WITH_ERROR', CHANGED, 'FINISHED', 'COMPLETED_WITH_ERRORS', 'SOME'),
  ...any(
    'COMPLETED',
    'COMPLETED_WITH_ERROR',
    UNCHANGED,
    'FINISHED',
    'COMPLETED_WITH_ERRORS',
    'NONE',
  ),
  ...any('COMPLETED', 'COMPLETED_WITH_ERROR', NONE, 'FINISHED', 'COMPLETED_WITH_ERRORS', 'UNKNOWN'),
  ...any(
    'COMPLETED',
    'COMPLETED_WITH_ERROR',
    HALF_COUNTED,
    'FINISHED',
    'COMPLETED_WITH_ERRORS',
    'UNKNOWN',
  ),

  ...any('COMPLETED', 'ABORTED', CHANGED, 'FINISHED', 'ABORTED', 'SOME'),
  ...any('COMPLETED', 'ABORTED', UNCHANGED, 'FINISHED', 'ABORTED', 'NONE'),
  ...any('COMPLETED', 'ABORTED', UNCOUNTED, 'FINISHED', 'ABORTED', 'UNKNOWN'),
  ...any('COMPLETED', 'ABORTED', LACKING, 'FINISHED', 'ABORTED', 'UNKNOWN'),

  [false, 'ERROR', 'FAILURE', CHANGED, 'FINISHED', 'FAILED', 'SOME'],
  [false, 'ERROR', 'FAILURE', UNCHANGED, 'FINISHED', 'FAILED', 'NONE'],
  [false, 'ERROR', 'FAILURE', UNCOUNTED, 'FINISHED', 'FAILED', 'NONE'],
  [false, 'ERROR', 'FAILURE', NONE, 'FINISHED', 'FAILED', 'NONE'],
  [true, 'ERROR', 'FAILURE', CHANGED, 'FINISHED', 'FAILED', 'SOME'],
  [true, 'ERROR', 'FAILURE', UNCHANGED, 'FINISHED', 'FAILED', 'UNKNOWN'],
  [true, 'ERROR', 'FAILURE', NONE, 'FINISHED', 'FAILED', 'UNKNOWN'],
  [null, 'ERROR', 'FAILURE', CHANGED, 'FINISHED', 'FAILED', 'SOME'],
  [null, 'ERROR', 'FAILURE', UNCHANGED, 'FINISHED', 'FAILED', 'UNKNOWN'],
  [null, 'ERROR', 'FAILURE', NONE, 'FINISHED', 'FAILED', 'UNKNOWN'],
  [false, 'FAILED', 'FAILURE', UNCHANGED, 'FINISHED', 'FAILED', 'NONE'],
  [true, 'FAILED', 'FAILURE', UNCHANGED, 'FINISHED', 'FAILED', 'UNKNOWN'],
  [null, 'FAILED', 'FAILURE', CHANGED, 'FINISHED', 'FAILED', 'SOME'],

  ...['CANCELED', 'DELETED'].flatMap((state) =>
    [null, 'NOT_SET', 'SUCCESS', 'FAILURE', 'ABORTED', 'BRAND_NEW'].flatMap((result) => [
      ...any(state, result, CHANGED, 'FINISHED', 'CANCELED', 'SOME'),
      ...any(state, result, UNCHANGED, 'FINISHED', 'CANCELED', 'UNKNOWN'),
      ...any(state, result, NONE, 'FINISHED', 'CANCELED', 'UNKNOWN'),
    ]),
  ),

  // Without a result the summary's own state decides, and without one nobody knows.
  ...[null, 'NOT_SET'].flatMap((result) => [
    ...any('COMPLETED', result, stating('COMPLETED', 0), 'FINISHED', 'SUCCEEDED', 'ALL'),
    ...any(
      'COMPLETED',
      result,
      stating('COMPLETED', 16),
      'FINISHED',
      'COMPLETED_WITH_ERRORS',
      'SOME',
    ),
    ...any(
      'COMPLETED',
      result,
      stating('COMPLETED_WITH_ERRORS'),
      'FINISHED',
      'COMPLETED_WITH_ERRORS',
      'SOME',
    ),
    ...any('COMPLETED', result, stating('ABORTED'), 'FINISHED', 'ABORTED', 'SOME'),
    ...any('COMPLETED', result, stating('FAILED'), 'FINISHED', 'FAILED', 'SOME'),
    ...any('COMPLETED', result, stating('BRAND_NEW'), 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
    ...any('COMPLETED', result, NONE, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
    ...any('COMPLETED', result, LACKING, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
    ...any('ERROR', result, stating('FAILED'), 'FINISHED', 'FAILED', 'SOME'),
    ...any('ERROR', result, stating('COMPLETED', 0), 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
    ...any('ERROR', result, NONE, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
  ]),

  ...any('COMPLETED', 'FAILURE', CHANGED, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
  ...any('COMPLETED', 'BRAND_NEW', CHANGED, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
  ...any('COMPLETED', 'success', CHANGED, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
  ...['ERROR', 'FAILED'].flatMap((state) =>
    ['SUCCESS', 'COMPLETED_WITH_ERROR', 'ABORTED', 'BRAND_NEW'].flatMap((result) =>
      any(state, result, CHANGED, 'FINISHED', 'UNKNOWN', 'UNKNOWN'),
    ),
  ),

  ...any('BRAND_NEW', null, NOT_ASKED, 'UNKNOWN', null, 'UNKNOWN'),
  ...any('BRAND_NEW', 'SUCCESS', NOT_ASKED, 'UNKNOWN', null, 'UNKNOWN'),
  ...any(null, 'SUCCESS', NOT_ASKED, 'UNKNOWN', null, 'UNKNOWN'),
  ...any(null, null, NOT_ASKED, 'UNKNOWN', null, 'UNKNOWN'),
];

for (const [index, line] of TABLE.entries()) {
  const [continueOnError, state, result, summary, phase, outcome, effect] = line;
  const read = `${phase}, ${outcome}, ${effect}`;
  const words = `${state}/${result} (summary ${summary.kind}, continueOnError ${continueOnError})`;

  test(`line ${index + 1}: reads ${words} as ${read}`, () => {
    const sent = JobResource.parse(job({ state, result }));
    const observation = observe({ job: sent, summary, continueOnError });
    const seen = observation.job;
    assert.deepEqual([seen.phase, seen.outcome, seen.effect], [phase, outcome, effect]);
    const explanation = seen.explanation ?? '';
    assert.match(explanation, /^\S.*\.$/);
    for (const word of [state, result]) if (word !== null) assert.ok(explanation.includes(word));
  });
}
