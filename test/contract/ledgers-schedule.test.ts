import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FreshnessState } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  claimQuery,
  finishedJob,
  freshness,
  recording,
  REF,
  refOf,
  START,
  state,
} from '../support/builders.ts';
import { claimNames, claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';
const GIVEN_UP: readonly FreshnessState[] = ['GONE', 'NOT_FOUND', 'SETTLED', 'UNTRACKED'];

for (const store of STORES) {
  describe(`what is due, in ${store.name}`, () => {
    test('a tracked import is due at once', async (t) => {
      const ledger = await (await store.create(t))();
      const tracked = await ledger.track({ ref: REF, continueOnError: false, now: START });

      assert.deepEqual(
        tracked.freshness,
        freshness({ state: 'PENDING', observedAt: null, nextLookAt: START }),
      );
      assert.equal(tracked.revision, 0);
      assert.equal(tracked.position, null);
      assert.equal(await ledger.findNextDueAt('catalog'), START);
      const { lease, ...claim } = await claimOne(ledger);
      assert.equal(lease.importId, ID);
      assert.deepEqual(claim, {
        import: tracked,
        schedule: {
          attempts: 0,
          held: null,
          capture: null,
          failingSince: null,
          trackedAt: START,
          continueOnError: false,
        },
      });
    });

    test('tracking again changes the labels and the flag, and not the schedule', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ attempts: 2 }));
      const again = await ledger.track({
        ref: REF,
        labels: { run: '7' },
        continueOnError: true,
        now: START + 1_000,
      });
      assert.deepEqual(again.labels, { run: '7' });
      assert.deepEqual(again.freshness, freshness());
      const [claim] = await ledger.claimDue(claimQuery({ now: START + 2_000 }));
      assert.deepEqual(claim?.schedule, {
        attempts: 2,
        held: null,
        capture: null,
        failingSince: START,
        trackedAt: START,
        continueOnError: true,
      });
    });

    for (const given of ['GONE', 'NOT_FOUND', 'UNTRACKED'] as const) {
      test(`tracking looks again at an import that is ${given}`, async (t) => {
        const ledger = await (await store.create(t))();
        await record(ledger, given);
        const tracked = await ledger.track({ ref: REF, now: START + 9_000 });
        assert.deepEqual(
          tracked.freshness,
          freshness({ state: 'LIVE', nextLookAt: START + 9_000, error: null }),
        );
        const [claim] = await ledger.claimDue(claimQuery({ now: START + 9_000 }));
        assert.equal(claim?.schedule.trackedAt, START + 9_000);
        assert.equal(claim.schedule.attempts, 0);
      });
    }

    test('an import that was never seen is PENDING again when it is tracked again', async (t) => {
      const ledger = await (await store.create(t))();
      const missing = freshness({ state: 'NOT_FOUND', observedAt: null, nextLookAt: null });
      await ledger.record(recording({ state: null, rows: { kind: 'keep' }, freshness: missing }));
      const tracked = await ledger.track({ ref: REF, now: START });
      assert.equal(tracked.freshness.state, 'PENDING');
    });

    test('tracking leaves a settled import settled', async (t) => {
      const ledger = await (await store.create(t))();
      await record(ledger, 'SETTLED');
      const tracked = await ledger.track({ ref: REF, labels: { a: 'b' }, now: START + 9_000 });
      assert.equal(tracked.freshness.state, 'SETTLED');
      assert.deepEqual(tracked.labels, { a: 'b' });
      assert.deepEqual(await ledger.claimDue(claimQuery({ now: START + 9_000 })), []);
    });

    test('untracking ends looks and keeps what is known', async (t) => {
      const ledger = await (await store.create(t))();
      const before = await ledger.record(recording());
      const untracked = await ledger.untrack(ID);
      assert.deepEqual(untracked, {
        ...before,
        freshness: freshness({ state: 'UNTRACKED', nextLookAt: null }),
      });
      assert.equal(await ledger.findNextDueAt('catalog'), null);
      assert.deepEqual(await ledger.claimDue(claimQuery({ now: START + 99_000 })), []);
      assert.equal(await ledger.untrack('catalog:unheard-of'), null);
    });

    test('untracking leaves what is over as it is', async (t) => {
      const ledger = await (await store.create(t))();
      for (const given of GIVEN_UP) {
        await record(ledger, given, given.toLowerCase());
        const untracked = await ledger.untrack(`catalog:${given.toLowerCase()}`);
        assert.equal(untracked?.freshness.state, given);
      }
    });

    test('a look that was under way does not revive an import that was untracked', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger);
      await ledger.untrack(ID);

      const recorded = await ledger.record(recording({ lease }));

      assert.equal(recorded?.freshness.state, 'UNTRACKED');
      assert.equal(recorded.revision, 1);
      assert.equal(await ledger.findNextDueAt('catalog'), null);
      const settled = await ledger.record(
        recording({
          basedOnRevision: 1,
          state: state({ job: finishedJob() }),
          freshness: freshness({ state: 'SETTLED', nextLookAt: null }),
        }),
      );
      assert.equal(settled?.freshness.state, 'SETTLED');
    });

    test('claims what is due of one provider, the most overdue first', async (t) => {
      const ledger = await (await store.create(t))();
      const dueAt = { late: -3_000, now: 0, later: 1, latest: -9_000, late2: -2_000 };
      for (const [name, offset] of Object.entries(dueAt)) {
        await ledger.track({ ref: refOf(name), now: START + offset });
      }
      await ledger.track({ ref: refOf('other', 'crm'), now: START - 99_000 });

      assert.deepEqual(await claimNames(ledger, { limit: 2 }), ['late', 'latest']);
      assert.deepEqual(await claimNames(ledger, { limit: 2 }), ['late2', 'now']);
      assert.deepEqual(await claimNames(ledger, { limit: 2 }), []);
      assert.deepEqual(await claimNames(ledger, { limit: 2, now: START + 1 }), ['later']);
    });

    test('what is soon due comes along, and only along', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: refOf('soon'), now: START + 500 });
      await ledger.track({ ref: refOf('too-late'), now: START + 501 });
      assert.deepEqual(await claimNames(ledger, { horizonMs: 500 }), []);
      await ledger.track({ ref: refOf('due'), now: START });
      assert.deepEqual(await claimNames(ledger, { horizonMs: 500 }), ['due', 'soon']);
    });

    test('knows when a provider is next due', async (t) => {
      const ledger = await (await store.create(t))();
      assert.equal(await ledger.findNextDueAt('catalog'), null);
      await ledger.track({ ref: refOf('a'), now: START + 300 });
      await ledger.track({ ref: refOf('b'), now: START + 200 });
      await ledger.track({ ref: refOf('c', 'crm'), now: START });
      assert.equal(await ledger.findNextDueAt('catalog'), START + 200);
      await claimNames(ledger, { now: START + 200, leaseMs: 50_000 });
      assert.equal(await ledger.findNextDueAt('catalog'), START + 300);
      await claimNames(ledger, { now: START + 300, leaseMs: 60_000 });
      assert.equal(await ledger.findNextDueAt('catalog'), START + 50_200);
    });

    test('what is claimed before its time is not due again before it', async (t) => {
      const ledger = await (await store.create(t))();
      for (const [name, offset] of [
        ['due', 0],
        ['soon', 500],
      ] as const) {
        await ledger.track({ ref: refOf(name), now: START + offset });
      }
      await claimNames(ledger, { horizonMs: 500, leaseMs: 100 });
      await ledger.untrack('catalog:due');
      assert.equal(await ledger.findNextDueAt('catalog'), START + 500);
      assert.deepEqual(await claimNames(ledger, { now: START + 499 }), []);
      assert.deepEqual(await claimNames(ledger, { now: START + 500 }), ['soon']);
    });

    test('nothing is due of an import that is looked at no more, although its lease is not over', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      await claimOne(ledger, { leaseMs: 1_000 });
      await ledger.untrack(ID);
      assert.equal(await ledger.findNextDueAt('catalog'), null);
      assert.deepEqual(await claimNames(ledger, { now: START + 1_000 }), []);
    });

    test('a look can be brought forward and never put off', async (t) => {
      const ledger = await (await store.create(t))();
      const from = START + 5_000;
      await ledger.record(recording({ freshness: freshness({ nextLookAt: from }) }));
      assert.equal(await ledger.bringForward(ID, { from, to: START + 9_000 }), true);
      assert.equal(await ledger.findNextDueAt('catalog'), from);
      assert.equal(await ledger.bringForward(ID, { from, to: START + 1_000 }), true);
      assert.equal(await ledger.findNextDueAt('catalog'), START + 1_000);
      assert.equal(await ledger.bringForward('catalog:unheard-of', { from, to: START }), false);
    });

    test('a look is not brought forward when somebody has looked since it was planned', async (t) => {
      const ledger = await (await store.create(t))();
      const from = START + 5_000;
      await ledger.record(recording({ freshness: freshness({ nextLookAt: from }) }));
      const later = freshness({ nextLookAt: START + 9_000 });
      await ledger.record(recording({ basedOnRevision: 1, freshness: later }));
      assert.equal(await ledger.bringForward(ID, { from, to: START + 1_000 }), true);
      assert.equal(await ledger.findNextDueAt('catalog'), START + 9_000);
    });

    test('what was given up can be looked at again, what is settled or unwanted not', async (t) => {
      const ledger = await (await store.create(t))();
      const answers: Record<string, boolean> = {};
      for (const given of GIVEN_UP) {
        await record(ledger, given, given);
        answers[given] = await ledger.bringForward(`catalog:${given}`, { from: null, to: START });
      }
      assert.deepEqual(answers, { GONE: true, NOT_FOUND: true, SETTLED: false, UNTRACKED: false });
      assert.deepEqual(await claimNames(ledger), ['GONE', 'NOT_FOUND']);
    });

    test('counts the imports of a provider that are still looked at', async (t) => {
      const ledger = await (await store.create(t))();
      for (const given of ['LIVE', 'PENDING', 'BACKING_OFF', ...GIVEN_UP] as const) {
        await record(ledger, given, given);
      }
      await ledger.track({ ref: refOf('other', 'crm'), now: START });
      await claimNames(ledger, { limit: 1 });
      assert.equal(await ledger.countActive('catalog'), 3);
      assert.equal(await ledger.countActive('crm'), 1);
      assert.equal(await ledger.countActive('unheard-of'), 0);
    });
  });
}

/** Records an import that was seen and is now as given. */
async function record(
  ledger: Ledger,
  given: FreshnessState,
  externalId = REF.externalId,
): Promise<void> {
  const isOver = GIVEN_UP.includes(given);
  const ref = refOf(externalId);
  await ledger.record(
    recording({
      ref,
      attempts: 3,
      freshness: freshness({ nextLookAt: isOver ? null : START, state: given }),
    }),
  );
}
