import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Import, ImportState } from '../../src/domain/import.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { ImportSchedule } from '../../src/ledger/look-ledger.ts';
import { judge } from '../../src/watcher/verdict.ts';
import type { Circumstances, Verdict } from '../../src/watcher/verdict.ts';
import { claim, finishedJob, freshness, job, START, state } from '../support/builders.ts';
import type { ClaimChanges } from '../support/builders.ts';
import { CADENCE, failed } from './setup.ts';

const NOW = START + 600_000;
const DAY_MS = 86_400_000;
const FINISH = state({
  job: finishedJob(),
  rowErrors: { availability: 'COMPLETE', totalCount: 0, limit: null },
});

interface Failing extends Partial<Omit<Circumstances, 'claim'>> {
  readonly kind: ProviderErrorKind;
  readonly retryAfterMs?: number;
  readonly claim?: ClaimChanges;
}

function verdict({ kind, retryAfterMs, claim: claimed, ...changes }: Failing): Verdict {
  return judge(failed(kind, retryAfterMs), null, {
    claim: claim(claimed),
    cadence: CADENCE,
    appearsWithinMs: 10_000,
    holdFinishForMs: 60_000,
    budgetFloorMs: 0,
    now: NOW,
    random: 0,
    ...changes,
  });
}

function known(given: ImportState = state()): Partial<Import> {
  return { state: given, revision: 1, position: 1, freshness: freshness({ observedAt: START }) };
}

function heldFor(ms: number): Partial<ImportSchedule> {
  return { held: { since: NOW - ms, state: FINISH, captureId: null, isKnown: false } };
}

const FAILURES = [
  'unauthorized',
  'rate-limited',
  'timeout',
  'unavailable',
  'unexpected-response',
] as const;

for (const kind of FAILURES) {
  test(`a look that is ${kind} leaves the last known state standing`, () => {
    const recording = verdict({ kind, claim: { import: known() } });
    assert.equal(recording.state, null);
    assert.deepEqual(recording.rows, { kind: 'keep' });
    assert.equal(recording.freshness.state, 'BACKING_OFF');
    assert.equal(recording.freshness.observedAt, START);
    assert.deepEqual(recording.freshness.error, { kind, message: `the vendor is ${kind}` });
    assert.equal(recording.attempts, 1);
  });
}

const backoffs: readonly (readonly [ProviderErrorKind, number, number])[] = [
  ['unavailable', 0, 2_000],
  ['unavailable', 1, 4_000],
  ['unavailable', 6, 128_000],
  ['unavailable', 30, 300_000],
  ['timeout', 2, 8_000],
  ['rate-limited', 2, 8_000],
  ['unexpected-response', 0, 16_000],
  ['unexpected-response', 3, 128_000],
  ['unauthorized', 0, 16_000],
];
for (const [kind, attempts, expected] of backoffs) {
  test(`after ${attempts} failures before, ${kind} waits ${expected} ms`, () => {
    const { freshness: fresh, attempts: counted } = verdict({
      kind,
      claim: { schedule: { attempts } },
    });
    assert.equal(fresh.nextLookAt, NOW + expected);
    assert.equal(counted, attempts + 1);
  });
}

test('a vendor that says how long to wait is waited for', () => {
  const { freshness: fresh } = verdict({ kind: 'rate-limited', retryAfterMs: 900_000 });
  assert.equal(fresh.nextLookAt, NOW + 900_000);
});

test('not there, for an import that was just tracked, means not yet', () => {
  const schedule = { trackedAt: NOW - 8_500 };
  const { freshness: fresh, state: kept } = verdict({ kind: 'not-found', claim: { schedule } });
  assert.equal(fresh.state, 'PENDING');
  assert.equal(fresh.nextLookAt, NOW + 1_500);
  assert.equal(fresh.error?.kind, 'not-found');
  assert.equal(kept, null);
});

test('not there, when the time to appear is over, means that it never was', () => {
  const schedule = { trackedAt: NOW - 10_000 };
  const { freshness: fresh, state: kept } = verdict({ kind: 'not-found', claim: { schedule } });
  assert.equal(fresh.state, 'NOT_FOUND');
  assert.equal(fresh.nextLookAt, null);
  assert.equal(kept, null);
});

