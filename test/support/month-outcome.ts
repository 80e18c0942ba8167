import { importId } from '../../src/domain/import.ts';
import type { Import } from '../../src/domain/import.ts';
import { FAILED_ROWS, ROWS } from './month-vendor.ts';
import type { MonthJob } from './month-vendor.ts';
import { DAY_MS, MINUTE_MS } from './month.ts';
import type { Month } from './month.ts';

/** What became of the jobs of a month. */
export interface MonthOutcome {
  readonly captured: readonly MonthJob[];
  /** The vendor has forgotten them, and nobody knows how they ended. */
  readonly lost: readonly MonthJob[];
  /** Neither yet. */
  readonly open: readonly MonthJob[];
  /** Captured after they were forgotten, or otherwise than they were: there are none. */
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
    const known = await ledger.findImports(jobs.map(({ ref }) => importId(ref)));
    for (const job of jobs) {
      const found = known.get(importId(job.ref));
      if (found?.state.job.phase === 'FINISHED') {
        captured.push(job);
        if (!isRight(found, job)) wrong.push(job);
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
