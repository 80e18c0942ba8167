import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import { EMPTY_TALLY } from '../../src/domain/row.ts';
import type { RowErrorSummary, RowTally } from '../../src/domain/row.ts';
import type { OpenCapture } from '../../src/ledger/row-ledger.ts';
import { judgeCapture } from '../../src/watcher/capture-verdict.ts';
import type { CaptureResult } from '../../src/watcher/capture-verdict.ts';
import type { Circumstances, Verdict } from '../../src/watcher/verdict.ts';
import {
  claim,
  counters,
  finishedJob,
  freshness,
  REF,
  resource,
  START,
  state,
} from '../support/builders.ts';
import { CADENCE, failure } from './setup.ts';

const NOW = START + 600_000;
const DAY_MS = 86_400_000;

interface Given extends Partial<Omit<Circumstances, 'claim'>> {
  /** How many failed rows the summary of the import counts. */
  readonly counted?: number | null;
  readonly expiresAt?: number | null;
  readonly attempts?: number;
  readonly failingSince?: number | null;
}

/** What was known when the capture began. */
function finishOf({ counted = null, expiresAt = null }: Given = {}) {
  return state({
    job: finishedJob({ outcome: 'COMPLETED_WITH_ERRORS', effect: 'SOME', expiresAt }),
    counters: counters({ total: 100, failed: counted }),
    resources: [resource()],
    rowErrors: { availability: 'PENDING', totalCount: counted, limit: null },
  });
}

function verdict(result: CaptureResult, given: Given = {}): Verdict {
  const { counted: _, expiresAt: __, attempts = 0, failingSince = null, ...changes } = given;
  const known = { state: finishOf(given), revision: 3, position: 9 };
  return judgeCapture(result, {
    claim: claim({
      import: { ...known, freshness: freshness({ observedAt: START }) },
      schedule: { attempts, failingSince },
    }),
    cadence: CADENCE,
    appearsWithinMs: 10_000,
    holdFinishForMs: 60_000,
    budgetFloorMs: 0,
    now: NOW,
    random: 0,
    ...changes,
  });
}

interface Read extends Partial<Omit<OpenCapture, 'seen' | 'kept'>> {
  /** Failed rows that were read. */
  readonly seen?: number;
  /** Failed rows that were kept. */
  readonly kept?: number;
}

function capture({ seen = 0, kept = seen, ...changes }: Read = {}): OpenCapture {
  return {
    id: 7,
    next: null,
    seen: tally({ FAILED: seen }),
    kept: tally({ FAILED: kept }),
    totalFailed: null,
    since: START,
    ...changes,
  };
}

function tally(changes: Partial<RowTally>): RowTally {
  return { ...EMPTY_TALLY, ...changes };
}

function whole(read: Read = {}): CaptureResult {
  return { kind: 'whole', capture: capture(read) };
}

function cut(read: Read): CaptureResult {
  return { kind: 'cut', capture: capture(read), limit: 4 };
}

function refused(read: Read = {}): CaptureResult {
  return { kind: 'not-granted', capture: capture(read) };
}

function lost(read: Read = {}, kind: ProviderErrorKind = 'not-found'): CaptureResult {
  return { kind: 'failed', capture: capture(read), error: failure(kind) };
}

const PART = { seen: 4, next: '4' };
const COUNTED = { counted: 8 };

/** Each: what came of it, what was known, and what is said of the row errors at the end. */
const endings: readonly (readonly [string, CaptureResult, Given, RowErrorSummary])[] = [
  ['a whole list', whole({ seen: 5 }), {}, complete(5)],
  ['a whole list, as the summary has it', whole({ seen: 8 }), COUNTED, complete(8)],
  ['a whole list, as it says itself', whole({ seen: 5, totalFailed: 5 }), {}, complete(5)],
  ['a list with more than the summary counts', whole({ seen: 9 }), COUNTED, complete(9)],
  ['a list with less than the summary counts', whole({ seen: 5 }), COUNTED, truncated(8)],
  ['a list with less than it says', whole({ seen: 5, totalFailed: 9 }), COUNTED, truncated(9)],
  ['an empty list', whole(), {}, countOnly(null)],
  ['an empty list that says so', whole({ totalFailed: 0 }), {}, complete(0)],
  ['an empty list that the summary counts rows for', whole(), COUNTED, countOnly(8)],

  ['a list that was cut', cut(PART), {}, truncated(null, 4)],
  ['a list that was cut and counted', cut(PART), COUNTED, truncated(8, 4)],
  ['a list that was cut and counts', cut({ ...PART, totalFailed: 9 }), COUNTED, truncated(9, 4)],
  ['a list that was cut on its last page', cut({ seen: 6, kept: 4 }), {}, truncated(6, 4)],
  ['a list that was cut behind its last row', cut(PART), { counted: 4 }, complete(4)],

  ['a list that is not granted', refused(), {}, countOnly(null)],
  ['a list that is not granted and was counted', refused(), COUNTED, countOnly(8)],
  ['a list that is not granted any more', refused(PART), COUNTED, truncated(8)],

  ['a list that is forgotten', lost(), COUNTED, expired(8)],
  ['a list that is forgotten and nobody counted', lost(), {}, countOnly(null)],
  ['a list that is not there, of no failed row', lost(), { counted: 0 }, complete(0)],
  ['a list whose rest is forgotten', lost(PART), COUNTED, truncated(8)],
  ['a list whose rest it counted', lost({ ...PART, totalFailed: 9 }), {}, truncated(9)],
  ['a list whose rest nobody counted', lost(PART), {}, truncated(null)],
  ['a list that is forgotten behind its last row', lost(PART), { counted: 4 }, complete(4)],
];

