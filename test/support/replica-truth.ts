import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { isFailed } from '../../src/domain/row.ts';
import type { Revision, RevisionPage } from '../../src/ledger/change-page.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { listAllRows } from './captures.ts';
import type { PlannedLoad } from './replica-loads.ts';
import { readVendor, withoutId } from './vendor-truth.ts';

export type Histories = ReadonlyMap<string, readonly Revision[]>;

/** So many imports are read at once. */
const AT_ONCE = 20;

const PAGE = 500;

/** The revisions of every import, which are whole and in their order. */
export async function readHistories(
  ledger: Ledger,
  loads: readonly PlannedLoad[],
): Promise<Histories> {
  const histories = new Map<string, readonly Revision[]>();
  await forEach(loads, async ({ id }) => {
    const revisions: Revision[] = [];
    for (let hasMore = true; hasMore;) {
      const after = revisions.at(-1)?.position ?? 0;
      const page: RevisionPage = await ledger.listRevisions({ importId: id, first: PAGE, after });
      revisions.push(...page.revisions);
      ({ hasMore } = page);
    }
    checkHistory(revisions, id);
    histories.set(id, revisions);
  });
  return histories;
}

/** Dense, each at a later place than the one before, none like it, and only ever forward. */
function checkHistory(revisions: readonly Revision[], id: string): void {
  for (const [index, revision] of revisions.entries()) {
    const who = `${id} at revision ${revision.revision}`;
    assert.equal(revision.revision, index + 1, who);
    const before = revisions[index - 1];
    if (before === undefined) continue;
    assert.ok(revision.position > before.position, `${who}: its place`);
    // Labels are set at the time of who sets them, who may have waited for a look to end.
    const isOfLabels = revision.changed?.join() === 'LABELS';
    assert.ok(isOfLabels || revision.observedAt >= before.observedAt, `${who}: its time`);
    assert.ok(!isAlike(revision, before), `${who}: it is like the one before`);
    const { job, counters } = revision.state;
    const was = before.state;
    assert.ok(job.phase === 'FINISHED' || was.job.phase !== 'FINISHED', `${who}: it ended before`);
    if (job.phase === 'FINISHED') continue;
    assert.ok((job.progressPercent ?? 0) >= (was.job.progressPercent ?? 0), `${who}: progress`);
    assert.ok((counters.processed ?? 0) >= (was.counters.processed ?? 0), `${who}: counters`);
  }
}

/** What a history does not keep of a revision may be all that differs. */
function isAlike(revision: Revision, before: Revision): boolean {
  const { changed, state, labels } = revision;
  if (changed === null || changed.length === 0) return true;
  if (changed.includes('RESOURCES') || changed.includes('ROW_ERRORS')) return false;
  return isDeepStrictEqual([state, labels], [before.state, before.labels]);
}

/** What all changes from the beginning tell is what the histories end with. */
export async function checkChanges(ledger: Ledger, histories: Histories): Promise<void> {
  const seen = new Map<string, number>();
  let after = 0;
  for (let hasMore = true; hasMore;) {
    const page = await ledger.listChanges({ filter: {}, first: PAGE, after });
    for (const { import: changed, position } of page.changes) {
      assert.ok(position > after, `position ${position} came after ${after}`);
      after = position;
      const { providerId, externalId } = changed.ref;
      const id = `${providerId}:${externalId}`;
      assert.ok(!seen.has(id), `${id} came twice`);
      assert.equal(changed.revision, histories.get(id)?.length, id);
      assert.equal(position, histories.get(id)?.at(-1)?.position, id);
      seen.set(id, position);
    }
    ({ hasMore } = page);
  }
  assert.equal(seen.size, histories.size);
}

/** What is held of every import is what its vendor shows, with each row once. */
export async function checkImports(
  ledger: Ledger,
  loads: readonly PlannedLoad[],
  fleet: SimulatedFleet,
): Promise<void> {
  await forEach(loads, async ({ ref, id, load, group }) => {
    const shown = await readVendor(ref, fleet, null);
    const known = (await ledger.findImports([id])).get(id);
    assert.equal(known?.freshness.state, 'SETTLED', id);
    assert.deepEqual(known.state.job, shown.observation.job, id);
    assert.deepEqual(known.state.counters, shown.observation.counters, id);
    assert.deepEqual(known.state.resources, shown.observation.resources, id);
    assert.deepEqual(known.labels, { group }, id);
    const kept = await listAllRows(ledger, id);
    assert.deepEqual(kept.map(withoutId), shown.rows, id);
    assert.equal(new Set(kept.map((row) => row.id)).size, kept.length, id);
    const groups = await ledger.listRowErrorGroups(id);
    const failed = shown.rows.filter(isFailed).length;
    assert.equal(
      groups.reduce((sum, { count }) => sum + count, 0),
      failed,
      id,
    );
    if (load.ending !== 'completed') return;
    const rowErrors = { availability: 'COMPLETE', totalCount: failed, limit: null };
    assert.deepEqual(known.state.rowErrors, rowErrors, id);
  });
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const item of left) await work(item);
  });
  await Promise.all(workers);
}
