import assert from 'node:assert/strict';
import test from 'node:test';
import { EMPTY_TALLY } from '../../src/domain/row.ts';
import type { RowErrorAvailability, RowTally } from '../../src/domain/row.ts';
import {
  availabilityOfRows,
  countOf,
  hasRows,
  summarizeRowErrors,
  summarizeRows,
} from '../../src/graphql/row-summary.ts';
import type { RowEvidence } from '../../src/graphql/row-summary.ts';
import type { HeldRows } from '../../src/ledger/row-ledger.ts';
import { counters, state } from '../support/builders.ts';

interface Case {
  readonly errors: RowErrorAvailability;
  readonly total?: number | null;
  /** How many rows that did not fail, and how many that did. */
  readonly seen?: readonly [number, number];
  /** As many as were seen when absent. */
  readonly kept?: readonly [number, number];
  readonly isPruned?: boolean;
  /** Null for a provider that is no longer configured. */
  readonly every: boolean | null;
  readonly expected: ReturnType<typeof availabilityOfRows>;
}

/** Line by line; `every` says whether the provider reports every row. */
const CASES: readonly Case[] = [
  // Nothing was captured.
  { errors: 'PENDING', every: true, expected: 'PENDING' },
  { errors: 'PENDING', every: false, expected: 'PENDING' },
  { errors: 'COUNT_ONLY', every: true, expected: 'COUNT_ONLY' },
  { errors: 'COUNT_ONLY', every: false, expected: 'COUNT_ONLY' },
  { errors: 'EXPIRED', every: true, expected: 'EXPIRED' },
  { errors: 'EXPIRED', every: false, expected: 'EXPIRED' },
  { errors: 'TRUNCATED', every: true, expected: 'COUNT_ONLY' },
  { errors: 'TRUNCATED', every: false, expected: 'COUNT_ONLY' },
  { errors: 'COMPLETE', every: true, total: 0, expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: true, total: 9, expected: 'COUNT_ONLY' },
  { errors: 'COMPLETE', every: true, total: null, expected: 'COUNT_ONLY' },
  { errors: 'COMPLETE', every: false, total: 9, expected: 'FAILED_ONLY' },
  { errors: 'COMPLETE', every: null, total: 9, expected: 'FAILED_ONLY' },
  // A capture without a row is none.
  { errors: 'COMPLETE', every: true, total: 0, seen: [0, 0], expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: true, total: 9, seen: [0, 0], expected: 'COUNT_ONLY' },
  { errors: 'COMPLETE', every: false, seen: [0, 0], expected: 'FAILED_ONLY' },
  { errors: 'EXPIRED', every: false, seen: [0, 0], expected: 'EXPIRED' },
  { errors: 'COMPLETE', every: false, seen: [0, 0], isPruned: true, expected: 'FAILED_ONLY' },
  // Rows are held.
  { errors: 'COMPLETE', every: true, total: 9, seen: [7, 2], expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: true, total: null, seen: [7, 2], expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: true, total: 5, seen: [7, 2], expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: true, total: 10, seen: [7, 2], expected: 'TRUNCATED' },
  { errors: 'COMPLETE', every: true, total: 9, seen: [7, 2], kept: [6, 2], expected: 'TRUNCATED' },
  { errors: 'TRUNCATED', every: true, total: 9, seen: [7, 2], kept: [7, 1], expected: 'TRUNCATED' },
  { errors: 'COMPLETE', every: false, total: 9, seen: [0, 2], expected: 'FAILED_ONLY' },
  { errors: 'TRUNCATED', every: false, seen: [0, 2], kept: [0, 1], expected: 'TRUNCATED' },
  { errors: 'TRUNCATED', every: false, seen: [0, 2], expected: 'TRUNCATED' },
  { errors: 'COUNT_ONLY', every: true, total: 9, seen: [7, 0], expected: 'TRUNCATED' },
  { errors: 'EXPIRED', every: false, seen: [0, 2], expected: 'TRUNCATED' },
  { errors: 'PENDING', every: true, total: 9, seen: [7, 2], expected: 'PENDING' },
  // The provider is no longer configured: what was seen says what it shows.
  { errors: 'COMPLETE', every: null, total: 9, seen: [7, 2], expected: 'COMPLETE' },
  { errors: 'COMPLETE', every: null, total: 10, seen: [7, 2], expected: 'TRUNCATED' },
  { errors: 'COMPLETE', every: null, total: 9, seen: [0, 2], expected: 'FAILED_ONLY' },
  // They were deleted for their age.
  { errors: 'COMPLETE', every: true, total: 9, seen: [7, 2], isPruned: true, expected: 'PRUNED' },
  { errors: 'TRUNCATED', every: false, seen: [0, 2], isPruned: true, expected: 'PRUNED' },
  { errors: 'PENDING', every: true, seen: [7, 2], isPruned: true, expected: 'PENDING' },
];

function tally([others, failed]: readonly [number, number]): RowTally {
  return { ...EMPTY_TALLY, CREATED: others, FAILED: failed };
}

