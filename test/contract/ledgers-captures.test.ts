import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_TALLY } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  claimQuery,
  freshness,
  recording,
  REF,
  refOf,
  row,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { capture, listAllRows, recordRows } from '../support/captures.ts';
import { claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`captures, in ${store.name}`, () => {
    test('show nothing until they are recorded, and then everything', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const first = await capture(ledger, [rowError({ number: 1 })], { next: '1' });
      const second = await capture(ledger, [row({ number: 2 })], { capture: first });
      assert.deepEqual(await listNumbers(ledger), []);
      assert.deepEqual(await ledger.listRowErrorGroups(ID), []);
      assert.equal((await ledger.findHeldRows([ID])).size, 0);

      const rows = { kind: 'captured', captureId: second.id } as const;
      const recorded = await ledger.record(recording({ basedOnRevision: 1, rows }));

      assert.equal(recorded?.revision, 2);
      assert.deepEqual(await listNumbers(ledger), [1, 2]);
      assert.equal((await ledger.listRowErrorGroups(ID)).length, 1);
      assert.deepEqual((await ledger.findHeldRows([ID, 'catalog:unheard-of'])).get(ID), {
        seen: { ...EMPTY_TALLY, CREATED: 1, FAILED: 1 },
        kept: { ...EMPTY_TALLY, CREATED: 1, FAILED: 1 },
        isPruned: false,
        columns: [],
        hasMoreColumns: false,
      });
    });

    test('tell how far they are', async (t) => {
      const ledger = await (await store.create(t))();
      const begun = await ledger.openCapture(REF, START);
      const tallies = { seen: EMPTY_TALLY, kept: EMPTY_TALLY };
      const beginning = { id: begun.id, next: null, totalFailed: null, since: START };
      assert.deepEqual(begun, { ...beginning, ...tallies });
      const changes = { capture: begun, next: '1000', totalFailed: 7 };
      const added = await capture(ledger, [rowError(), rowError()], changes);
      const seen = { ...EMPTY_TALLY, FAILED: 2 };
      assert.deepEqual(added, { ...beginning, next: '1000', totalFailed: 7, seen, kept: seen });
      const ended = await capture(ledger, [], { capture: added });
      assert.deepEqual(ended, { ...added, next: null });
    });

    test('take a page once, whoever delivers it again', async (t) => {
      const ledger = await (await store.create(t))();
      const begun = await ledger.openCapture(REF, START);
      const page = { rows: [rowError({ number: 1 })], limit: 10, next: '1', totalFailed: null };
      const results = await Promise.all([
        ledger.addRows({ capture: begun, ...page }),
        ledger.addRows({ capture: begun, ...page }),
      ]);
      assert.equal(results.filter((result) => result === null).length, 1);
      await seal(ledger, begun.id);
      assert.deepEqual(await listNumbers(ledger), [1]);
      assert.equal((await ledger.listRowErrorGroups(ID))[0]?.count, 1);
    });

    test('take a batch whole or not at all', async (t) => {
      const ledger = await (await store.create(t))();
      const begun = await ledger.openCapture(REF, START);
      // No store takes half a row number.
      const rows = [rowError({ number: 1 }), rowError({ number: 1.5 })];
      await assert.rejects(capture(ledger, rows, { capture: begun }));
      await capture(ledger, [rowError({ number: 2 })], { capture: begun });
      await seal(ledger, begun.id);
      assert.deepEqual(await listNumbers(ledger), [2]);
      assert.equal((await ledger.listRowErrorGroups(ID))[0]?.count, 1);
    });

    test('that were given up, sealed or overtaken take nothing more', async (t) => {
      const ledger = await (await store.create(t))();
      const given = await ledger.openCapture(REF, START);
      const overtaken = await ledger.openCapture(REF, START);
      const sealed = await capture(ledger, [rowError({ number: 1 })]);
      await ledger.dropCapture(given.id);
      await seal(ledger, sealed.id);
      await ledger.dropCapture(sealed.id);
      const addition = {
        rows: [rowError({ number: 2 })],
        limit: 10,
        next: null,
        totalFailed: null,
      };
      for (const one of [given, overtaken, sealed]) {
        assert.equal(await ledger.addRows({ capture: one, ...addition }), null);
      }
      assert.deepEqual(await listNumbers(ledger), [1]);
    });

    test('that are gone are taken for no other', async (t) => {
      const ledger = await (await store.create(t))();
      const gone = await ledger.openCapture(REF, START);
      await ledger.dropCapture(gone.id);
      while ((await ledger.deleteHiddenRows(10)) > 0);
      const begun = await ledger.openCapture(refOf('another'), START);
      const rows = [rowError({ number: 1 })];
      const addition = { rows, limit: 10, next: null, totalFailed: null };
      assert.equal(await ledger.addRows({ capture: gone, ...addition }), null);
      await ledger.dropCapture(gone.id);
      assert.notEqual(await ledger.addRows({ capture: begun, ...addition }), null);
    });

    test('keep failed rows and others up to a limit each, and count all', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = [1, 2, 3, 4].flatMap((number) => [
        row({ number: number * 10 }),
        rowError({ number }),
      ]);
      const first = await capture(ledger, rows.slice(0, 3), { limit: 3, next: '3' });
      const second = await capture(ledger, rows.slice(3), { limit: 3, capture: first });
      await seal(ledger, second.id);
      assert.deepEqual(await listNumbers(ledger), [10, 1, 20, 2, 30, 3]);
      const held = (await ledger.findHeldRows([ID])).get(ID);
      assert.deepEqual(held?.seen, { ...EMPTY_TALLY, CREATED: 4, FAILED: 4 });
      assert.deepEqual(held.kept, { ...EMPTY_TALLY, CREATED: 3, FAILED: 3 });
      assert.equal((await ledger.listRowErrorGroups(ID))[0]?.count, 3);
    });

    test('name their rows by the place in the list, also behind rows that are not kept', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = [row(), row(), rowError({ number: 9 })];
      await seal(ledger, (await capture(ledger, rows, { limit: 1 })).id);
      assert.deepEqual(
        (await listAllRows(ledger, ID)).map(({ id }) => id),
        [`${ID}#0`, `${ID}#2`],
      );
    });

    test('with the rows that are held already are no revision', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = [rowError({ number: 1, values: { a: 'b' } }), row({ number: 2 })];
      const first = await recordRows(ledger, rows);
      const again = await recordRows(ledger, rows, { basedOnRevision: 1 });
      assert.equal(again?.revision, 1);
      assert.equal(again.position, first?.position);
      assert.deepEqual(await listNumbers(ledger), [1, 2]);
      const [, changed = row()] = rows;
      const others = [rowError({ number: 1, values: { a: 'c' } }), changed];
      assert.equal((await recordRows(ledger, others, { basedOnRevision: 1 }))?.revision, 2);
    });

    test('compare thousands of rows without holding anybody up', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = Array.from({ length: 5_000 }, (_, number) => rowError({ number }));
      await recordRows(ledger, rows);
      assert.equal((await recordRows(ledger, rows, { basedOnRevision: 1 }))?.revision, 1);
      const last = [...rows.slice(0, -1), rowError({ number: 4_999, code: 'other' })];
      assert.equal((await recordRows(ledger, last, { basedOnRevision: 1 }))?.revision, 2);
    });

    test('tell whether they hold just what an import shows', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = [rowError({ number: 1 }), rowError({ number: 2 })];
      const same = await capture(ledger, rows);
      assert.equal(await ledger.showsRows(ID, null), true);
      assert.equal(await ledger.showsRows(ID, same.id), false);
      await recordRows(ledger, rows);
      const [first = row()] = rows;
      const again = await capture(ledger, rows);
      const fewer = await capture(ledger, [first]);
      const other = await capture(ledger, [first, rowError({ number: 3 })]);
      assert.equal(await ledger.showsRows(ID, again.id), true);
      for (const captureId of [fewer.id, other.id, null]) {
        assert.equal(await ledger.showsRows(ID, captureId), false);
      }
    });

    test('that are read page by page go on with the next claim where they were', async (t) => {
      const ledger = await (await store.create(t))();
      const due = freshness({ nextLookAt: START });
      await ledger.record(recording({ rows: { kind: 'capturing' }, freshness: due }));
      const { schedule, lease } = await claimOne(ledger, { work: 'rows' });
      assert.ok(schedule.capture);
      const added = await capture(ledger, [rowError({ number: 1 })], {
        capture: schedule.capture,
        next: '1',
      });
      const goOn = { basedOnRevision: 1, rows: { kind: 'capturing' }, freshness: due } as const;
      await ledger.record(recording({ ...goOn, lease, state: null }));
      const [again] = await ledger.claimDue(claimQuery({ work: 'rows' }));
      assert.deepEqual(again?.schedule.capture, added);
      assert.equal(again.schedule.held, null);
      assert.deepEqual(await ledger.claimDue(claimQuery()), [], 'it was claimed as a look, too');
    });

    test('that were given up meanwhile are no rows of an import', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const ours = await capture(ledger, [rowError()]);
      // Nothing observable differs, so no revision tells that somebody else recorded.
      await ledger.record(recording({ basedOnRevision: 1 }));
      const rows = { kind: 'captured', captureId: ours.id } as const;
      assert.equal(await ledger.record(recording({ basedOnRevision: 1, rows })), null);
      const held = { since: START, state: state(), captureId: ours.id, isKnown: false };
      assert.equal(await ledger.record(recording({ basedOnRevision: 1, held })), null);
      assert.deepEqual(await listNumbers(ledger), []);
    });

    test('count as many failed rows as the vendor ever said', async (t) => {
      const ledger = await (await store.create(t))();
      const first = await capture(ledger, [rowError()], { next: '1', totalFailed: 5_000 });
      const second = await capture(ledger, [], { capture: first, totalFailed: 1_000 });
      assert.equal(second.totalFailed, 5_000);
      assert.equal((await capture(ledger, [rowError()])).totalFailed, null);
    });

    test('are begun anew when the flag that they were read with changes', async (t) => {
      const ledger = await (await store.create(t))();
      const due = freshness({ nextLookAt: START });
      await ledger.record(recording({ rows: { kind: 'capturing' }, freshness: due }));
      const { lease } = await claimOne(ledger, { work: 'rows' });
      await ledger.track({ ref: REF, continueOnError: true, now: START });
      const goOn = { basedOnRevision: 1, rows: { kind: 'capturing' }, freshness: due } as const;
      await ledger.record(recording({ ...goOn, lease, state: null }));
      const [claim] = await ledger.claimDue(claimQuery());
      assert.equal(claim?.schedule.capture, null);
      assert.equal(claim.schedule.continueOnError, true);
    });
  });
}

