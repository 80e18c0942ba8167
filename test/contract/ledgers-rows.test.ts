import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportRow, RowOutcome } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { recording, refOf, row, rowError } from '../support/builders.ts';
import { listAllRows, recordRows } from '../support/captures.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`row errors, in ${store.name}`, () => {
    test('a row comes back as it came', async (t) => {
      const ledger = await (await store.create(t))();
      const rows: readonly ImportRow[] = [
        rowError({ number: null, numberBasis: 'UNSTATED', code: null }),
        rowError({
          number: 12,
          furtherNumbers: [13, 40],
          numberBasis: 'RESULT_POSITION',
          resource: 'contact',
          recordId: 'r-1',
          code: 'duplicate',
          message: 'e-mail "ä@b.c" is there\nalready',
          detail: 'see row 3',
          values: { name: 'Ähre', nested: { list: [1, null, 'x'] }, '': false },
        }),
        rowError({ valuesForm: 'DROPPED' }),
        row({ outcome: 'EXISTING', recordId: 'r-2' }),
        row({ outcome: 'UNKNOWN', number: null, numberBasis: 'UNSTATED' }),
      ];
      await recordRows(ledger, rows);

      const kept = await listAllRows(ledger, ID);

      assert.deepEqual(
        kept,
        rows.map((row, index) => ({ ...row, id: kept[index]?.id })),
      );
      assert.equal(new Set(kept.map(({ id }) => id)).size, rows.length);
    });

    test('rows are paged in the order of the vendor, whatever their numbers', async (t) => {
      const ledger = await (await store.create(t))();
      const numbers = [5, 3, 9, null, 3, 1];
      await recordRows(
        ledger,
        numbers.map((number) => rowError({ number })),
      );
      await recordRows(ledger, [rowError({ number: 77 })], { ref: refOf('other') });

      const seen: (number | null)[] = [];
      let after = -1;
      let hasMore = true;
      while (hasMore) {
        const page = await ledger.listRows({ importId: ID, outcomes: null, first: 2, after });
        seen.push(...page.items.map(({ row }) => row.number));
        after = page.items.at(-1)?.ordinal ?? after;
        hasMore = page.hasMore;
      }

      assert.deepEqual(seen, numbers);
    });

    test('rows are found by what became of them, in the order of the vendor', async (t) => {
      const ledger = await (await store.create(t))();
      const outcomes = ['CREATED', 'FAILED', 'UPDATED', 'FAILED', 'EXISTING', 'CREATED'] as const;
      await recordRows(
        ledger,
        outcomes.map((outcome, number) =>
          outcome === 'FAILED' ? rowError({ number }) : row({ outcome, number }),
        ),
      );
      const find = async (wanted: readonly RowOutcome[], first: number, after: number) => {
        const page = await ledger.listRows({ importId: ID, outcomes: wanted, first, after });
        return { numbers: page.items.map(({ row }) => row.number), hasMore: page.hasMore };
      };

      assert.deepEqual(await find(['FAILED'], 10, -1), { numbers: [1, 3], hasMore: false });
      assert.deepEqual(await find(['FAILED'], 10, 1), { numbers: [3], hasMore: false });
      const several = ['EXISTING', 'CREATED', 'CREATED', 'FAILED'] as const;
      assert.deepEqual(await find(several, 3, -1), { numbers: [0, 1, 3], hasMore: true });
      assert.deepEqual(await find(several, 3, 3), { numbers: [4, 5], hasMore: false });
      assert.deepEqual(await find(['UNKNOWN'], 3, -1), { numbers: [], hasMore: false });
    });

    test('new rows take the place of the old ones, and what says nothing of rows keeps them', async (t) => {
      const ledger = await (await store.create(t))();
      await recordRows(ledger, [rowError({ number: 1 }), rowError({ number: 2 })]);
      await recordRows(ledger, [rowError({ number: 3 })], { basedOnRevision: 1 });
      assert.deepEqual(await listNumbers(ledger), [3]);
      await ledger.record(recording({ basedOnRevision: 2, rows: { kind: 'keep' } }));
      assert.deepEqual(await listNumbers(ledger), [3]);
      await ledger.record(recording({ basedOnRevision: 2, rows: { kind: 'none' } }));
      assert.deepEqual(await listNumbers(ledger), []);
    });

    test('row errors of one cause are one group, the most frequent first', async (t) => {
      const ledger = await (await store.create(t))();
      const rows = [
        rowError({ number: 4, code: 'a', message: 'value "x" is too long' }),
        rowError({ number: 9, code: 'b', message: 'value "x" is too long' }),
        rowError({ number: 2, code: 'b', message: 'value "y" is too long' }),
        rowError({ number: 7, code: null, message: 'no name' }),
        rowError({ number: null, code: null, message: 'no name' }),
        rowError({ number: 1, code: 'b', message: 'value "z" is too long' }),
      ];
      await recordRows(ledger, rows);

      const groups = await ledger.listRowErrorGroups(ID);

      assert.deepEqual(
        groups.map(({ sample, ...group }) => ({ ...group, sample: sample.number })),
        [
          {
            code: 'b',
            message: 'value … is too long',
            count: 3,
            firstNumber: 1,
            lastNumber: 9,
            sample: 9,
          },
          { code: null, message: 'no name', count: 2, firstNumber: 7, lastNumber: 7, sample: 7 },
          {
            code: 'a',
            message: 'value … is too long',
            count: 1,
            firstNumber: 4,
            lastNumber: 4,
            sample: 4,
          },
        ],
      );
      assert.deepEqual(groups[0]?.sample, (await listAllRows(ledger, ID))[1]);
      assert.deepEqual(await ledger.listRowErrorGroups('catalog:unheard-of'), []);
    });
  });
}

async function listNumbers(ledger: Ledger): Promise<readonly (number | null)[]> {
  return (await listAllRows(ledger, ID)).map(({ number }) => number);
}
