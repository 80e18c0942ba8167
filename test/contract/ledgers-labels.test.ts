import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Revision } from '../../src/ledger/change-page.ts';
import type { ChangeHint, Ledger } from '../../src/ledger/ledger.ts';
import {
  claimQuery,
  finishedJob,
  job,
  recording,
  REF,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { capture, listAllRows } from '../support/captures.ts';
import { STORES } from '../support/ledgers.ts';
import { until } from '../support/world.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`labels that change, in ${store.name}`, () => {
    test('are a revision of an import that was observed', async (t) => {
      const ledger = await (await store.create(t))();
      const before = await ledger.record(recording({ labels: { run: '7' } }));
      const hints: ChangeHint[] = [];
      ledger.subscribe((hint) => hints.push(hint));

      const tracked = await ledger.track({ ref: REF, labels: { run: '8' }, now: START + 9_000 });

      const position = await ledger.getLatestPosition();
      assert.deepEqual(tracked, { ...before, revision: 2, position, labels: { run: '8' } });
      assert.ok(position > (before?.position ?? 0));
      await until(() => hints.at(-1)?.position === position);
      assert.ok(hints.every(({ importId }) => importId === ID));
      const [first, second] = await listRevisions(ledger);
      assert.deepEqual(first?.labels, { run: '7' });
      assert.deepEqual(second, {
        revision: 2,
        position,
        observedAt: START + 9_000,
        state: first.state,
        changed: ['LABELS'],
        labels: { run: '8' },
      });
    });

    test('bring their import to the front of every list', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const other = { providerId: 'crm', externalId: 'load-2' };
      const { position: after } = (await ledger.record(recording({ ref: other }))) ?? assert.fail();
      await ledger.track({ ref: REF, labels: { run: '8' }, now: START + 9_000 });

      const filter = { changedSince: START + 9_000 };
      for (const query of [{}, filter]) {
        const page = await ledger.listImports({ filter: query, first: 1, after: null });
        assert.deepEqual(page.items[0]?.import.ref, REF);
      }
      const { changes } = await ledger.listChanges({ filter: {}, first: 9, after: after ?? 0 });
      assert.deepEqual(
        changes.map((change) => change.import.ref),
        [REF],
      );
    });

    test('are none when they are set again as they are', async (t) => {
      const ledger = await (await store.create(t))();
      const labels = { run: '7', team: 'sales' };
      const before = await ledger.record(recording({ labels }));
      const again = { team: 'sales', run: '7' };
      assert.deepEqual(await ledger.track({ ref: REF, labels: again, now: START + 1 }), before);
      assert.deepEqual(await ledger.track({ ref: REF, now: START + 1 }), before);
      assert.equal(await ledger.getLatestPosition(), before?.position);
    });

    test('are no revision of an import that nobody has seen yet', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, labels: { run: '7' }, now: START });
      const tracked = await ledger.track({ ref: REF, labels: { run: '8' }, now: START });
      assert.equal(tracked.revision, 0);
      assert.equal(tracked.position, null);
      assert.deepEqual(await listRevisions(ledger), []);

      await ledger.record(recording());

      const [first] = await listRevisions(ledger);
      assert.deepEqual(first?.labels, { run: '8' });
      assert.deepEqual(first.changed, ['PHASE', 'MESSAGE', 'LABELS']);
    });

    test('take nothing from a look that was under way', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      await ledger.claimDue(claimQuery({ now: START + 2_000 }));
      const { id: captureId } = await capture(ledger, [rowError()]);
      await ledger.track({ ref: REF, labels: { run: '8' }, now: START + 3_000 });
      await ledger.track({ ref: REF, labels: { run: '9' }, now: START + 3_500 });

      const recorded = await ledger.record(
        recording({
          basedOnRevision: 1,
          state: state({ job: finishedJob() }),
          rows: { kind: 'captured', captureId },
          now: START + 4_000,
        }),
      );

      assert.equal(recorded?.revision, 4);
      assert.equal(recorded.state.job.phase, 'FINISHED');
      assert.deepEqual(recorded.labels, { run: '9' });
      assert.equal((await listAllRows(ledger, ID)).length, 1);
      assert.deepEqual(
        (await listRevisions(ledger)).map(({ revision, labels }) => [revision, labels]),
        [
          [1, {}],
          [2, { run: '8' }],
          [3, { run: '9' }],
          [4, { run: '9' }],
        ],
      );
    });

    test('take nothing from a list of rows that is being read', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = { kind: 'capturing' } as const;
      await ledger.record(recording({ state: state({ job: finishedJob() }), rows }));
      const due = claimQuery({ work: 'rows', now: START + 2_000 });
      const [claim] = await ledger.claimDue(due);
      const opened = claim?.schedule.capture ?? assert.fail('nothing is being captured');
      await ledger.track({ ref: REF, labels: { run: '8' }, now: START + 3_000 });

      const added = await capture(ledger, [rowError()], { capture: opened });
      const captured = { kind: 'captured', captureId: added.id } as const;
      const recorded = await ledger.record(
        recording({ basedOnRevision: 1, state: state({ job: finishedJob() }), rows: captured }),
      );

      assert.equal(recorded?.revision, 3);
      assert.equal((await listAllRows(ledger, ID)).length, 1);
      assert.deepEqual((await listRevisions(ledger)).at(-1)?.changed, ['ROW_ERRORS']);
    });

    test('do not let a look through that another has overtaken', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      await ledger.record(recording({ basedOnRevision: 1, state: progress(50) }));
      const labeled = await ledger.track({ ref: REF, labels: { run: '8' }, now: START });
      assert.equal(
        await ledger.record(recording({ basedOnRevision: 1, state: progress(40) })),
        null,
      );
      assert.deepEqual((await ledger.findImports([ID])).get(ID), labeled);
    });

    test('are one revision with what else came in', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const changes = { basedOnRevision: 1, state: progress(50), labels: { run: '8' } };
      const recorded = await ledger.record(recording(changes));
      assert.equal(recorded?.revision, 2);
      assert.deepEqual((await listRevisions(ledger)).at(-1)?.changed, ['PROGRESS', 'LABELS']);
    });

    test('are a revision of their own when what came in was known', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      for (const known of [state(), null]) {
        const labels = { known: String(known === null) };
        const changes = {
          basedOnRevision: 1,
          state: known,
          labels,
          rows: { kind: 'keep' },
        } as const;
        await ledger.record(recording(changes));
        const last = (await listRevisions(ledger)).at(-1);
        assert.deepEqual([last?.changed, last?.labels], [['LABELS'], labels]);
      }
      const looked = await ledger.record(recording({ basedOnRevision: 1, state: progress(50) }));
      assert.equal(looked?.revision, 4);
    });
  });
}

async function listRevisions(ledger: Ledger): Promise<readonly Revision[]> {
  return (await ledger.listRevisions({ importId: ID, first: 100, after: 0 })).revisions;
}

function progress(progressPercent: number) {
  return state({ job: job({ progressPercent }) });
}
