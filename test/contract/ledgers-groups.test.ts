import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { FURTHER_CAUSES, MOST_CAUSES } from '../../src/ledger/row-batch.ts';
import { recording, row, rowError } from '../support/builders.ts';
import { capture, listAllRows } from '../support/captures.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`what captures add up, in ${store.name}`, () => {
    test('keep their groups up to date over batches', async (t) => {
      const ledger = await (await store.create(t))();
      const unnumbered = {
        number: null,
        numberBasis: 'UNSTATED',
        message: 'value "a" is bad',
      } as const;
      const first = await capture(ledger, [rowError(unnumbered)], { next: '1' });
      const more = [8, 3].map((number) =>
        rowError({ number, message: `value "${number}" is bad` }),
      );
      const second = await capture(ledger, more, { capture: first, next: '3' });
      const last = [rowError({ number: 5, message: 'value "x" is bad' }), rowError({ code: 'b' })];
      await seal(ledger, (await capture(ledger, last, { capture: second })).id);

      const groups = await ledger.listRowErrorGroups(ID);

      assert.deepEqual(
        groups.map(({ sample, ...group }) => ({ ...group, sample: sample.id })),
        [
          {
            code: 'invalid',
            message: 'value … is bad',
            count: 4,
            firstNumber: 3,
            lastNumber: 8,
            sample: `${ID}#0`,
          },
          {
            code: 'b',
            message: 'the value is not valid',
            count: 1,
            firstNumber: 1,
            lastNumber: 1,
            sample: `${ID}#4`,
          },
        ],
      );
    });

    test('count rows of too many causes together, so that every row is in a group', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = Array.from({ length: MOST_CAUSES * 3 }, (_, number) =>
        rowError({ number, code: `code-${number % (MOST_CAUSES + 100)}` }),
      );
      const first = await capture(ledger, rows.slice(0, MOST_CAUSES - 1), { next: 'more' });
      const last = await capture(ledger, rows.slice(MOST_CAUSES - 1), { capture: first });
      await seal(ledger, last.id);
      const groups = await ledger.listRowErrorGroups(ID);
      assert.equal(groups.length, MOST_CAUSES + 1);
      assert.equal(groups.at(-1)?.message, FURTHER_CAUSES);
      assert.equal(groups.at(-1)?.code, null);
      assert.equal(
        groups.reduce((sum, { count }) => sum + count, 0),
        rows.length,
      );
    });

    test('remember the names of values in the order in which they came', async (t) => {
      const ledger = await (await store.create(t))();
      const first = await capture(ledger, [rowError({ values: { b: 1, a: 2 } })], { next: '1' });
      const rows = [rowError({ values: { a: 1, c: null } }), rowError(), row()];
      await seal(ledger, (await capture(ledger, rows, { capture: first })).id);
      const held = (await ledger.findHeldRows([ID])).get(ID);
      assert.deepEqual(held?.columns, ['b', 'a', 'c']);
      assert.equal(held.hasMoreColumns, false);
    });

    test('say so when there are more names than they remember', async (t) => {
      const ledger = await (await store.create(t))();
      const values = Object.fromEntries(
        Array.from({ length: 1_001 }, (_, n) => [`column ${n}`, n]),
      );
      await seal(ledger, (await capture(ledger, [rowError({ values })])).id);
      const held = (await ledger.findHeldRows([ID])).get(ID);
      assert.equal(held?.columns.length, 1_000);
      assert.equal(held.hasMoreColumns, true);
      assert.deepEqual((await listAllRows(ledger, ID))[0]?.failure?.values, values);
    });
  });
}

async function seal(ledger: Ledger, captureId: number): Promise<void> {
  await ledger.record(recording({ rows: { kind: 'captured', captureId } }));
}
