import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UNOBSERVED } from '../../src/domain/import.ts';
import type { Import } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  counters,
  finishedJob,
  freshness,
  job,
  recording,
  REF,
  refOf,
  resource,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { listAllRows, recordRows } from '../support/captures.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`what is recorded, in ${store.name}`, () => {
    test('the first look makes an import known, with revision 1', async (t) => {
      const ledger = await (await store.create(t))();

      const recorded = await ledger.record(
        recording({ state: state({ resources: [resource({ key: 'a' })] }), labels: { run: '7' } }),
      );

      assert.deepEqual(recorded, {
        ref: REF,
        state: state({ resources: [resource({ key: 'a' })] }),
        revision: 1,
        position: recorded?.position,
        freshness: freshness(),
        labels: { run: '7' },
      });
      assert.deepEqual(await findImport(ledger, ID), recorded);
      assert.equal(await ledger.getLatestPosition(), recorded?.position);
    });

    test('revisions are dense, and their positions only grow', async (t) => {
      const ledger = await (await store.create(t))();
      const positions: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        for (const externalId of ['a', 'b']) {
          const recorded = await ledger.record(
            recording({ ref: refOf(externalId), basedOnRevision: round, state: progress(round) }),
          );
          assert.equal(recorded?.revision, round + 1);
          positions.push(recorded.position ?? 0);
        }
      }
      assert.deepEqual(
        positions,
        [...new Set(positions)].toSorted((a, b) => a - b),
      );
      assert.ok(positions.every((position) => position > 0));
    });

    test('a look that shows nothing new makes no revision, and is remembered', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ state: progress(10) }));
      const latest = await ledger.getLatestPosition();
      const later = freshness({ observedAt: START + 5_000, nextLookAt: START + 9_000 });

      const recorded = await ledger.record(
        recording({
          basedOnRevision: 1,
          state: progress(10),
          freshness: later,
          now: START + 5_000,
        }),
      );

      assert.equal(recorded?.revision, 1);
      assert.deepEqual(recorded.freshness, later);
      assert.equal(await ledger.getLatestPosition(), latest);
      const { revisions } = await ledger.listRevisions({ importId: ID, first: 10, after: 0 });
      assert.equal(revisions.length, 1);
    });

    const differences = {
      'a progress': state({ job: job({ progressPercent: 11 }) }),
      'a phase': state({ job: finishedJob() }),
      'a counter that was null and is 0': state({ counters: counters({ failed: 0 }) }),
      'a resource': state({ resources: [resource()] }),
      'a category of a resource': state({
        resources: [resource({ categories: [resource({ key: 'deep' })] })],
      }),
      'how many rows failed': state({
        rowErrors: { availability: 'COUNT_ONLY', totalCount: 1, limit: null },
      }),
    };
    for (const [difference, changed] of Object.entries(differences)) {
      test(`${difference} that differs is a revision`, async (t) => {
        const ledger = await (await store.create(t))();
        await ledger.record(recording());
        const recorded = await ledger.record(recording({ basedOnRevision: 1, state: changed }));
        assert.equal(recorded?.revision, 2);
        assert.deepEqual(recorded.state, changed);
      });
    }

    test('row errors that differ are a revision although nothing else does', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError({ number: 1 })]);
      const other = await recordRows(ledger, [rowError({ number: 2 })], { basedOnRevision: 1 });
      const same = await recordRows(ledger, [rowError({ number: 2 })], { basedOnRevision: 2 });
      assert.equal(other?.revision, 2);
      assert.equal(same?.revision, 2);
    });

    test('a revision keeps what was so when it was seen', async (t) => {
      const ledger = await (await store.create(t))();
      const first = await ledger.record(recording({ state: progress(10) }));
      const seen = { job: finishedJob(), counters: counters({ total: 3, succeeded: 3 }) };
      const second = await ledger.record(
        recording({ basedOnRevision: 1, state: state(seen), now: START + 60_000 }),
      );

      const page = await ledger.listRevisions({ importId: ID, first: 1, after: 0 });
      const rest = await ledger.listRevisions({
        importId: ID,
        first: 1,
        after: page.revisions[0]?.position ?? 0,
      });

      assert.deepEqual(page, {
        revisions: [
          {
            revision: 1,
            position: first?.position,
            observedAt: START,
            state: { job: progress(10).job, counters: counters() },
            changed: ['PHASE', 'PROGRESS', 'MESSAGE'],
            labels: {},
          },
        ],
        hasMore: true,
      });
      assert.deepEqual(rest, {
        revisions: [
          {
            revision: 2,
            position: second?.position,
            observedAt: START + 60_000,
            state: seen,
            changed: ['PHASE', 'OUTCOME', 'EFFECT', 'PROGRESS', 'MESSAGE', 'COUNTERS'],
            labels: {},
          },
        ],
        hasMore: false,
      });
    });

    test('an import that nobody recorded has no revisions', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      for (const importId of [ID, 'catalog:unheard-of']) {
        const page = await ledger.listRevisions({ importId, first: 10, after: 0 });
        assert.deepEqual(page, { revisions: [], hasMore: false });
      }
    });

    test('a result that is older than what is known is refused whole', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ state: progress(10) }));
      const changes = { basedOnRevision: 1, state: progress(20) };
      const before = await recordRows(ledger, [rowError()], changes);

      const stale = await ledger.record(
        recording({
          basedOnRevision: 1,
          state: progress(15),
          rows: { kind: 'none' },
          freshness: freshness({ state: 'SETTLED', nextLookAt: null }),
          labels: { late: 'yes' },
        }),
      );

      assert.equal(stale, null);
      assert.deepEqual(await findImport(ledger, ID), before);
      assert.equal((await listAllRows(ledger, ID)).length, 1);
    });

    test('of two results of one revision the second is refused when the first was news', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const results = await Promise.all([
        ledger.record(recording({ basedOnRevision: 1, state: progress(50) })),
        ledger.record(recording({ basedOnRevision: 1, state: progress(40) })),
      ]);
      assert.equal(results.filter((result) => result === null).length, 1);
      assert.equal((await findImport(ledger, ID))?.revision, 2);
    });

    test('a failed look keeps what is known and says what failed', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError()], { state: progress(10) });
      const failing = freshness({
        state: 'BACKING_OFF',
        error: { kind: 'unavailable', message: 'answered 503' },
      });

      const recorded = await ledger.record(
        recording({
          basedOnRevision: 1,
          state: null,
          rows: { kind: 'keep' },
          freshness: failing,
          attempts: 3,
        }),
      );

      assert.equal(recorded?.revision, 1);
      assert.deepEqual(recorded.state, progress(10));
      assert.deepEqual(recorded.freshness, failing);
      assert.equal((await listAllRows(ledger, ID)).length, 1);
    });

    test('a first look that failed makes an import known without a revision', async (t) => {
      const ledger = await (await store.create(t))();
      const recorded = await ledger.record(
        recording({
          state: null,
          rows: { kind: 'keep' },
          freshness: freshness({ observedAt: null }),
        }),
      );
      assert.equal(recorded?.revision, 0);
      assert.equal(recorded.position, null);
      assert.deepEqual(recorded.state, UNOBSERVED);
    });

    test('a recording that breaks off in the middle keeps nothing', async (t) => {
      const ledger = await (await store.create(t))();
      const before = await recordRows(ledger, [rowError()]);
      const latest = await ledger.getLatestPosition();
      // No store takes half an attempt, and it is written last of all.
      const broken = { state: progress(99), attempts: 1.5, labels: { a: 'b' } };

      const rows = [rowError({ number: 7 })];
      await assert.rejects(recordRows(ledger, rows, { basedOnRevision: 1, ...broken }));
      await assert.rejects(recordRows(ledger, rows, { ref: refOf('new'), ...broken }));

      assert.deepEqual(await findImport(ledger, ID), before);
      assert.equal(await findImport(ledger, 'catalog:new'), undefined);
      assert.equal(await ledger.getLatestPosition(), latest);
      assert.deepEqual(
        (await listAllRows(ledger, ID)).map(({ number }) => number),
        [1],
      );
      const { revisions } = await ledger.listRevisions({ importId: ID, first: 10, after: 0 });
      assert.equal(revisions.length, 1);
      const next = await ledger.record(recording({ basedOnRevision: 1, state: progress(50) }));
      assert.equal(next?.revision, 2);
    });

    test('finds the imports that are known among those asked for', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ ref: refOf('a:b "c" %_') }));
      await ledger.record(recording({ ref: refOf('b') }));

      const found = await ledger.findImports([
        'catalog:a:b "c" %_',
        'catalog:unheard-of',
        'catalog:b',
        'catalog:b',
      ]);

      assert.deepEqual([...found.keys()].toSorted(), ['catalog:a:b "c" %_', 'catalog:b']);
      assert.equal((await ledger.findImports([])).size, 0);
    });
  });
}

async function findImport(ledger: Ledger, id: string): Promise<Import | undefined> {
  return (await ledger.findImports([id])).get(id);
}

function progress(progressPercent: number) {
  return state({ job: job({ progressPercent }) });
}