const FAILURES = [
  'unauthorized',
  'rate-limited',
  'timeout',
  'unavailable',
  'unexpected-response',
] as const;

/** Others wait for somebody, or for a time that is known. */
const GIVEN_UP = ['timeout', 'unavailable', 'unexpected-response'] as const;

describe('the end of a capture', () => {
  const tried = { failingSince: NOW - DAY_MS, attempts: 9 };
  const failing = GIVEN_UP.flatMap((kind): typeof endings => [
    [`a list that is ${kind} for a day`, lost({}, kind), { ...COUNTED, ...tried }, countOnly(8)],
    [`a list whose rest is ${kind} for a day`, lost(PART, kind), tried, truncated(null)],
  ]);
  const late = FAILURES.map((kind): (typeof endings)[number] => [
    `a list that is ${kind} and expired`,
    lost({}, kind),
    { ...COUNTED, expiresAt: NOW },
    expired(8),
  ]);
  for (const [what, result, given, rowErrors] of [...endings, ...failing, ...late]) {
    const { availability, totalCount } = rowErrors;
    test(`${what} is ${availability} of ${totalCount ?? 'nobody knows how many'}`, () => {
      const recorded = verdict(result, given);
      assert.ok('capture' in result);
      // Whatever came of its rows, the finish stands as it is.
      assert.deepEqual(recorded.state, { ...finishOf(given), rowErrors });
      const isEmpty = result.capture.kept.FAILED === 0;
      const captured = { kind: 'captured', captureId: 7 } as const;
      assert.deepEqual(recorded.rows, isEmpty ? { kind: 'keep' } : captured);
      assert.equal(recorded.held, null);
      assert.equal(recorded.basedOnRevision, 3);
      assert.deepEqual(recorded.ref, REF);
      const { kind, message } = result.kind === 'failed' ? result.error : {};
      assert.deepEqual(recorded.freshness, {
        state: 'SETTLED',
        observedAt: result.kind === 'failed' ? START : NOW,
        nextLookAt: null,
        error: kind === undefined ? null : { kind, message },
      });
    });
  }

  test('keeps rows that did not fail, too', () => {
    const rows = { seen: tally({ CREATED: 3 }), kept: tally({ CREATED: 3 }) };
    const recorded = verdict({ kind: 'whole', capture: { ...capture(), ...rows } });
    assert.deepEqual(recorded.rows, { kind: 'captured', captureId: 7 });
    assert.deepEqual(recorded.state?.rowErrors, countOnly(null));
  });
});

describe('a capture that goes on', () => {
  test('does so at once, and forgets the failures before', () => {
    const recorded = verdict({ kind: 'unfinished' }, { attempts: 5 });
    assert.deepEqual(recorded, {
      ref: REF,
      watchedLookAt: null,
      basedOnRevision: 3,
      state: null,
      rows: { kind: 'capturing' },
      held: null,
      attempts: 0,
      freshness: { state: 'LIVE', observedAt: NOW, nextLookAt: NOW, error: null },
      now: NOW,
    });
  });

  for (const kind of FAILURES) {
    test(`waits when it is ${kind}, and what is known stands`, () => {
      const result = lost({ ...PART, since: NOW - DAY_MS + 1 }, kind);
      const recorded = verdict(result, { ...COUNTED, expiresAt: NOW + 1 });
      assert.equal(recorded.state, null);
      assert.deepEqual(recorded.rows, { kind: 'capturing' });
      assert.equal(recorded.held, null);
      assert.equal(recorded.attempts, 1);
      assert.equal(recorded.freshness.state, 'BACKING_OFF');
      assert.equal(recorded.freshness.observedAt, START);
      assert.deepEqual(recorded.freshness.error, { kind, message: `the vendor is ${kind}` });
    });
  }

  const waits: readonly (readonly [(typeof FAILURES)[number], number, number])[] = [
    ['unavailable', 0, 2_000],
    ['unavailable', 1, 4_000],
    ['timeout', 2, 8_000],
    ['rate-limited', 6, 128_000],
    ['unavailable', 30, 300_000],
    ['unauthorized', 0, 16_000],
    ['unexpected-response', 1, 32_000],
  ];
  for (const [kind, attempts, expected] of waits) {
    test(`waits ${expected} ms when it is ${kind} after ${attempts} failures before`, () => {
      const recorded = verdict(lost({}, kind), { attempts });
      assert.equal(recorded.freshness.nextLookAt, NOW + expected);
      assert.equal(recorded.attempts, attempts + 1);
    });
  }

  test('waits for as long as the vendor asks', () => {
    const error = failure('rate-limited', 45_000);
    const recorded = verdict({ kind: 'failed', capture: capture(), error }, { attempts: 9 });
    assert.equal(recorded.freshness.nextLookAt, NOW + 45_000);
  });

  test('waits until a whole millisecond', () => {
    const { nextLookAt } = verdict(lost({}, 'timeout'), { random: 0.12345 }).freshness;
    assert.ok(Number.isSafeInteger(nextLookAt));
    assert.ok(Number(nextLookAt) < NOW + 2_000);
  });
});

function complete(totalCount: number): RowErrorSummary {
  return { availability: 'COMPLETE', totalCount, limit: null };
}

function truncated(totalCount: number | null, limit: number | null = null): RowErrorSummary {
  return { availability: 'TRUNCATED', totalCount, limit };
}

function countOnly(totalCount: number | null): RowErrorSummary {
  return { availability: 'COUNT_ONLY', totalCount, limit: null };
}

function expired(totalCount: number): RowErrorSummary {
  return { availability: 'EXPIRED', totalCount, limit: null };
}
