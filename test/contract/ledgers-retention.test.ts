import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { freshness, recording, REF, refOf, row, rowError, START } from '../support/builders.ts';
import { capture, listAllRows, recordRows } from '../support/captures.ts';
import { claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';
const SETTLED = freshness({ state: 'SETTLED', nextLookAt: null });
const QUERY = { providerId: 'catalog', until: START, now: START + 1, limit: 10 };

for (const store of STORES) {
  describe(`retention, in ${store.name}`, () => {
    test('rows that are old enough show no more, and that they were there does', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError({ values: { name: 'a' } }), row()]);
      const before = await ledger.getLatestPosition();

      assert.equal(await ledger.hideRows({ ...QUERY, until: START - 1 }), 0);
      assert.equal((await listAllRows(ledger, ID)).length, 2);
      assert.equal(await ledger.hideRows(QUERY), 1);

      assert.deepEqual(await listAllRows(ledger, ID), []);
      assert.deepEqual(await listAllRows(ledger, ID, ['FAILED']), []);
      assert.deepEqual(await ledger.listRowErrorGroups(ID), []);
      const held = (await ledger.findHeldRows([ID])).get(ID);
      assert.equal(held?.isPruned, true);
      assert.equal(held.seen.FAILED, 1);
      assert.deepEqual(held.columns, []);
      assert.equal(await ledger.hideRows(QUERY), 0);
      assert.equal(await ledger.getLatestPosition(), before);
    });

    test('hidden rows are deleted in steps, and nothing else is', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = Array.from({ length: 5 }, (_, number) => rowError({ number }));
      await recordRows(ledger, rows);
      await recordRows(ledger, rows, { ref: refOf('young'), now: START + 1 });
      const dropped = await capture(ledger, rows);
      assert.equal(await ledger.deleteHiddenRows(2), 0);
      await ledger.hideRows(QUERY);
      await ledger.dropCapture(dropped.id);

      const steps: number[] = [];
      for (let step = 1; step > 0;) {
        step = await ledger.deleteHiddenRows(2);
        steps.push(step);
      }

      assert.deepEqual(steps, [2, 2, 1, 2, 2, 1, 0]);
      assert.equal((await listAllRows(ledger, 'catalog:young')).length, 5);
      assert.equal((await ledger.findHeldRows([ID])).get(ID)?.isPruned, true);
    });

    test('rows that came again after they were deleted show again', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError({ number: 1 })]);
      await ledger.hideRows(QUERY);
      await ledger.deleteHiddenRows(10);
      const again = await capture(ledger, [rowError({ number: 1 })]);
      assert.equal(await ledger.showsRows(ID, again.id), true);
      await ledger.dropCapture(again.id);
      await recordRows(ledger, [rowError({ number: 1 })], { basedOnRevision: 1 });
      assert.equal((await listAllRows(ledger, ID)).length, 1);
      assert.equal((await ledger.findHeldRows([ID])).get(ID)?.isPruned, false);
    });

    test('rows of another provider, and rows that are being read, stay', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError()], { ref: refOf('a', 'crm') });
      const open = await capture(ledger, [rowError()]);
      assert.equal(await ledger.hideRows(QUERY), 0);
      const rows = { kind: 'captured', captureId: open.id } as const;
      await ledger.record(recording({ rows }));
      assert.equal((await listAllRows(ledger, ID)).length, 1);
      assert.deepEqual(await ledger.listKeptProviders(), ['catalog', 'crm']);
    });

    test('an import that is over and old goes with all that is known of it', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, labels: { run: '7' }, now: START });
      await recordRows(ledger, [rowError()], { freshness: SETTLED });
      await record(ledger, 'young', START + 1);
      await ledger.record(recording({ ref: refOf('running') }));
      await ledger.track({ ref: refOf('tracked'), now: START });

      assert.equal(await ledger.deleteImports({ ...QUERY, until: START - 1 }), 0);
      assert.equal(await ledger.deleteImports(QUERY), 1);

      const { items } = await ledger.listImports({ filter: {}, first: 10, after: null });
      assert.deepEqual(items.map(({ import: { ref } }) => ref.externalId).toSorted(), [
        'running',
        'tracked',
        'young',
      ]);
      assert.deepEqual(
        (await ledger.listRevisions({ importId: ID, first: 9, after: 0 })).revisions,
        [],
      );
      assert.deepEqual(await listAllRows(ledger, ID), []);
      const labeled = { labels: [{ key: 'run', value: '7' }] };
      const found = await ledger.listImports({ filter: labeled, first: 10, after: null });
      assert.deepEqual(found.items, []);
      assert.equal(await ledger.deleteHiddenRows(10), 1);
      assert.equal(await ledger.deleteHiddenRows(10), 0);
    });

    test('the latest change that went with its import is remembered', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: refOf('tracked'), now: START });
      await ledger.untrack('catalog:tracked');
      await record(ledger, 'b', START);
      await record(ledger, 'young', START + 1);
      await record(ledger, 'a', START - 5);
      const positions = await positionsOf(ledger);
      assert.equal(await ledger.getPrunedPosition(), 0);

      assert.equal(await ledger.deleteImports({ ...QUERY, until: START - 1 }), 1);
      assert.equal(await ledger.getPrunedPosition(), positions.get('a'));
      assert.equal(await ledger.deleteImports(QUERY), 2);
      assert.equal(await ledger.getPrunedPosition(), positions.get('a'));
      await ledger.deleteImports({ ...QUERY, until: START + 1 });
      assert.equal(await ledger.getPrunedPosition(), positions.get('a'));
    });

    test('an import of which nothing was seen leaves no gap', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      await ledger.untrack(ID);
      assert.equal(await ledger.deleteImports(QUERY), 1);
      assert.equal(await ledger.getPrunedPosition(), 0);
    });

    test('an import that was never found goes, too, and one under a look stays', async (t) => {
      const ledger = await (await store.create(t))();
      const missing = freshness({ state: 'NOT_FOUND', observedAt: null, nextLookAt: null });
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger);
      await ledger.untrack(ID);
      assert.equal(await ledger.deleteImports(QUERY), 0);
      const nothing = { state: null, rows: { kind: 'keep' }, freshness: missing } as const;
      await ledger.record(recording({ lease, ...nothing }));
      assert.equal(await ledger.deleteImports(QUERY), 1);
    });

    test('an import stays no longer than the lease of a look that never ended', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      await claimOne(ledger, { leaseMs: 5_000 });
      await ledger.untrack(ID);
      assert.equal(await ledger.deleteImports({ ...QUERY, now: START + 4_999 }), 0);
      assert.equal(await ledger.deleteImports({ ...QUERY, now: START + 5_000 }), 1);
    });

    test('no more go at once than are asked for, the oldest first', async (t) => {
      const ledger = await (await store.create(t))();
      for (const [index, id] of ['c', 'a', 'b'].entries()) await record(ledger, id, START - index);
      assert.equal(await ledger.deleteImports({ ...QUERY, limit: 2 }), 2);
      const { items } = await ledger.listImports({ filter: {}, first: 10, after: null });
      assert.deepEqual(
        items.map(({ import: { ref } }) => ref.externalId),
        ['c'],
      );
    });
  });
}

async function positionsOf(ledger: Ledger): Promise<ReadonlyMap<string, number>> {
  const { changes } = await ledger.listChanges({ filter: {}, first: 10, after: 0 });
  return new Map(changes.map((change) => [change.import.ref.externalId, change.position]));
}

async function record(ledger: Ledger, externalId: string, now: number): Promise<void> {
  const ref = refOf(externalId);
  await ledger.record(recording({ ref, freshness: SETTLED, now }));
}
