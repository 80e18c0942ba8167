import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../src/domain/job.ts';
import type { Change } from '../../src/ledger/change-page.ts';
import type { ImportFilter, Ledger } from '../../src/ledger/ledger.ts';
import { finishedJob, job, recording, refOf, START, state } from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

const RUNNING = job();
const QUEUED = job({ phase: 'QUEUED' });
const DONE = finishedJob();
const FAILED = finishedJob({ outcome: 'FAILED', effect: 'NONE' });

for (const store of STORES) {
  describe(`who enters and leaves a filter, in ${store.name}`, () => {
    test('from the beginning everything enters, and nothing leaves', async (t) => {
      const ledger = await (await store.create(t))();
      await see(ledger, 'a', RUNNING);
      await see(ledger, 'b', RUNNING);
      await see(ledger, 'b', DONE);
      const filter = { phases: ['RUNNING'] } as const;
      assert.deepEqual(await told(ledger, filter, 0), ['a ENTERED']);
      assert.deepEqual(await told(ledger, {}, 0), ['a ENTERED', 'b ENTERED']);
    });

    test('without a filter an import enters once, and stays', async (t) => {
      const ledger = await (await store.create(t))();
      await see(ledger, 'old', QUEUED);
      await ledger.track({ ref: refOf('tracked'), now: START });
      const after = await ledger.getLatestPosition();
      await see(ledger, 'new', QUEUED);
      await see(ledger, 'old', DONE);
      await see(ledger, 'tracked', RUNNING);
      for (const filter of [{}, { providerIds: ['catalog'] }]) {
        const changes = await told(ledger, filter, after);
        assert.deepEqual(changes, ['new ENTERED', 'old MATCHES', 'tracked ENTERED']);
      }
    });

    test('an import enters a filter, stays in it, and leaves it once', async (t) => {
      const ledger = await (await store.create(t))();
      const filter = { phases: ['RUNNING', 'CANCELING'] } as const;
      const steps = [
        [QUEUED, []],
        [RUNNING, ['a ENTERED']],
        [job({ progressPercent: 50 }), ['a MATCHES']],
        [job({ phase: 'CANCELING' }), ['a MATCHES']],
        [DONE, ['a LEFT']],
        [finishedJob({ message: 'late' }), []],
        [FAILED, []],
      ] as const;
      await see(ledger, 'first', DONE);
      for (const [seen, expected] of steps) {
        const after = await ledger.getLatestPosition();
        await see(ledger, 'a', seen);
        assert.deepEqual(await told(ledger, filter, after), expected, JSON.stringify(seen));
      }
    });

    test('an import that left is shown as it is now, where it left', async (t) => {
      const ledger = await (await store.create(t))();
      await see(ledger, 'a', RUNNING);
      const after = await ledger.getLatestPosition();
      await see(ledger, 'a', job({ progressPercent: 50 }));
      await see(ledger, 'a', DONE);
      const leftAt = await ledger.getLatestPosition();
      await see(ledger, 'a', finishedJob({ message: 'late' }));

      const query = { filter: { phases: ['RUNNING'] }, first: 9, after } as const;
      const { changes, endPosition } = await ledger.listChanges(query);

      assert.equal(changes.length, 1);
      assert.equal(changes[0]?.membership, 'LEFT');
      assert.equal(changes[0].position, leftAt);
      assert.equal(changes[0].import.state.job.message, 'late');
      assert.equal(changes[0].import.revision, 4);
      assert.equal(changes[0].skippedRevisions, 2);
      assert.equal(endPosition, await ledger.getLatestPosition());
    });

    const moves: readonly (readonly [string, ImportFilter, Move])[] = [
      ['a phase', { phases: ['RUNNING'] }, (ledger) => see(ledger, 'a', DONE)],
      ['an outcome', { outcomes: ['SUCCEEDED'] }, (ledger) => see(ledger, 'b', FAILED)],
      [
        'a label',
        { labels: [{ key: 'run', value: '7' }] },
        (ledger) => label(ledger, 'a', { run: '8' }),
      ],
      [
        'a label among others',
        { providerIds: ['catalog'], labels: [{ key: 'run', value: '7' }], changedSince: START },
        (ledger) => label(ledger, 'a', { team: 'sales' }),
      ],
      [
        'a phase of one that is named',
        { ids: ['catalog:a', 'catalog:b'], phases: ['RUNNING'] },
        (ledger) => see(ledger, 'a', DONE),
      ],
    ];
    for (const [what, filter, leave] of moves) {
      test(`an import leaves by ${what}`, async (t) => {
        const ledger = await (await store.create(t))();
        await see(ledger, 'a', RUNNING);
        await label(ledger, 'a', { run: '7', team: 'sales' });
        await see(ledger, 'b', DONE);
        const after = await ledger.getLatestPosition();
        const before = await told(ledger, filter, 0);
        assert.equal(before.length, 1);

        await leave(ledger);

        assert.deepEqual(
          await told(ledger, filter, after),
          before.map((line) => line.replace('ENTERED', 'LEFT')),
        );
        assert.deepEqual(await told(ledger, filter, await ledger.getLatestPosition()), []);
      });
    }

    test('an import enters by a label that it had not, and by a change that is recent', async (t) => {
      const ledger = await (await store.create(t))();
      await see(ledger, 'a', RUNNING);
      const after = await ledger.getLatestPosition();
      await label(ledger, 'a', { run: '7' }, START + 5_000);
      const labeled = { labels: [{ key: 'run', value: '7' }] };
      assert.deepEqual(await told(ledger, labeled, after), ['a ENTERED']);
      assert.deepEqual(await told(ledger, { changedSince: START + 5_000 }, after), ['a ENTERED']);
      assert.deepEqual(await told(ledger, { changedSince: START }, after), ['a MATCHES']);
      assert.deepEqual(await told(ledger, { changedSince: START + 5_001 }, after), []);
    });

    test('one that left and came back stands where it is now', async (t) => {
      const ledger = await (await store.create(t))();
      const filter = { labels: [{ key: 'run', value: '7' }] };
      await see(ledger, 'a', RUNNING);
      await label(ledger, 'a', { run: '7' });
      const after = await ledger.getLatestPosition();
      await label(ledger, 'a', {});
      const between = await ledger.getLatestPosition();
      await label(ledger, 'a', { run: '7' });
      assert.deepEqual(await told(ledger, filter, after), ['a MATCHES']);
      assert.deepEqual(await told(ledger, filter, between), ['a ENTERED']);
    });

    test('a page ends between those that match and those that left', async (t) => {
      const ledger = await (await store.create(t))();
      const names = ['a', 'b', 'c', 'd', 'e'];
      for (const name of names) await see(ledger, name, RUNNING);
      const after = await ledger.getLatestPosition();
      for (const name of names) {
        await see(ledger, name, name === 'b' || name === 'd' ? DONE : job({ progressPercent: 1 }));
      }
      const filter = { phases: ['RUNNING'] } as const;
      const page = await ledger.listChanges({ filter, first: 2, after });
      const rest = await ledger.listChanges({ filter, first: 3, after: page.endPosition });
      assert.deepEqual(page.changes.map(lineOf), ['a MATCHES', 'b LEFT']);
      assert.deepEqual(rest.changes.map(lineOf), ['c MATCHES', 'd LEFT', 'e MATCHES']);
      assert.deepEqual([page.hasMore, rest.hasMore], [true, false]);
    });

    test('whoever did not see an import leave is told, however their pages ended', async (t) => {
      const ledger = await (await store.create(t))();
      const filter = { phases: ['RUNNING'] } as const;
      for (const name of ['a', 'b', 'c']) await see(ledger, name, RUNNING);
      const after = await ledger.getLatestPosition();
      await see(ledger, 'a', DONE);
      await see(ledger, 'b', job({ progressPercent: 1 }));
      // Beyond the end of the first page it changes again, and still does not match.
      await see(ledger, 'a', finishedJob({ message: 'late' }));
      const seen: string[] = [];
      for (let from = after, hasMore = true; hasMore;) {
        const page = await ledger.listChanges({ filter, first: 1, after: from });
        seen.push(...page.changes.map(lineOf));
        ({ endPosition: from, hasMore } = page);
      }
      assert.deepEqual(seen, ['a LEFT', 'b MATCHES']);
    });
  });
}

type Move = (ledger: Ledger) => Promise<void>;

async function told(
  ledger: Ledger,
  filter: ImportFilter,
  after: number,
): Promise<readonly string[]> {
  const { changes } = await ledger.listChanges({ filter, first: 10, after });
  return changes.map(lineOf);
}

function lineOf(change: Change): string {
  return `${change.import.ref.externalId} ${change.membership}`;
}

async function see(ledger: Ledger, externalId: string, seen: Job): Promise<void> {
  const changes = { ref: refOf(externalId), basedOnRevision: 100, state: state({ job: seen }) };
  assert.ok(await ledger.record(recording(changes)));
}

async function label(
  ledger: Ledger,
  externalId: string,
  labels: Readonly<Record<string, string>>,
  now = START,
): Promise<void> {
  await ledger.track({ ref: refOf(externalId), labels, now });
}
