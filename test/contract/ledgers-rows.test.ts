import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowError } from '../../src/domain/row.ts';
import type { ChangeHint, Ledger } from '../../src/ledger/ledger.ts';
import { UNTRIED } from '../../src/watcher/breaker.ts';
import { freshness, recording, REF, refOf, rowError, START } from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES) {
  describe(`row errors, in ${store.name}`, () => {
    test('a row error comes back as it came', async (t) => {
      const ledger = await (await store.create(t))();
      const bare = rowError({ number: null, numberBasis: 'UNSTATED', code: null });
      const full: RowError = {
        number: 12,
        numberBasis: 'RESULT_POSITION',
        resource: 'contact',
        recordId: 'r-1',
        code: 'duplicate',
        message: 'e-mail "ä@b.c" is there\nalready',
        detail: 'see row 3',
        values: { name: 'Ähre', nested: { list: [1, null, 'x'] }, '': false },
      };
      await ledger.record(recording({ rows: [bare, full] }));

      const page = await ledger.listRowErrors({ importId: ID, first: 10, after: -1 });

      assert.deepEqual(
        page.items.map(({ row }) => row),
        [bare, full].map((row, index) => ({ ...row, id: page.items[index]?.row.id })),
      );
      assert.equal(new Set(page.items.map(({ row }) => row.id)).size, 2);
      assert.equal(page.hasMore, false);
    });

    test('row errors are paged in the order of the vendor', async (t) => {
      const ledger = await (await store.create(t))();
      const numbers = [5, 3, 9, 1, 3];
      await ledger.record(recording({ rows: numbers.map((number) => rowError({ number })) }));
      await ledger.record(recording({ ref: refOf('other'), rows: [rowError({ number: 77 })] }));

      const seen: (number | null)[] = [];
      let after = -1;
      let hasMore = true;
      while (hasMore) {
        const page = await ledger.listRowErrors({ importId: ID, first: 2, after });
        seen.push(...page.items.map(({ row }) => row.number));
        after = page.items.at(-1)?.ordinal ?? after;
        hasMore = page.hasMore;
      }

      assert.deepEqual(seen, numbers);
    });

    test('new row errors take the place of the old ones', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ rows: [rowError({ number: 1 }), rowError({ number: 2 })] }));
      await ledger.record(recording({ basedOnRevision: 1, rows: [rowError({ number: 3 })] }));
      assert.deepEqual(await listNumbers(ledger), [3]);
      await ledger.record(recording({ basedOnRevision: 2, rows: null }));
      assert.deepEqual(await listNumbers(ledger), [3]);
      await ledger.record(recording({ basedOnRevision: 2, rows: [] }));
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
      await ledger.record(recording({ rows }));

      const groups = await ledger.listRowErrorGroups(ID, 10);

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
      const page = await ledger.listRowErrors({ importId: ID, first: 10, after: -1 });
      assert.deepEqual(groups[0]?.sample, page.items[1]?.row);
      assert.equal((await ledger.listRowErrorGroups(ID, 2)).length, 2);
      assert.deepEqual(await ledger.listRowErrorGroups('catalog:unheard-of', 10), []);
    });
  });

  describe(`budgets and health, in ${store.name}`, () => {
    test('never counts more requests than the limit, however many ask at once', async (t) => {
      const ledger = await (await store.create(t))();
      const asked = Array.from({ length: 50 }, () => ledger.countRequest('crm', '2026-01', 20));
      const admitted = (await Promise.all(asked)).filter(Boolean);
      assert.equal(admitted.length, 20);
      assert.equal(await ledger.getRequestCount('crm', '2026-01'), 20);
      assert.equal(await ledger.countRequest('crm', '2026-01', 21), true);
    });

    test('counts each provider and month apart', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.countRequest('crm', '2026-01', 1);
      assert.equal(await ledger.countRequest('crm', '2026-01', 1), false);
      assert.equal(await ledger.countRequest('crm', '2026-02', 1), true);
      assert.equal(await ledger.countRequest('catalog', '2026-01', 1), true);
      assert.equal(await ledger.countRequest('email', '2026-01', 0), false);
      assert.equal(await ledger.countRequest('email', '2026-01', Number.MAX_SAFE_INTEGER), true);
      assert.equal(await ledger.getRequestCount('unheard-of', '2026-01'), 0);
    });

    test('keeps how each provider fares', async (t) => {
      const ledger = await (await store.create(t))();
      assert.equal((await ledger.listProviderHealth()).size, 0);
      const failing = {
        lastSuccessAt: START,
        lastFailureAt: START + 1,
        error: { kind: 'rate-limited', message: 'answered 429' },
        failures: 3,
        openUntil: START + 30_000,
      } as const;
      await ledger.saveProviderHealth('crm', UNTRIED);
      await ledger.saveProviderHealth('crm', failing);
      await ledger.saveProviderHealth('catalog', { ...UNTRIED, lastSuccessAt: START });
      const health = await ledger.listProviderHealth();
      assert.deepEqual(health.get('crm'), failing);
      assert.deepEqual(health.get('catalog'), { ...UNTRIED, lastSuccessAt: START });
    });
  });

  describe(`hints, in ${store.name}`, () => {
    test('say what changed, once it can be read', async (t) => {
      const ledger = await (await store.create(t))();
      const heard: Promise<readonly [ChangeHint, number | null | undefined]>[] = [];
      ledger.subscribe((hint) => {
        const read = ledger.findImports([hint.importId]);
        heard.push(read.then((found) => [hint, found.get(hint.importId)?.position]));
      });

      await ledger.track({ ref: REF, now: START });
      const recorded = await ledger.record(recording());
      await ledger.untrack(ID);

      const position = recorded?.position ?? null;
      assert.notEqual(position, null);
      assert.deepEqual(await Promise.all(heard), [
        [{ importId: ID, position: null }, null],
        [{ importId: ID, position }, position],
        [{ importId: ID, position }, position],
      ]);
    });

    test('come for a freshness that changed, and not for a look that taught nothing', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const heard: ChangeHint[] = [];
      ledger.subscribe((hint) => heard.push(hint));

      await ledger.record(
        recording({ basedOnRevision: 1, freshness: freshness({ nextLookAt: START + 9_000 }) }),
      );
      assert.equal(heard.length, 0);
      const failing = freshness({ state: 'BACKING_OFF' });
      await ledger.record(
        recording({ basedOnRevision: 1, state: null, rows: null, freshness: failing }),
      );
      assert.equal(heard.length, 1);
    });

    test('do not come for what was not kept', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      const heard: ChangeHint[] = [];
      ledger.subscribe((hint) => heard.push(hint));
      await assert.rejects(
        ledger.record(recording({ basedOnRevision: 1, rows: [rowError({ number: 0.5 })] })),
      );
      await ledger.record(recording({ basedOnRevision: 0, rows: [rowError()] }));
      await ledger.untrack('catalog:unheard-of');
      assert.deepEqual(heard, []);
    });

    test('go to everyone who asked, until they ask no more', async (t) => {
      const ledger = await (await store.create(t))();
      const counts = { first: 0, second: 0 };
      const count = (): void => void (counts.first += 1);
      const stop = ledger.subscribe(count);
      const stopAgain = ledger.subscribe(count);
      ledger.subscribe(() => (counts.second += 1));

      await ledger.track({ ref: REF, now: START });
      assert.deepEqual(counts, { first: 2, second: 1 });
      stop();
      stop();
      await ledger.track({ ref: REF, now: START });
      assert.deepEqual(counts, { first: 3, second: 2 });
      stopAgain();
      await ledger.track({ ref: REF, now: START });
      assert.deepEqual(counts, { first: 3, second: 3 });
    });
  });
}

async function listNumbers(ledger: Ledger): Promise<readonly (number | null)[]> {
  const page = await ledger.listRowErrors({ importId: ID, first: 10, after: -1 });
  return page.items.map(({ row }) => row.number);
}
