import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedParts, IMPORT_PARTS, occurredAt } from '../../src/domain/change.ts';
import type { ImportPart, Snapshot } from '../../src/domain/change.ts';
import { UNOBSERVED } from '../../src/domain/import.ts';
import type { ImportState } from '../../src/domain/import.ts';
import type { Job } from '../../src/domain/job.ts';
import { isSame } from '../../src/domain/same.ts';
import { counters, finishedJob, job, resource, START, state } from '../support/builders.ts';

const JOB_ERROR = { code: 'c', message: 'm', detail: null };

/** A change of each thing that can change, and the part that it is told as. */
const CHANGES: readonly (readonly [ImportState, ImportPart])[] = [
  [withJob({ phase: 'CANCELING' }), 'PHASE'],
  [withJob({ outcome: 'FAILED' }), 'OUTCOME'],
  [withJob({ effect: 'SOME' }), 'EFFECT'],
  [withJob({ progressPercent: 0 }), 'PROGRESS'],
  [withJob({ queuedAt: 0 }), 'TIMES'],
  [withJob({ startedAt: START }), 'TIMES'],
  [withJob({ finishedAt: START }), 'TIMES'],
  [withJob({ expiresAt: START }), 'TIMES'],
  [withJob({ message: '' }), 'MESSAGE'],
  [withJob({ providerStatus: 'running' }), 'MESSAGE'],
  [withJob({ explanation: 'because' }), 'MESSAGE'],
  [withJob({ error: JOB_ERROR }), 'ERROR'],
  [withJob({ continueOnError: false }), 'CONTINUE_ON_ERROR'],
  [state({ counters: counters({ failed: 0 }) }), 'COUNTERS'],
  [state({ resources: [resource()] }), 'RESOURCES'],
  [state({ rowErrors: { availability: 'COMPLETE', totalCount: null, limit: null } }), 'ROW_ERRORS'],
];

test('what differs is told by its part, and nothing else is', () => {
  for (const [after, part] of CHANGES) {
    const changed = changedParts({ before: snapshot(), after: snapshot(after), hasNewRows: false });
    assert.deepEqual(changed, [part], JSON.stringify(after));
  }
});

test('every part can change', () => {
  const told = new Set(CHANGES.map(([, part]) => part));
  assert.deepEqual(
    IMPORT_PARTS.filter((part) => !told.has(part)),
    ['LABELS'],
  );
});

test('nothing has changed when the same is seen again', () => {
  const resources = [resource({ categories: [resource({ key: 'deep', error: JOB_ERROR })] })];
  const before = snapshot(state({ resources }), { a: '1', b: '2' });
  const after: Snapshot = {
    state: JSON.parse(JSON.stringify(before.state)),
    labels: { b: '2', a: '1' },
  };
  assert.deepEqual(changedParts({ before, after, hasNewRows: false }), []);
});

test('several things of one part are one change', () => {
  const after = snapshot(state({ job: job({ queuedAt: 1, startedAt: 2, message: 'm' }) }));
  const changed = changedParts({ before: snapshot(), after, hasNewRows: false });
  assert.deepEqual(changed, ['TIMES', 'MESSAGE']);
});

test('other rows and other labels are changes of their own', () => {
  const before = snapshot();
  const rows = changedParts({ before, after: before, hasNewRows: true });
  assert.deepEqual(rows, ['ROW_ERRORS']);
  const after = snapshot(before.state, { run: '7' });
  assert.deepEqual(changedParts({ before, after, hasNewRows: false }), ['LABELS']);
  const labelsGone = changedParts({ before: after, after: before, hasNewRows: false });
  assert.deepEqual(labelsGone, ['LABELS']);
});

test('the first revision differs from an import of which nothing was observed', () => {
  const first = { before: null, hasNewRows: false };
  assert.deepEqual(changedParts({ ...first, after: snapshot(UNOBSERVED) }), []);
  const after = snapshot(state(), { run: '7' });
  assert.deepEqual(changedParts({ ...first, after }), ['PHASE', 'MESSAGE', 'LABELS']);
});

test('values are the same by what they hold', () => {
  const same = [
    [null, null],
    [
      { a: 1, b: [2, { c: null }] },
      { b: [2, { c: null }], a: 1 },
    ],
    [[], []],
  ];
  const different = [
    [null, {}],
    [null, 0],
    [0, '0'],
    [{}, []],
    [{ a: 1 }, { b: 1 }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [
      [1, 2],
      [2, 1],
    ],
    [{ toString: 1 }, {}],
    [{}, { toString: 1 }],
  ];
  for (const [a, b] of same) assert.ok(isSame(a, b), JSON.stringify([a, b]));
  for (const [a, b] of different) assert.ok(!isSame(a, b), JSON.stringify([a, b]));
});

const TIMES = { queuedAt: 1, startedAt: 2, finishedAt: 3 } as const;

test('a phase began when the vendor says that it began', () => {
  const cases = [
    [job({ phase: 'QUEUED', ...TIMES }), 1],
    [job({ phase: 'RUNNING', ...TIMES }), 2],
    [finishedJob(TIMES), 3],
    [job({ phase: 'CANCELING', ...TIMES }), null],
    [job({ phase: 'UNKNOWN', ...TIMES }), null],
    [job({ phase: 'RUNNING', queuedAt: 1 }), null],
  ] as const;
  for (const [changedJob, expected] of cases) {
    const { phase } = changedJob;
    assert.equal(occurredAt({ revision: 5, changed: ['PHASE'], job: changedJob }), expected, phase);
    assert.equal(occurredAt({ revision: 1, changed: [], job: changedJob }), expected, phase);
    assert.equal(occurredAt({ revision: 1, changed: null, job: changedJob }), expected, phase);
  }
});

test('nobody says when anything else changed', () => {
  const finished = finishedJob(TIMES);
  assert.equal(occurredAt({ revision: 2, changed: ['COUNTERS'], job: finished }), null);
  assert.equal(occurredAt({ revision: 2, changed: null, job: finished }), null);
});

function withJob(changes: Partial<Job>): ImportState {
  return state({ job: job(changes) });
}

function snapshot(of: ImportState = state(), labels: Snapshot['labels'] = {}): Snapshot {
  return { state: of, labels };
}
