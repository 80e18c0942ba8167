import assert from 'node:assert/strict';
import { importId } from '../../src/domain/import.ts';
import type { Import } from '../../src/domain/import.ts';
import { sumTally } from '../../src/domain/row.ts';
import { FAILED_ROWS, ROWS } from './month-vendor.ts';
import type { MonthJob } from './month-vendor.ts';
import { DAY_MS, MINUTE_MS } from './month.ts';
import type { Month } from './month.ts';

/** So long after the last of a month's jobs has begun, all have ended and are forgotten. */
export const AFTERWARDS_MS = 15 * DAY_MS;

/** Every job that anybody could have captured was, as it was; and the vendor was not asked too often. */
export async function assertAllCaptured(month: Month): Promise<void> {
  const { captured, lost, open, wrong } = await outcomeOf(month);
  assert.deepEqual(open, []);
  assert.deepEqual(wrong, []);
  assert.deepEqual(lost.filter(hasChance), []);
  assert.equal(captured.length, mostCaptured(month));
  assertWithinBudget(month);
}

export function assertWithinBudget({ vendor, perMonth }: Month): void {
  for (const [name, count] of vendor.countByMonth()) {
    assert.ok(count <= perMonth, `${count} requests in ${name}`);
  }
}

/** What became of the jobs of a month. */
export interface MonthOutcome {
  readonly captured: readonly MonthJob[];
  /** The vendor has forgotten them, and nobody knows how they ended. */
  readonly lost: readonly MonthJob[];
  /** Neither yet. */
  readonly open: readonly MonthJob[];
  /** Captured otherwise than they were, or without their rows. */
  readonly wrong: readonly MonthJob[];
  /** How long after their end the middle one of the captured was seen. */
  readonly medianLagMs: number;
}

/** Notes of each import when it is first told to be at risk. */
export function noteRisk(month: Month, everyMs: number): ReadonlyMap<string, number> {
  const toldAt = new Map<string, number>();
  month.every(everyMs, async () => {
    const risk = await month.watcher.findRisk('crm', 500);
    for (const { importId: id } of risk?.first ?? []) {
      if (!toldAt.has(id)) toldAt.set(id, month.clock.now());
    }
  });
  return toldAt;
}

const FINDS_AT_ONCE = 500;

export async function outcomeOf({ vendor, ledger, clock }: Month): Promise<MonthOutcome> {
  const captured: MonthJob[] = [];
  const lost: MonthJob[] = [];
  const open: MonthJob[] = [];
  const wrong: MonthJob[] = [];
  const lagsMs: number[] = [];
  for (let start = 0; start < vendor.jobs.length; start += FINDS_AT_ONCE) {
    const jobs = vendor.jobs.slice(start, start + FINDS_AT_ONCE);
    const ids = jobs.map(({ ref }) => importId(ref));
    const known = await ledger.findImports(ids);
    const held = await ledger.findHeldRows(ids);
    for (const job of jobs) {
      const found = known.get(importId(job.ref));
      const rows = held.get(importId(job.ref))?.kept;
      if (found?.state.job.phase === 'FINISHED') {
        captured.push(job);
        if (!isRight(found, job) || rows === undefined || sumTally(rows) !== ROWS) wrong.push(job);
        lagsMs.push((found.freshness.observedAt ?? 0) - job.endsAt);
      } else if (job.expiresAt <= clock.now()) lost.push(job);
      else open.push(job);
    }
  }
  lagsMs.sort((a, b) => a - b);
  return { captured, lost, open, wrong, medianLagMs: lagsMs[lagsMs.length >> 1] ?? 0 };
}

function isRight({ state, freshness }: Import, { endsAt, expiresAt }: MonthJob): boolean {
  const { counters, rowErrors } = state;
  const seenAt = freshness.observedAt ?? 0;
  return (
    freshness.state === 'SETTLED' &&
    seenAt >= endsAt &&
    seenAt < expiresAt &&
    counters.total === ROWS &&
    counters.failed === FAILED_ROWS &&
    rowErrors.availability === 'COMPLETE' &&
    rowErrors.totalCount === FAILED_ROWS
  );
}

/** A job that ends so shortly before it is forgotten, or later, cannot be captured. */
const SHORTEST_CHANCE_MS = 3 * MINUTE_MS;

/** Whether a job could be captured by somebody with requests to spare. */
export function hasChance({ endsAt, expiresAt }: MonthJob): boolean {
  return expiresAt - endsAt > SHORTEST_CHANCE_MS;
}

/**
 * The most jobs that anybody could capture who knew all of them beforehand, with one request each: in
 * every month as many as it allows, of those that have ended those that are forgotten first.
 */
export function mostCaptured({ vendor, perMonth }: Month): number {
  let waiting = vendor.jobs.filter(hasChance).toSorted((a, b) => a.expiresAt - b.expiresAt);
  let captured = 0;
  let monthStart = Math.min(...waiting.map(({ endsAt }) => startOfMonth(endsAt)));
  while (waiting.length > 0) {
    const monthEnd = startOfMonth(monthStart + 32 * DAY_MS);
    const start = monthStart;
    const possible = waiting.filter(
      ({ endsAt, expiresAt }) => endsAt < monthEnd && expiresAt > start,
    );
    const taken = new Set(possible.slice(0, perMonth));
    captured += taken.size;
    waiting = waiting.filter((job) => !taken.has(job) && job.expiresAt > monthEnd);
    monthStart = monthEnd;
  }
  return captured;
}

function startOfMonth(instant: number): number {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
