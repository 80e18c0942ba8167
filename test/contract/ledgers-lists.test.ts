import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { ImportFilter, Ledger } from '../../src/ledger/ledger.ts';
import { finishedJob, job, recording, REF, refOf, START, state } from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

for (const store of STORES) {
  describe(`what is listed, in ${store.name}`, () => {
    test('the import that was tracked or changed last comes first', async (t) => {
      const ledger = await (await store.create(t))();
      await record(ledger, 'a', 0);
      await ledger.track({ ref: refOf('b'), now: START });
      await record(ledger, 'c', 0);
      assert.deepEqual(await listIds(ledger), ['c', 'b', 'a']);

      await record(ledger, 'a', 1);
      assert.deepEqual(await listIds(ledger), ['a', 'c', 'b']);

      await ledger.record(
        recording({ ref: refOf('b'), state: null, rows: { kind: 'keep' }, now: START + 1 }),
      );
      assert.deepEqual(await listIds(ledger), ['a', 'c', 'b']);
    });

    test('paging shows what does not change once, whatever changes meanwhile', async (t) => {
      const ledger = await (await store.create(t))();
      const names = Array.from({ length: 25 }, (_, index) => `load-${index}`);
      for (const name of names) await record(ledger, name, 0);
      const changing = new Set(['load-3', 'load-12', 'load-24']);

      const seen: string[] = [];
      let after: number | null = null;
      let round = 1;
      for (;;) {
        const page = await ledger.listImports({ filter: {}, first: 4, after });
        seen.push(...page.items.map((item) => item.import.ref.externalId));
        if (!page.hasMore) break;
        after = page.items.at(-1)?.place ?? null;
        for (const name of changing) await record(ledger, name, round);
        await record(ledger, `new-${round}`, 0);
        round += 1;
      }

      assert.equal(new Set(seen).size, seen.length);
      const still = names.filter((name) => !changing.has(name));
      assert.deepEqual(
        seen.filter((name) => still.includes(name)),
        still.toReversed(),
      );
    });

    test('a page says whether there is more', async (t) => {
      const ledger = await (await store.create(t))();
      await record(ledger, 'a', 0);
      await record(ledger, 'b', 0);
      const pages = await Promise.all(
        [1, 2, 3].map((first) => ledger.listImports({ filter: {}, first, after: null })),
      );
      assert.deepEqual(
        pages.map(({ items, hasMore }) => [items.length, hasMore]),
        [
          [1, true],
          [2, false],
          [2, false],
        ],
      );
    });

    const filters: readonly (readonly [string, ImportFilter, readonly string[]])[] = [
      ['nothing', {}, ['done', 'failed', 'running', 'tracked']],
      ['one provider', { providerIds: ['crm'] }, ['failed']],
      [
        'two providers',
        { providerIds: ['crm', 'catalog'] },
        ['done', 'failed', 'running', 'tracked'],
      ],
      ['no provider', { providerIds: [] }, []],
      ['an unknown provider', { providerIds: ['unheard-of'] }, []],
      ['a phase', { phases: ['RUNNING'] }, ['running']],
      ['two phases', { phases: ['RUNNING', 'FINISHED'] }, ['done', 'failed', 'running']],
      ['the phase of what was never seen', { phases: ['UNKNOWN'] }, ['tracked']],
      ['an outcome', { outcomes: ['FAILED'] }, ['failed']],
      ['two outcomes', { outcomes: ['FAILED', 'SUCCEEDED'] }, ['done', 'failed']],
      ['no outcome', { outcomes: [] }, []],
      ['a label', { labels: [{ key: 'team', value: 'sales' }] }, ['done', 'running']],
      [
        'two labels',
        {
          labels: [
            { key: 'team', value: 'sales' },
            { key: 'run', value: '7' },
          ],
        },
        ['done'],
      ],
      ['a label with another value', { labels: [{ key: 'team', value: 'legal' }] }, []],
      ['no label in particular', { labels: [] }, ['done', 'failed', 'running', 'tracked']],
      ['ids', { ids: ['catalog:done', 'crm:failed', 'crm:unheard-of'] }, ['done', 'failed']],
      ['an id', { ids: ['catalog:tracked'] }, ['tracked']],
      ['no id', { ids: [] }, []],
      ['a time of change', { changedSince: START + 2_000 }, ['done', 'failed']],
      [
        'all at once',
        {
          phases: ['FINISHED'],
          labels: [{ key: 'team', value: 'sales' }],
          providerIds: ['catalog'],
        },
        ['done'],
      ],
    ];
    for (const [what, filter, expected] of filters) {
      test(`imports and changes can be filtered by ${what}`, async (t) => {
        const ledger = await (await store.create(t))();
        await fill(ledger);
        assert.deepEqual((await listIds(ledger, filter)).toSorted(), expected);
        const { changes } = await ledger.listChanges({ filter, first: 10, after: 0 });
        const changed = changes.map((change) => change.import.ref.externalId);
        // What was never seen has not changed.
        assert.deepEqual(
          changed.toSorted(),
          expected.filter((id) => id !== 'tracked'),
        );
      });
    }

    test('pages of a filtered list hold only what matches', async (t) => {
      const ledger = await (await store.create(t))();
      for (let index = 0; index < 9; index += 1) {
        const ref = refOf(`load-${index}`, index % 3 === 0 ? 'crm' : 'catalog');
        await ledger.record(recording({ ref }));
      }
      const filter = { providerIds: ['crm'] };
      const page = await ledger.listImports({ filter, first: 2, after: null });
      const rest = await ledger.listImports({
        filter,
        first: 2,
        after: page.items.at(-1)?.place ?? null,
      });
      const names = [...page.items, ...rest.items].map((item) => item.import.ref.externalId);
      assert.deepEqual(names, ['load-6', 'load-3', 'load-0']);
      assert.equal(rest.hasMore, false);
    });

    test('changes come the oldest first, each import once and as it is now', async (t) => {
      const ledger = await (await store.create(t))();
      await record(ledger, 'a', 0);
      await record(ledger, 'b', 0);
      await record(ledger, 'a', 1);
      await record(ledger, 'a', 2);

      const page = await ledger.listChanges({ filter: {}, first: 10, after: 0 });

      assert.deepEqual(
        page.changes.map((change) => [importId(change.import.ref), change.import.revision]),
        [
          ['catalog:b', 1],
          ['catalog:a', 3],
        ],
      );
      assert.deepEqual(
        page.changes.map((change) => change.position),
        page.changes.map((change) => change.import.position),
      );
      assert.equal(page.endPosition, await ledger.getLatestPosition());
      assert.equal(page.hasMore, false);
    });

    test('whoever goes on where a page ended misses nothing and sees nothing twice', async (t) => {
      const ledger = await (await store.create(t))();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await record(ledger, name, 0);
      const seen: string[] = [];
      let after = 0;
      let hasMore = true;
      while (hasMore) {
        const page = await ledger.listChanges({ filter: {}, first: 2, after });
        for (const { import: changed } of page.changes) {
          seen.push(`${changed.ref.externalId}${changed.revision}`);
        }
        assert.ok(page.endPosition >= after);
        ({ endPosition: after, hasMore } = page);
        if (seen.length === 2) await record(ledger, 'a', 1);
        if (seen.length === 4) await record(ledger, 'e', 1);
      }
      assert.deepEqual(seen, ['a1', 'b1', 'c1', 'd1', 'a2', 'e2']);
    });

    test('says how many revisions were skipped since the asked position', async (t) => {
      const ledger = await (await store.create(t))();
      await record(ledger, 'a', 0);
      await record(ledger, 'b', 0);
      const after = await ledger.getLatestPosition();
      for (const revision of [1, 2, 3]) await record(ledger, 'a', revision);
      await record(ledger, 'b', 1);
      await record(ledger, 'c', 0);
      await record(ledger, 'c', 1);

      const { changes } = await ledger.listChanges({ filter: {}, first: 10, after });

      assert.deepEqual(
        changes.map((change) => [change.import.ref.externalId, change.skippedRevisions]),
        [
          ['a', 2],
          ['b', 0],
          ['c', 1],
        ],
      );
    });

    test('whoever reads from the beginning has skipped nothing', async (t) => {
      const ledger = await (await store.create(t))();
      for (const revision of [0, 1, 2]) await record(ledger, 'a', revision);
      const { changes } = await ledger.listChanges({ filter: {}, first: 10, after: 0 });
      assert.deepEqual(
        changes.map((change) => change.skippedRevisions),
        [0],
      );
    });

    test('an empty page of changes ends where reading may go on', async (t) => {
      const ledger = await (await store.create(t))();
      assert.deepEqual(await ledger.listChanges({ filter: {}, first: 5, after: 0 }), {
        changes: [],
        endPosition: 0,
        hasMore: false,
        latest: 0,
      });
      await record(ledger, 'a', 0);
      const latest = await ledger.getLatestPosition();
      const filter = { providerIds: ['crm'] };
      const filtered = await ledger.listChanges({ filter, first: 5, after: 0 });
      assert.deepEqual(filtered, { changes: [], endPosition: latest, hasMore: false, latest });
      const beyond = await ledger.listChanges({ filter: {}, first: 5, after: latest + 100 });
      const endPosition = latest + 100;
      assert.deepEqual(beyond, { changes: [], endPosition, hasMore: false, latest });
    });

    test('labels are replaced as a whole, or left alone', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, labels: { a: '1', b: '2' }, now: START });
      const left = await ledger.track({ ref: REF, now: START });
      const replaced = await ledger.track({ ref: REF, labels: { b: '3' }, now: START });
      assert.deepEqual(left.labels, { a: '1', b: '2' });
      assert.deepEqual(replaced.labels, { b: '3' });
      assert.deepEqual(await listIds(ledger, { labels: [{ key: 'a', value: '1' }] }), []);
      assert.deepEqual(await listIds(ledger, { labels: [{ key: 'b', value: '3' }] }), ['load-1']);
      const cleared = await ledger.track({ ref: REF, labels: {}, now: START });
      assert.deepEqual(cleared.labels, {});
      assert.deepEqual(await listIds(ledger, { labels: [{ key: 'b', value: '3' }] }), []);
    });

    test('a label may be called anything', async (t) => {
      const ledger = await (await store.create(t))();
      const labels = JSON.parse('{"__proto__":"1","constructor":"2","":"3","\'; --":"ö"}');
      const tracked = await ledger.track({ ref: REF, labels, now: START });
      assert.deepEqual(new Map(Object.entries(tracked.labels)), new Map(Object.entries(labels)));
      const pairs = Object.entries(tracked.labels).map(([key, value]) => ({ key, value }));
      assert.deepEqual(await listIds(ledger, { labels: pairs }), ['load-1']);
    });
  });
}