function heldRows(changes: Partial<HeldRows> = {}): HeldRows {
  const seen = changes.seen ?? EMPTY_TALLY;
  return { seen, kept: seen, isPruned: false, columns: [], hasMoreColumns: false, ...changes };
}

function evidence({ errors, total = null, seen, kept, isPruned, every }: Case): RowEvidence {
  return {
    state: state({
      counters: counters({ total }),
      rowErrors: { availability: errors, totalCount: null, limit: null },
    }),
    held:
      seen === undefined
        ? null
        : heldRows({ seen: tally(seen), kept: tally(kept ?? seen), isPruned: isPruned ?? false }),
    provider: every === null ? null : { capabilities: { ...CAPABILITIES, reportsEveryRow: every } },
  };
}

const CAPABILITIES = {
  appearsWithinMs: 0,
  retentionMs: null,
  reportsRowErrors: true,
  reportsEveryRow: true,
  acceptsResponses: false,
};

test('the availability of rows is never greener than what is held and what was counted', () => {
  for (const each of CASES) {
    assert.equal(availabilityOfRows(evidence(each)), each.expected, JSON.stringify(each));
  }
});

test('rows can be had where some are held, and all that are to come have come', () => {
  const rows = tally([7, 2]);
  const complete = state({ rowErrors: { availability: 'COMPLETE', totalCount: 2, limit: null } });
  assert.equal(hasRows({ state: complete, held: heldRows({ seen: rows }) }), true);
  assert.equal(hasRows({ state: complete, held: null }), false);
  assert.equal(hasRows({ state: complete, held: heldRows() }), false);
  assert.equal(hasRows({ state: complete, held: heldRows({ seen: rows, isPruned: true }) }), false);
  assert.equal(hasRows({ state: state(), held: heldRows({ seen: rows }) }), false);
});

test('rows are counted as the vendor showed them, by the outcomes asked for', () => {
  const seen: RowTally = {
    CREATED: 1,
    UPDATED: 20,
    EXISTING: 300,
    SUCCEEDED: 4_000,
    FAILED: 50_000,
    UNKNOWN: 600_000,
  };
  assert.equal(countOf(seen, null), 654_321);
  assert.equal(countOf(seen, []), 0);
  assert.equal(countOf(seen, ['FAILED', 'CREATED', 'FAILED']), 50_001);
  const all: RowEvidence = {
    ...evidence({ errors: 'COMPLETE', every: true, expected: 'COMPLETE' }),
  };
  const held = heldRows({ seen, kept: { ...seen, UNKNOWN: 5 } });
  assert.equal(summarizeRows({ ...all, held }, null).totalCount, 654_321);
  assert.equal(summarizeRows({ ...all, held }, ['UNKNOWN']).totalCount, 600_000);
  assert.equal(summarizeRows({ ...all, held }, []).totalCount, 0);
});

test('where nothing was captured, the count of rows is null unless there are none', () => {
  const none = { errors: 'COMPLETE', every: true } as const;
  const empty = evidence({ ...none, total: 0, expected: 'COMPLETE' });
  assert.equal(summarizeRows(empty, null).totalCount, 0);
  const untold = evidence({ ...none, total: 9, expected: 'COUNT_ONLY' });
  assert.equal(summarizeRows(untold, null).totalCount, null);
});

test('the limit is told where rows were cut, whichever they are', () => {
  const whole = evidence({ errors: 'COMPLETE', every: true, seen: [7, 2], expected: 'COMPLETE' });
  assert.equal(summarizeRows(whole, null).limit, null);
  const others = { ...whole, held: heldRows({ seen: tally([7, 2]), kept: tally([5, 2]) }) };
  assert.equal(summarizeRows(others, null).limit, 5);
  const rowErrors = { availability: 'TRUNCATED', totalCount: 9, limit: 6 } as const;
  const failed = { ...whole, state: state({ rowErrors }) };
  assert.equal(summarizeRows(failed, null).limit, 6);
  assert.deepEqual(summarizeRowErrors(rowErrors, null), rowErrors);
});

test('row errors are deleted only where there were any', () => {
  const said = { availability: 'COMPLETE', totalCount: 2, limit: null } as const;
  const pruned = { isPruned: true };
  const withErrors = heldRows({ seen: tally([7, 2]), ...pruned });
  assert.deepEqual(summarizeRowErrors(said, withErrors), { ...said, availability: 'PRUNED' });
  const without = heldRows({ seen: tally([7, 0]), ...pruned });
  assert.equal(summarizeRowErrors(said, without).availability, 'COMPLETE');
  const pending = { ...said, availability: 'PENDING' } as const;
  assert.equal(summarizeRowErrors(pending, withErrors).availability, 'PENDING');
});

test('counts beyond what GraphQL can carry are null, not an error', () => {
  const said = {
    availability: 'TRUNCATED',
    totalCount: 3_000_000_000,
    limit: 3_000_000_000,
  } as const;
  const shown = summarizeRowErrors(said, null);
  assert.deepEqual([shown.totalCount, shown.limit], [null, null]);
});
