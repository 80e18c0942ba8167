import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Import, ImportState } from '../../src/domain/import.ts';
import type { Observation } from '../../src/domain/observation.ts';
import { EMPTY_TALLY } from '../../src/domain/row.ts';
import type { ImportSchedule } from '../../src/ledger/look-ledger.ts';
import type { Look } from '../../src/providers/provider.ts';
import type { CapturedRows } from '../../src/watcher/captured-rows.ts';
import { judge } from '../../src/watcher/verdict.ts';
import type { Circumstances, Verdict } from '../../src/watcher/verdict.ts';
import {
  claim,
  counters,
  finish,
  freshness,
  job,
  observation,
  REF,
  START,
  state,
} from '../support/builders.ts';
import type { ClaimChanges } from '../support/builders.ts';
import { CADENCE, failed, seen } from './setup.ts';

const NOW = START + 600_000;
const HOUR_MS = 3_600_000;

interface Changes extends Partial<Omit<Circumstances, 'claim'>> {
  readonly claim?: ClaimChanges;
  readonly captured?: CapturedRows | null;
}

function verdict(
  look: Look,
  { claim: claimed, captured = null, ...changes }: Changes = {},
): Verdict {
  return judge(look, captured, {
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

/** An import that was seen once and was in this state. */
function known(known: ImportState = state()): Partial<Import> {
  return { state: known, revision: 1, position: 1, freshness: freshness({ observedAt: START }) };
}

function heldFor(ms: number, held: ImportState = stateOf(finish())): Partial<ImportSchedule> {
  return { held: { since: NOW - ms, state: held, captureId: null, isKnown: false } };
}

function stateOf({ job, counters, resources, rowErrors }: Observation): ImportState {
  return { job, counters, resources, rowErrors };
}

const LACKING = finish({ lacking: 'the summary', counters: counters(), rows: 'here' });

/** Two rows that came along, one of them failed. */
const CAPTURED: CapturedRows = {
  id: 7,
  seen: { ...EMPTY_TALLY, CREATED: 1, FAILED: 1 },
  kept: { ...EMPTY_TALLY, CREATED: 1, FAILED: 1 },
  maxRows: 10,
};

test('a job that runs is recorded and looked at again at its pace', () => {
  const startedAt = NOW - 100_000;
  const shown = observation({ job: job({ startedAt }) });
  assert.deepEqual(verdict({ kind: 'observed', observation: shown }), {
    ref: REF,
    basedOnRevision: 0,
    state: stateOf(shown),
    rows: { kind: 'keep' },
    held: null,
    attempts: 0,
    freshness: { state: 'LIVE', observedAt: NOW, nextLookAt: NOW + 5_000, error: null },
    watchedLookAt: NOW + 2_000,
    now: NOW,
  });
});

test('a verdict stands on the revision that the look began with', () => {
  assert.equal(verdict(seen(), { claim: { import: known() } }).basedOnRevision, 1);
});

test('an import that somebody watches is looked at as soon as may be', () => {
  const { watchedLookAt, freshness: fresh } = verdict(seen({ job: job({ startedAt: START }) }));
  assert.equal(watchedLookAt, NOW + 2_000);
  assert.equal(fresh.nextLookAt, NOW + 30_000);
});

test('who watches makes no difference to what is over, or fails', () => {
  assert.equal(verdict({ kind: 'observed', observation: finish() }).watchedLookAt, null);
  assert.equal(verdict(failed('timeout')).watchedLookAt, null);
});

const paces: readonly (readonly [string, Partial<Observation['job']>, Changes, number])[] = [
  ['when it started', { startedAt: NOW - 200_000, queuedAt: NOW - 400_000 }, {}, 10_000],
  ['else when it was queued', { queuedAt: NOW - 400_000 }, {}, 20_000],
  ['else when it was tracked', {}, {}, 30_000],
  ['by a clock that is ahead of ours', { startedAt: NOW + HOUR_MS }, {}, 2_000],
  ['as the budget allows', { startedAt: START }, { budgetFloorMs: HOUR_MS }, HOUR_MS],
  ['before it expires', { startedAt: START, expiresAt: NOW + 10_000 }, {}, 5_000],
];
for (const [what, shown, changes, expected] of paces) {
  test(`the pace of a job goes by its age: ${what}`, () => {
    const { freshness: fresh } = verdict(seen({ job: job(shown) }), changes);
    assert.equal(fresh.nextLookAt, NOW + expected);
  });
}

test('a next look is at a whole millisecond', () => {
  const conditions = { random: 0.12345, budgetFloorMs: 2_345.678 };
  for (const look of [seen(), seen({ job: job({ phase: 'UNKNOWN' }) }), failed('unavailable')]) {
    const { freshness: fresh } = verdict(look, conditions);
    assert.ok(Number.isSafeInteger(fresh.nextLookAt));
  }
});

test('a whole finish is published at once, whole, and never looked at again', () => {
  const shown = finish({ rows: 'here' });
  const recorded = verdict(seen(shown), { captured: CAPTURED });
  const { state: kept, rows, freshness: fresh, held } = recorded;
  assert.deepEqual(kept, stateOf(shown));
  assert.deepEqual(rows, { kind: 'captured', captureId: 7 });
  assert.deepEqual(fresh, { state: 'SETTLED', observedAt: NOW, nextLookAt: null, error: null });
  assert.equal(held, null);
});

test('a finish without rows has none, whatever was held before', () => {
  assert.deepEqual(verdict(seen(finish())).rows, { kind: 'none' });
});

test('a finish whose rows are elsewhere is published at once, and settled once they are read', () => {
  const rowErrors = { availability: 'PENDING', totalCount: 9, limit: null } as const;
  const shown = finish({ rows: 'elsewhere', rowErrors });
  const recorded = verdict(seen(shown));
  assert.deepEqual(recorded.state, stateOf(shown));
  assert.deepEqual(recorded.rows, { kind: 'capturing' });
  assert.equal(recorded.held, null);
  assert.equal(recorded.freshness.state, 'LIVE');
  assert.equal(recorded.freshness.nextLookAt, NOW);
});

test('failed rows beyond the limit are told, and counted all the same', () => {
  const rowErrors = { availability: 'COMPLETE', totalCount: 30, limit: null } as const;
  const seenRows = { ...EMPTY_TALLY, CREATED: 70, FAILED: 30 };
  const captured = { ...CAPTURED, seen: seenRows, kept: { ...seenRows, FAILED: 10 } };
  const { state: kept } = verdict(seen(finish({ rows: 'here', rowErrors })), { captured });
  assert.deepEqual(kept?.rowErrors, { availability: 'TRUNCATED', totalCount: 30, limit: 10 });
  const others = { ...CAPTURED, seen: seenRows, kept: { ...seenRows, CREATED: 10 } };
  const whole = verdict(seen(finish({ rows: 'here', rowErrors })), { captured: others });
  assert.deepEqual(whole.state?.rowErrors, rowErrors);
});

test('a finish that lacks something is held back for a while', () => {
  const first = verdict(seen(LACKING), { claim: { import: known() }, captured: CAPTURED });
  assert.equal(first.state, null);
  assert.deepEqual(first.rows, { kind: 'keep' });
  assert.equal(first.held?.since, NOW);
  assert.deepEqual(first.held.state, stateOf(LACKING));
  assert.equal(first.held.captureId, 7);
  assert.equal(first.freshness.state, 'LIVE');
  assert.equal(first.freshness.nextLookAt, NOW + 2_000);

  const later = verdict(seen(LACKING), { claim: { import: known(), schedule: heldFor(59_500) } });
  assert.equal(later.state, null);
  assert.equal(later.held?.since, NOW - 59_500);
  assert.equal(later.freshness.nextLookAt, NOW + 500);
});

test('an import of which only a held finish was seen stays PENDING', () => {
  assert.equal(verdict(seen(LACKING)).freshness.state, 'PENDING');
});

test('a finish that still lacks something is published when its time is up', () => {
  const claimed = { import: known(), schedule: heldFor(60_000) };
  const recorded = verdict(seen(LACKING), { claim: claimed, captured: CAPTURED });
  const { state: kept, rows, held, freshness: fresh } = recorded;
  assert.deepEqual(kept, stateOf(LACKING));
  assert.deepEqual(rows, { kind: 'captured', captureId: 7 });
  assert.equal(held?.since, NOW - 60_000);
  assert.equal(fresh.state, 'LIVE');
  assert.equal(fresh.nextLookAt, NOW + 2_000);
});

test('what a published finish lacks is looked for at growing intervals', () => {
  const waits = [0, 1, 2, 7, 8].map((attempts) => {
    const schedule = { ...heldFor(HOUR_MS), attempts };
    const claimed = { import: known(stateOf(LACKING)), schedule };
    const recording = verdict(seen(LACKING), { claim: claimed });
    assert.equal(recording.attempts, attempts + 1);
    return (recording.freshness.nextLookAt ?? 0) - NOW;
  });
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 256_000, 300_000]);
});

test('after a day a finish is taken as it is', () => {
  const claimed = {
    import: known(stateOf(LACKING)),
    schedule: { ...heldFor(24 * HOUR_MS), attempts: 9 },
  };
  const { freshness: fresh, state: kept } = verdict(seen(LACKING), { claim: claimed });
  assert.equal(fresh.state, 'SETTLED');
  assert.equal(fresh.nextLookAt, null);
  assert.deepEqual(kept, stateOf(LACKING));
});

test('the rows of a finish that is taken as it is after a day are read before it is settled', () => {
  const rowErrors = { availability: 'PENDING', totalCount: null, limit: null } as const;
  const pending = finish({ lacking: 'the summary', rows: 'elsewhere', rowErrors });
  const early = { import: known(), schedule: heldFor(60_000, stateOf(pending)) };
  const published = verdict(seen(pending), { claim: early });
  assert.deepEqual(published.state, stateOf(pending));
  assert.deepEqual(published.rows, { kind: 'keep' });
  assert.notEqual(published.held, null);
  const schedule = { ...heldFor(24 * HOUR_MS, stateOf(pending)), attempts: 9 };
  const late = { import: known(stateOf(pending)), schedule };
  for (const look of [seen(pending), failed('unavailable')]) {
    const recorded = verdict(look, { claim: late });
    assert.deepEqual(recorded.rows, { kind: 'capturing' });
    assert.equal(recorded.held, null);
    assert.equal(recorded.freshness.state, 'LIVE');
    assert.equal(recorded.freshness.nextLookAt, NOW);
  }
});

test('a finish that has become whole is published in place of the one that was not', () => {
  for (const schedule of [heldFor(5_000), heldFor(HOUR_MS)]) {
    const recording = verdict(seen(finish()), { claim: { import: known(), schedule } });
    assert.deepEqual(recording.state, stateOf(finish()));
    assert.equal(recording.freshness.state, 'SETTLED');
    assert.equal(recording.held, null);
  }
});

for (const phase of ['QUEUED', 'RUNNING', 'CANCELING', 'UNKNOWN'] as const) {
  test(`a finish is not taken back by a late ${phase}`, () => {
    const published = { import: known(stateOf(finish())), schedule: heldFor(HOUR_MS) };
    const recording = verdict(seen({ job: job({ phase }) }), { claim: published });
    assert.equal((recording.state ?? stateOf(finish())).job.phase, 'FINISHED');
    assert.deepEqual(recording.rows, { kind: 'keep' });

    const held = { import: known(), schedule: heldFor(5_000) };
    const waiting = verdict(seen({ job: job({ phase }) }), { claim: held });
    assert.equal(waiting.state, null);
    assert.equal(waiting.held?.since, NOW - 5_000);

    const overdue = { import: known(), schedule: heldFor(60_000) };
    const late = verdict(seen({ job: job({ phase }) }), { claim: overdue });
    assert.deepEqual(late.state, stateOf(finish()));
  });
}

test('a word that we do not know is looked at again at growing intervals', () => {
  const waits = [0, 1, 2, 20].map((attempts) => {
    const look = seen({ job: job({ phase: 'UNKNOWN' }) });
    const recording = verdict(look, { claim: { import: known(), schedule: { attempts } } });
    assert.equal(recording.attempts, attempts + 1);
    assert.equal(recording.state?.job.phase, 'UNKNOWN');
    return (recording.freshness.nextLookAt ?? 0) - NOW;
  });
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 300_000]);
});

test('an answer that says where a job stands forgets the attempts before', () => {
  assert.equal(verdict(seen(), { claim: { schedule: { attempts: 9 } } }).attempts, 0);
});
