import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Import } from '../../src/domain/import.ts';
import type { Ledger, Recording } from '../../src/ledger/ledger.ts';
import type { Lease } from '../../src/ledger/look-ledger.ts';
import { UNTRIED } from '../../src/ledger/provider-health.ts';
import {
  claimQuery,
  finishedJob,
  freshness,
  job,
  recording,
  REF,
  refOf,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { listAllRows, recordRows } from '../support/captures.ts';
import { claimNames, claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';
const LEASE_MS = 1_000;

/** When a lease that was given at the start is over. */
const OVER = START + LEASE_MS;

const DUE = freshness({ nextLookAt: START });
const SETTLED = freshness({ state: 'SETTLED', nextLookAt: null });

for (const store of STORES) {
  describe(`leases, in ${store.name}`, () => {
    test('nobody claims what another has claimed, until its lease is over', async (t) => {
      const ledger = await (await store.create(t))();
      for (const name of ['a', 'b', 'c', 'd']) await ledger.track({ ref: refOf(name), now: START });

      const claims = await Promise.all([
        claimNames(ledger, { limit: 3, leaseMs: LEASE_MS }),
        claimNames(ledger, { limit: 3, leaseMs: LEASE_MS }),
      ]);
      // Who came while the other took its own may have seen none of the rest.
      claims.push(await claimNames(ledger, { leaseMs: LEASE_MS }));

      assert.deepEqual(claims.flat().toSorted(), ['a', 'b', 'c', 'd']);
      assert.equal(await ledger.findNextDueAt('catalog'), OVER);
      assert.deepEqual(await claimNames(ledger, { now: OVER - 1 }), []);
      assert.deepEqual(await claimNames(ledger, { now: OVER }), ['a', 'b', 'c', 'd']);
    });

    test('of many who claim at once each import goes to one', async (t) => {
      const ledger = await (await store.create(t))();
      const names = Array.from({ length: 40 }, (_, index) => `load-${index}`);
      for (const name of names) await ledger.track({ ref: refOf(name), now: START });
      const all = await Promise.all(
        Array.from({ length: 20 }, () => ledger.claimDue(claimQuery({ limit: 5 }))),
      );
      const claims = all.flat();
      // Who came while others took theirs may have seen none left; nobody sees one that is taken.
      const rest = await ledger.claimDue(claimQuery({ limit: 100 }));
      const claimed = [...claims, ...rest].map((claim) => claim.import.ref.externalId);
      assert.deepEqual(claimed.toSorted(), names.toSorted());
    });

    test('are named by their import, and their numbers only grow', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const numbers: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        const now = START + round * LEASE_MS;
        const { lease } = await claimOne(ledger, { now, leaseMs: LEASE_MS });
        assert.equal(lease.importId, ID);
        assert.ok(Number.isSafeInteger(lease.number));
        numbers.push(lease.number);
        if (round % 2 === 0) await ledger.release([lease]);
      }
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].toSorted((a, b) => a - b),
      );
    });

    test('a recording ends its own', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger);
      const due = freshness({ nextLookAt: START + 10 });
      await ledger.record(recording({ lease, freshness: due }));
      assert.equal(await ledger.findNextDueAt('catalog'), START + 10);
      assert.deepEqual(await claimNames(ledger, { now: START + 10 }), ['load-1']);
    });

    test('a recording leaves a later one alone', async (t) => {
      const ledger = await (await store.create(t))();
      const { lost, later } = await loseLease(ledger);
      const due = freshness({ nextLookAt: OVER });
      assert.notEqual(await ledger.record(recording({ lease: lost, freshness: due })), null);
      assert.deepEqual(await claimNames(ledger, { now: OVER + LEASE_MS - 1 }), []);
      assert.equal(await ledger.findNextDueAt('catalog'), OVER + LEASE_MS);
      await ledger.release([later]);
      assert.equal(await ledger.findNextDueAt('catalog'), OVER);
    });

    test('a response that was handed in leaves a look that is under way its lease', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger, { leaseMs: LEASE_MS });
      const due = freshness({ nextLookAt: START });
      await ledger.record(recording({ lease: null, freshness: due }));
      assert.deepEqual(await claimNames(ledger, { now: OVER - 1 }), []);

      // The look began before, so what it saw is older.
      const seen = state({ job: job({ progressPercent: 1 }) });
      assert.equal(await ledger.record(recording({ lease, state: seen })), null);
      await ledger.release([lease]);
      assert.deepEqual(await claimNames(ledger), ['load-1']);
    });

    test('a result is kept although its lease was lost, if nobody recorded since', async (t) => {
      const ledger = await (await store.create(t))();
      const { lost } = await loseLease(ledger);
      const seen = state({ job: finishedJob() });
      const later = freshness({ nextLookAt: START + 9_000 });
      const kept = await ledger.record(recording({ lease: lost, state: seen, freshness: later }));
      assert.deepEqual(kept?.state, seen);
      assert.deepEqual(kept.freshness, later);
      assert.equal(kept.revision, 1);
    });

    const laterRecordings: Readonly<Record<string, Partial<Recording>>> = {
      'saw something new': { state: state({ job: job({ progressPercent: 50 }) }) },
      'saw the same': { rows: { kind: 'keep' } },
      failed: {
        state: null,
        rows: { kind: 'keep' },
        freshness: freshness({ state: 'BACKING_OFF', nextLookAt: OVER + 5_000 }),
        attempts: 1,
      },
    };
    for (const [came, changes] of Object.entries(laterRecordings)) {
      test(`a result whose lease was lost is refused whole when the later look ${came}`, async (t) => {
        const ledger = await (await store.create(t))();
        await recordRows(ledger, [rowError({ number: 1 })], { freshness: DUE });
        const { lost, later } = await loseLease(ledger);
        await ledger.record(recording({ ...changes, lease: later, basedOnRevision: 1, now: OVER }));
        const before = await everythingOf(ledger);

        const late = await recordRows(ledger, [rowError({ number: 2 })], {
          lease: lost,
          basedOnRevision: 1,
          state: state({ job: finishedJob() }),
          freshness: freshness({ state: 'SETTLED', nextLookAt: null }),
          attempts: 7,
          labels: { late: 'yes' },
          now: OVER + 1,
        });

        assert.equal(late, null);
        assert.deepEqual(await everythingOf(ledger), before);
      });
    }

    test('a response that is handed in is kept although a later look has recorded', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger);
      await ledger.record(recording({ lease }));
      const seen = state({ job: finishedJob() });
      const kept = await ledger.record(recording({ basedOnRevision: 1, state: seen }));
      assert.equal(kept?.revision, 2);
    });

    test('what was read with an older flag is looked at again, although another look was told the new one', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, continueOnError: false, now: START });
      const { lease: lost } = await claimOne(ledger, { leaseMs: LEASE_MS });
      await ledger.track({ ref: REF, continueOnError: true, now: START });
      const { schedule, lease } = await claimOne(ledger, { now: OVER });
      assert.equal(schedule.continueOnError, true);

      const end = { state: state({ job: finishedJob() }), freshness: SETTLED };
      const kept = await ledger.record(recording({ ...end, lease: lost, now: OVER }));
      assert.notEqual(kept?.freshness.state, 'SETTLED');
      assert.equal(kept?.freshness.nextLookAt, OVER);

      await ledger.release([lease]);
      const again = await claimOne(ledger, { now: OVER });
      const last = { ...end, lease: again.lease, basedOnRevision: 1 };
      assert.equal((await ledger.record(recording(last)))?.freshness.state, 'SETTLED');
    });

    test('what is given back is due as before, at once', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording({ attempts: 3, freshness: DUE }));
      await ledger.track({ ref: refOf('other'), now: START });
      const claims = await ledger.claimDue(claimQuery());
      const [first] = claims;
      await ledger.release(claims.map(({ lease }) => lease));
      assert.equal(await ledger.findNextDueAt('catalog'), START);
      const again = await ledger.claimDue(claimQuery());
      assert.equal(again.length, 2);
      const same = again.find(({ lease }) => lease.importId === first?.lease.importId);
      assert.deepEqual(same?.import, first?.import);
      assert.deepEqual(same?.schedule, first?.schedule);
      await ledger.release([]);
    });

    test('nobody gives back what is another one’s by now', async (t) => {
      const ledger = await (await store.create(t))();
      const { lost } = await loseLease(ledger);
      await ledger.release([lost, { importId: 'catalog:unheard-of', number: 1 }]);
      assert.deepEqual(await claimNames(ledger, { now: OVER }), []);
    });

    test('one that is made longer lasts longer, and is never made shorter', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      const { lease } = await claimOne(ledger, { leaseMs: LEASE_MS });
      await ledger.extendLease(lease, START + 5_000);
      await ledger.extendLease(lease, START + 2_000);
      assert.deepEqual(await claimNames(ledger, { now: START + 4_999 }), []);
      assert.deepEqual(await claimNames(ledger, { now: START + 5_000 }), ['load-1']);
    });

    test('one that was lost, given back or ended is not made longer', async (t) => {
      const ledger = await (await store.create(t))();
      const { lost, later } = await loseLease(ledger);
      await ledger.extendLease(lost, OVER + 60_000);
      assert.equal(await ledger.findNextDueAt('catalog'), OVER + LEASE_MS);
      await ledger.release([later]);
      await ledger.extendLease(later, OVER + 60_000);
      const { lease } = await claimOne(ledger, { now: OVER });
      await ledger.record(recording({ lease, freshness: DUE }));
      await ledger.extendLease(lease, OVER + 60_000);
      assert.deepEqual(await claimNames(ledger, { now: OVER }), ['load-1']);
    });

    test('nothing is claimed of a provider that is left alone', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      await ledger.record(
        recording({ ref: refOf('ended'), rows: { kind: 'capturing' }, freshness: DUE }),
      );
      await ledger.track({ ref: refOf('other', 'crm'), now: START });
      await ledger.reviseProviderHealth('catalog', () => ({ ...UNTRIED, openUntil: OVER }));
      for (const work of ['looks', 'rows'] as const) {
        assert.deepEqual(await claimNames(ledger, { work, now: OVER - 1 }), []);
      }
      assert.deepEqual(await claimNames(ledger, { providerId: 'crm' }), ['other']);
      assert.deepEqual(await claimNames(ledger, { now: OVER }), ['load-1']);
      assert.deepEqual(await claimNames(ledger, { work: 'rows', now: OVER }), ['ended']);
    });
  });
}

/** Has the import claimed, and claimed again when that lease is over. */
async function loseLease(ledger: Ledger): Promise<{ readonly lost: Lease; readonly later: Lease }> {
  await ledger.track({ ref: REF, now: START });
  const { lease: lost } = await claimOne(ledger, { leaseMs: LEASE_MS });
  const { lease: later } = await claimOne(ledger, { now: OVER, leaseMs: LEASE_MS });
  return { lost, later };
}

/** All that can be told of the import; it is claimed to be told its schedule, and given back. */
async function everythingOf(ledger: Ledger): Promise<readonly unknown[]> {
  const known: Import | undefined = (await ledger.findImports([ID])).get(ID);
  const { revisions } = await ledger.listRevisions({ importId: ID, first: 100, after: 0 });
  const rows = await listAllRows(ledger, ID);
  const due = await ledger.findNextDueAt('catalog');
  const { schedule, lease } = await claimOne(ledger, { now: due ?? START });
  await ledger.release([lease]);
  return [known, revisions, rows, due, schedule, await ledger.getLatestPosition()];
}