/** Four imports that differ in everything that a filter can ask for. */
async function fill(ledger: Ledger): Promise<void> {
  await ledger.track({ ref: refOf('tracked'), now: START });
  await ledger.record(
    recording({ ref: refOf('running'), labels: { team: 'sales' }, now: START + 1_000 }),
  );
  const done = state({ job: finishedJob() });
  await ledger.record(
    recording({
      ref: refOf('done'),
      state: done,
      labels: { team: 'sales', run: '7' },
      now: START + 2_000,
    }),
  );
  const failed = state({ job: finishedJob({ outcome: 'FAILED', effect: 'NONE' }) });
  await ledger.record(
    recording({ ref: refOf('failed', 'crm'), state: failed, now: START + 3_000 }),
  );
}

/** Records something new of an import whose revision is the one given. */
async function record(ledger: Ledger, externalId: string, basedOnRevision: number): Promise<void> {
  const seen = state({ job: job({ progressPercent: basedOnRevision }) });
  const recorded = await ledger.record(
    recording({ ref: refOf(externalId), basedOnRevision, state: seen }),
  );
  assert.equal(recorded?.revision, basedOnRevision + 1);
}

async function listIds(ledger: Ledger, filter: ImportFilter = {}): Promise<readonly string[]> {
  const { items } = await ledger.listImports({ filter, first: 100, after: null });
  return items.map((item) => item.import.ref.externalId);
}
