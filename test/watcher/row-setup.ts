import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Import, ImportRef } from '../../src/domain/import.ts';
import { importId } from '../../src/domain/import.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Look, RowsAnswer, RowsTarget } from '../../src/providers/provider.ts';
import { counters, finish, finishedJob, REF, rowError } from '../support/builders.ts';
import { listAllRows } from '../support/captures.ts';
import type { TestClock } from '../support/clock.ts';
import { settle } from './setup.ts';

/** Failed rows that are numbered from 1. */
export function failedRows(count: number): readonly ImportRow[] {
  return Array.from({ length: count }, (_, index) => rowError({ number: index + 1 }));
}

/** A finish of which so many rows failed, and are to be read page by page. */
export function finishElsewhere(failed: number | null, changes: Partial<Observation> = {}): Look {
  return { kind: 'observed', observation: withFailed(failed, { rows: 'elsewhere', ...changes }) };
}

/** A finish of which so many rows failed, and came along. */
export function finishHere(failed: number, changes: Partial<Observation> = {}): Observation {
  const rowErrors = { availability: 'COMPLETE', totalCount: failed, limit: null } as const;
  return withFailed(failed, { rows: 'here', rowErrors, ...changes });
}

function withFailed(failed: number | null, changes: Partial<Observation>): Observation {
  return finish({
    job: finishedJob({ outcome: 'COMPLETED_WITH_ERRORS', effect: 'SOME' }),
    counters: counters({ total: 100_000, failed }),
    rowErrors: { availability: 'PENDING', totalCount: failed, limit: null },
    ...changes,
  });
}

/** Answers for these rows, so many at a time; a place in the list is how many rows are before it. */
export function pagesOf(
  rows: readonly ImportRow[],
  size = 1_000,
): (target: RowsTarget) => RowsAnswer {
  return ({ next }) => {
    const end = Number(next) + size;
    const page = {
      rows: rows.slice(Number(next), end),
      next: end < rows.length ? String(end) : null,
      totalFailed: rows.length,
    };
    return { kind: 'page', page };
  };
}

/** The import, once it is as a test waits for; no time passes meanwhile. */
export async function waitFor(
  ledger: Ledger,
  isSo: (known: Import) => boolean,
  ref: ImportRef = REF,
): Promise<Import> {
  const id = importId(ref);
  for (let turn = 0; turn < 100_000; turn += 1) {
    const known = (await ledger.findImports([id])).get(id);
    if (known !== undefined && isSo(known)) return known;
    await setImmediate();
  }
  throw new Error('what was waited for never came');
}

export function isSettled({ freshness }: Import): boolean {
  return freshness.state === 'SETTLED';
}

/** Checks that an import shows just so many failed rows, numbered from 1, each of them once. */
export async function assertRows(ledger: Ledger, count: number, ref = REF): Promise<void> {
  const rows = await listAllRows(ledger, importId(ref));
  const expected = Array.from({ length: count }, (_, index) => index + 1);
  assert.deepEqual(
    rows.map(({ number }) => number),
    expected,
  );
  const groups = await ledger.listRowErrorGroups(importId(ref));
  assert.equal(
    groups.reduce((sum, group) => sum + group.count, 0),
    count,
  );
}

/** Turns in which a page of rows is made fit, written, and judged. */
const TURNS = 300;

/** Lets time pass in steps, and whatever each of them sets off come to its end. */
export async function passInSteps(clock: TestClock, ms: number, stepMs: number): Promise<void> {
  await settle(TURNS);
  for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
    await clock.pass(Math.min(stepMs, leftMs));
    await settle(TURNS);
  }
}
