import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Job } from '../../src/domain/job.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { finishedJob, job, recording, refOf, START, state } from '../support/builders.ts';
import { createFolder, STORES } from '../support/ledgers.ts';

for (const store of STORES) {
  describe(`the name of a store, in ${store.name}`, () => {
    test('is eight hexadecimal digits that no other store has', async (t) => {
      const one = await (await store.create(t))();
      const other = await (await store.create(t))();
      assert.match(one.storeId, /^[0-9a-f]{8}$/);
      assert.match(other.storeId, /^[0-9a-f]{8}$/);
      assert.notEqual(one.storeId, other.storeId);
    });
  });
}

for (const store of STORES.filter(({ isDurable }) => isDurable)) {
  test(`the name of a store stays as it is, in ${store.name}`, async (t) => {
    const open = await store.create(t);
    const first = await open();
    await first.close();
    assert.equal((await open()).storeId, first.storeId);
  });
}

test('a store of the release before says what it did not keep, and goes on', async (t) => {
  const ledger = await openOld(t);

  assert.match(ledger.storeId, /^[0-9a-f]{8}$/);
  assert.equal(await ledger.getPrunedPosition(), 0);
  assert.deepEqual(await historyOf(ledger, 'old'), [
    [1, null, null],
    [2, null, null],
    [3, null, null],
  ]);

  const changes = { ref: refOf('old'), basedOnRevision: 3 };
  const late = state({ job: finishedJob({ message: 'late' }) });
  await ledger.record(recording({ ...changes, state: late }));

  assert.deepEqual((await historyOf(ledger, 'old')).slice(2), [
    [3, null, null],
    [4, ['MESSAGE'], { run: '7' }],
  ]);
  const stale = await ledger.record(recording({ ...changes, basedOnRevision: 2 }));
  assert.equal(stale, null);
});

test('in a store of the release before imports leave a filter, too', async (t) => {
  const ledger = await openOld(t);
  const left = async (filter: object, after: number): Promise<readonly string[]> => {
    const { changes } = await ledger.listChanges({ filter, first: 9, after });
    return changes.map((change) => `${change.import.ref.externalId} ${change.membership}`);
  };
  assert.deepEqual(await left({ phases: ['RUNNING'] }, 2), ['old LEFT', 'running ENTERED']);
  assert.deepEqual(await left({ phases: ['RUNNING'] }, 3), ['running ENTERED']);
  assert.deepEqual(await left({ outcomes: ['SUCCEEDED'] }, 2), ['old ENTERED']);

  const labeled = { labels: [{ key: 'run', value: '7' }] };
  const after = await ledger.getLatestPosition();
  await ledger.track({ ref: refOf('old'), labels: { run: '8' }, now: START });
  assert.deepEqual(await left(labeled, after), ['old LEFT']);
  assert.deepEqual((await historyOf(ledger, 'old')).slice(1), [
    [2, null, null],
    [3, null, { run: '7' }],
    [4, ['LABELS'], { run: '8' }],
  ]);
});

/** A store of the second schema: an import with three revisions and one with one. */
async function openOld(t: TestContext): Promise<Ledger> {
  const path = join(await createFolder(t), 'imports.db');
  const old = new DatabaseSync(path);
  const migrations = new URL('../../src/ledger/sqlite/migrations/', import.meta.url);
  for (const name of ['0001_imports.sql', '0002_rows.sql']) {
    old.exec(await readFile(new URL(name, migrations), 'utf8'));
  }
  old.exec('pragma user_version = 2');
  const done = finishedJob();
  insertImport(old, { seq: 1, name: 'old', jobs: [job({ progressPercent: 1 }), job(), done] });
  insertImport(old, { seq: 2, name: 'running', jobs: [job()] });
  old.exec('update positions set last = 4');
  old.close();
  const ledger = openSqliteLedger(path);
  t.after(() => ledger.close());
  return ledger;
}

interface OldImport {
  readonly seq: number;
  readonly name: string;
  /** One for each revision. */
  readonly jobs: readonly Job[];
}

function insertImport(old: DatabaseSync, { seq, name, jobs }: OldImport): void {
  const last = state({ job: jobs.at(-1) ?? job() });
  const position = seq === 1 ? jobs.length : 4;
  const { phase, outcome } = last.job;
  old
    .prepare(
      `insert into imports (seq, id, provider_id, external_id, revision, position, place, phase,
         outcome, state, labels, freshness, changed_at, next_look_at, attempts, tracked_at)
       values (?, ?, 'catalog', ?, ?, ?, ?, ?, ?, ?, '{"run":"7"}', 'LIVE', ?, ?, 0, ?)`,
    )
    .run(
      seq,
      `catalog:${name}`,
      name,
      jobs.length,
      position,
      position,
      phase,
      outcome,
      JSON.stringify(last),
      START,
      START,
      START,
    );
  const labels = old.prepare(`insert into import_labels values (?, 'run', '7')`);
  labels.run(seq);
  const revisions = old.prepare('insert into revisions values (?, ?, ?, ?, ?)');
  for (const [index, seen] of jobs.entries()) {
    const { counters } = last;
    const at = position - jobs.length + 1 + index;
    revisions.run(at, seq, index + 1, START, JSON.stringify({ job: seen, counters }));
  }
}

/** Number, what changed and labels of each revision. */
async function historyOf(ledger: Ledger, name: string): Promise<readonly (readonly unknown[])[]> {
  const query = { importId: `catalog:${name}`, first: 9, after: 0 };
  const { revisions } = await ledger.listRevisions(query);
  return revisions.map(({ revision, changed, labels }) => [revision, changed, labels]);
}
