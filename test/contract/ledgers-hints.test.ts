import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChangeHint, Ledger } from '../../src/ledger/ledger.ts';
import { freshness, recording, REF, refOf, rowError, START } from '../support/builders.ts';
import { recordRows } from '../support/captures.ts';
import { STORES } from '../support/ledgers.ts';
import { until } from '../support/world.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`hints, in ${store.name}`, () => {
    test('say what changed, once it can be read', async (t) => {
      const ledger = await (await store.create(t))();
      const read: (readonly [ChangeHint, number | null | undefined])[] = [];
      const readOne = async (hint: ChangeHint): Promise<void> => {
        const found = await ledger.findImports([hint.importId]);
        read.push([hint, found.get(hint.importId)?.position]);
      };
      ledger.subscribe((hint) => void readOne(hint));

      await ledger.track({ ref: REF, now: START });
      await until(() => read.length > 0);
      const recorded = await ledger.record(recording());

      const position = recorded?.position ?? null;
      assert.notEqual(position, null);
      const ofRecord = () => read.find(([hint]) => hint.position === position);
      await until(() => ofRecord() !== undefined);
      assert.deepEqual(read[0], [{ importId: ID, position: null }, null]);
      assert.deepEqual(ofRecord(), [{ importId: ID, position }, position]);
      for (const [hint, found] of read) assert.ok((found ?? 0) >= (hint.position ?? 0));
    });

    test('come when an import is looked at no more', async (t) => {
      const ledger = await (await store.create(t))();
      const { position } = (await ledger.record(recording())) ?? assert.fail();
      const heard = await listen(ledger);
      await ledger.untrack(ID);
      assert.deepEqual(await heard(), [{ importId: ID, position }]);
    });

    test('come for a freshness that changed, and not for a look that taught nothing', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const heard = await listen(ledger);
      await ledger.record(
        recording({ basedOnRevision: 1, freshness: freshness({ nextLookAt: START + 9_000 }) }),
      );
      assert.equal((await heard()).length, 0);
      const failing = freshness({ state: 'BACKING_OFF' });
      await ledger.record(
        recording({ basedOnRevision: 1, state: null, rows: { kind: 'keep' }, freshness: failing }),
      );
      assert.equal((await heard()).length, 1);
    });

    test('do not come for what was not kept', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const heard = await listen(ledger);
      await assert.rejects(recordRows(ledger, [rowError()], { basedOnRevision: 1, attempts: 0.5 }));
      await recordRows(ledger, [rowError()], { basedOnRevision: 0 });
      await ledger.untrack('catalog:unheard-of');
      assert.deepEqual(await heard(), []);
    });

    test('go to everyone who asked, until they ask no more', async (t) => {
      const ledger = await (await store.create(t))();
      const counts = { first: 0, second: 0 };
      const count = (): void => void (counts.first += 1);
      const stop = ledger.subscribe(count);
      const stopAgain = ledger.subscribe(count);
      ledger.subscribe(() => (counts.second += 1));

      await ledger.track({ ref: REF, now: START });
      await until(() => counts.second > 0);
      assert.equal(counts.first, 2 * counts.second);

      stop();
      stop();
      const before = { ...counts };
      await ledger.track({ ref: REF, labels: { run: '7' }, now: START });
      await until(() => counts.second > before.second);
      assert.equal(counts.first - before.first, counts.second - before.second);

      stopAgain();
      const last = { ...counts };
      await ledger.track({ ref: REF, labels: { run: '8' }, now: START });
      await until(() => counts.second > last.second);
      assert.equal(counts.first, last.first);
    });
  });
}

/**
 * Hears what comes from now on; answers how to get all of it that came so far, each hint once. A hint
 * may be late, so each time an import of its own is tracked, and its hint waited for.
 */
async function listen(ledger: Ledger): Promise<() => Promise<readonly ChangeHint[]>> {
  const heard: ChangeHint[] = [];
  ledger.subscribe((hint) => heard.push(hint));
  let marks = 0;
  const hear = async (): Promise<readonly ChangeHint[]> => {
    const ref = refOf(`mark-${(marks += 1)}`, 'marks');
    await ledger.track({ ref, now: START });
    const importId = `marks:${ref.externalId}`;
    await until(() => heard.some((hint) => hint.importId === importId));
    const told = heard.filter((hint) => !hint.importId.startsWith('marks:'));
    return [...new Map(told.map((hint) => [JSON.stringify(hint), hint])).values()];
  };
  await hear();
  // What was on its way before is over.
  heard.length = 0;
  return hear;
}