for (const store of STORES.filter(({ isDurable }) => isDurable)) {
  describe(`captures after a restart, on ${store.name}`, () => {
    test('go on where they were, if they were read page by page', async (t) => {
      const open = await store.create(t);
      const first = await open();
      const due = freshness({ nextLookAt: START });
      await first.record(recording({ rows: { kind: 'capturing' }, freshness: due }));
      const { schedule, lease } = await claimOne(first, { work: 'rows' });
      assert.ok(schedule.capture);
      const changes = { capture: schedule.capture, next: '1' };
      const added = await capture(first, [rowError({ number: 1 })], changes);
      await first.release([lease]);
      await first.close();

      const second = await open();

      const again = await claimOne(second, { work: 'rows' });
      assert.deepEqual(again.schedule.capture, added);
      const rest = await capture(second, [rowError({ number: 3 })], { capture: added });
      const rows = { kind: 'captured', captureId: rest.id } as const;
      await second.record(recording({ basedOnRevision: 1, lease: again.lease, rows }));
      assert.deepEqual(await listNumbers(second), [1, 3]);
    });
  });
}

async function seal(ledger: Ledger, captureId: number): Promise<void> {
  await ledger.record(recording({ rows: { kind: 'captured', captureId } }));
}

async function listNumbers(ledger: Ledger): Promise<readonly (number | null)[]> {
  return (await listAllRows(ledger, ID)).map(({ number }) => number);
}