test('an import that was seen and is not there any more is gone, and what is known stands', () => {
  const whole = state({
    job: job({ progressPercent: 40 }),
    rowErrors: { availability: 'COUNT_ONLY', totalCount: 3, limit: null },
  });
  const { freshness: fresh, state: kept } = verdict({
    kind: 'not-found',
    claim: { import: known(whole) },
  });
  assert.deepEqual(kept, whole);
  assert.deepEqual(fresh, {
    state: 'GONE',
    observedAt: START,
    nextLookAt: null,
    error: { kind: 'not-found', message: 'the vendor is not-found' },
  });
});

test('rows that were not captured before the import was gone have expired', () => {
  const pending = state({ rowErrors: { availability: 'PENDING', totalCount: 7, limit: null } });
  const { state: kept } = verdict({ kind: 'not-found', claim: { import: known(pending) } });
  assert.deepEqual(kept, {
    ...pending,
    rowErrors: { availability: 'EXPIRED', totalCount: 7, limit: null },
  });
});

test('an import that was seen and is young is only missing for the moment', () => {
  const claimed = { import: known(), schedule: { trackedAt: NOW - 1_000 } };
  const { freshness: fresh } = verdict({ kind: 'not-found', claim: claimed });
  assert.equal(fresh.state, 'LIVE');
  assert.equal(fresh.nextLookAt, NOW + 2_000);
});

test('a finish that was held back is published when the vendor forgets the import', () => {
  for (const seen of [known(), {}]) {
    const claimed = { import: seen, schedule: heldFor(5_000) };
    const { freshness: fresh, state: kept } = verdict({ kind: 'not-found', claim: claimed });
    assert.equal(fresh.state, 'GONE');
    assert.deepEqual(kept, FINISH);
  }
});

for (const kind of FAILURES) {
  test(`an import whose vendor is ${kind} after it has expired is gone`, () => {
    const expired = known(state({ job: job({ expiresAt: NOW }) }));
    assert.equal(verdict({ kind, claim: { import: expired } }).freshness.state, 'GONE');
    const alive = known(state({ job: job({ expiresAt: NOW + 1 }) }));
    assert.equal(verdict({ kind, claim: { import: alive } }).freshness.state, 'BACKING_OFF');
  });
}

test('a finish that was held back is published in time although the vendor fails', () => {
  const waiting = verdict({
    kind: 'unavailable',
    claim: { import: known(), schedule: { ...heldFor(55_000), attempts: 5 } },
  });
  assert.equal(waiting.state, null);
  assert.equal(waiting.held?.since, NOW - 55_000);
  assert.equal(waiting.freshness.nextLookAt, NOW + 5_000);

  const overdue = verdict({
    kind: 'unavailable',
    claim: { import: known(), schedule: { ...heldFor(60_000), attempts: 5 } },
  });
  assert.deepEqual(overdue.state, FINISH);
  assert.equal(overdue.held?.since, NOW - 60_000);
  assert.equal(overdue.freshness.state, 'BACKING_OFF');
  assert.equal(overdue.freshness.nextLookAt, NOW + 64_000);
});

test('a failure does not hold back for longer a finish that is published', () => {
  const claimed = { import: known(FINISH), schedule: { ...heldFor(DAY_MS / 2), attempts: 3 } };
  const recording = verdict({ kind: 'timeout', claim: claimed });
  assert.deepEqual(recording.state ?? FINISH, FINISH);
  assert.equal(recording.freshness.nextLookAt, NOW + 16_000);
});

test('a finish is published at once when its vendor wants a longer pause than it may be held', () => {
  const schedule = heldFor(5_000);
  const short = { retryAfterMs: 50_000, claim: { import: known(), schedule } };
  assert.equal(verdict({ kind: 'rate-limited', ...short }).state, null);
  const long = { retryAfterMs: 600_000, claim: { import: known(), schedule } };
  assert.deepEqual(verdict({ kind: 'rate-limited', ...long }).state, FINISH);
});

test('a finish that is taken as it is after a day is not looked for any more', () => {
  const claim = { import: known(FINISH), schedule: { ...heldFor(DAY_MS), attempts: 9 } };
  const settled = verdict({ kind: 'unavailable', claim });
  assert.equal(settled.freshness.state, 'SETTLED');
  assert.equal(settled.freshness.nextLookAt, null);
});

test('the rows of a finish that was held back are kept when it is published', () => {
  const schedule = { held: { since: NOW - 60_000, state: FINISH, captureId: 7, isKnown: false } };
  for (const kind of ['unavailable', 'not-found'] as const) {
    const published = verdict({ kind, claim: { import: known(), schedule } });
    assert.deepEqual(published.rows, { kind: 'captured', captureId: 7 });
  }
});
