import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AskMiss, AskQuery } from '../../src/ledger/look-ledger.ts';
import { askQuery, freshness, recording, REF, refOf, START } from '../support/builders.ts';
import { askForOne, claimNames, claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';
const LEASE_MS = 1_000;

/** When a lease that was given at the start is over. */
const OVER = START + LEASE_MS;

/** Neither a look to take nor an answer. */
const NOTHING = { leases: [], misses: {} };
const NOT_FOUND: AskMiss = { kind: 'not-found' };
const FAILED: AskMiss = {
  kind: 'failed',
  error: { kind: 'unauthorized', message: 'answered 401: "who are you?"' },
};

for (const store of STORES) {
  describe(`imports that are asked for, in ${store.name}`, () => {
    test('of many who ask at once, one is to look', async (t) => {
      const ledger = await (await store.create(t))();
      const refs = [refOf('a'), refOf('b'), refOf('c', 'crm')];
      const all = await Promise.all(
        Array.from({ length: 20 }, () => ledger.claimAsked(askQuery({ refs }))),
      );
      assert.deepEqual(all.flatMap(({ leases }) => leases.map(idOf)).toSorted(), [
        'catalog:a',
        'catalog:b',
        'crm:c',
      ]);
      assert.ok(all.every(({ misses }) => misses.size === 0));
    });

    test('one is to be looked at although others are in the ledger', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: refOf('other'), now: START });
      const { leases } = await ledger.claimAsked(askQuery({ refs: [REF, refOf('other')] }));
      assert.deepEqual(
        leases.map(({ importId }) => importId),
        [ID],
      );
    });

    test('one that is named twice is looked at once', async (t) => {
      const ledger = await (await store.create(t))();
      const { leases } = await ledger.claimAsked(askQuery({ refs: [REF, refOf('b'), REF] }));
      assert.deepEqual(leases.map(idOf).toSorted(), ['catalog:b', ID]);
      assert.deepEqual(await ask(ledger, { refs: [] }), NOTHING);
    });

    test('the others are told nothing until it is answered', async (t) => {
      const ledger = await (await store.create(t))();
      await askForOne(ledger, { leaseMs: LEASE_MS });
      assert.deepEqual(await ask(ledger), NOTHING);
      assert.deepEqual(await ask(ledger, { now: OVER - 1 }), NOTHING);
      const { leases } = await ledger.claimAsked(askQuery({ refs: [REF, refOf('b')] }));
      assert.deepEqual(leases.map(idOf), ['catalog:b']);
    });

    for (const miss of [NOT_FOUND, FAILED]) {
      test(`that it is ${miss.kind} is told to all as long as it holds, and not for longer`, async (t) => {
        const ledger = await (await store.create(t))();
        const lease = await askForOne(ledger);
        await ledger.answerAsked(lease, { miss, until: START + 5_000 });

        const told = { leases: [], misses: { [ID]: miss } };
        assert.deepEqual(await ask(ledger), told);
        assert.deepEqual(await ask(ledger, { now: START + 4_999 }), told);
        const other = await ledger.claimAsked(askQuery({ refs: [refOf('b'), REF] }));
        assert.deepEqual(other.leases.map(idOf), ['catalog:b']);
        assert.deepEqual([...other.misses], [[ID, miss]]);

        const again = await askForOne(ledger, { now: START + 5_000 });
        assert.ok(again.number > lease.number);
        assert.deepEqual(await ask(ledger, { now: START + 5_000 }), NOTHING);
      });
    }

    test('what is not remembered lets the next one look at once', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      await ledger.answerAsked(lease, { miss: FAILED, until: null });
      assert.ok((await askForOne(ledger)).number > lease.number);
    });

    test('what is given back lets the next one look at once', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      await ledger.release([lease]);
      assert.ok((await askForOne(ledger)).number > lease.number);
      await ledger.release([lease]);
      assert.deepEqual(await ask(ledger), NOTHING);
    });

    test('a look that never ended is left to the next one, and its answer is not heard', async (t) => {
      const ledger = await (await store.create(t))();
      const lost = await askForOne(ledger, { leaseMs: LEASE_MS });
      const later = await askForOne(ledger, { now: OVER, leaseMs: LEASE_MS });
      assert.ok(later.number > lost.number);

      await ledger.answerAsked(lost, { miss: NOT_FOUND, until: OVER + 9_000 });
      assert.deepEqual(await ask(ledger, { now: OVER }), NOTHING);

      await ledger.answerAsked(later, { miss: FAILED, until: OVER + 9_000 });
      const told = { leases: [], misses: { [ID]: FAILED } };
      assert.deepEqual(await ask(ledger, { now: OVER }), told);
      await ledger.extendLease(later, OVER + 99_000);
      assert.equal((await askForOne(ledger, { now: OVER + 9_000 })).importId, ID);
    });

    test('looks that never ended are all left to the next one, however many', async (t) => {
      const ledger = await (await store.create(t))();
      const refs = Array.from({ length: 250 }, (_, index) => refOf(`load-${index}`));
      const first = await ledger.claimAsked(askQuery({ refs, leaseMs: LEASE_MS }));
      for (const lease of first.leases.slice(200)) {
        await ledger.answerAsked(lease, { miss: NOT_FOUND, until: OVER });
      }
      assert.equal((await ledger.claimAsked(askQuery({ refs, now: OVER - 1 }))).misses.size, 50);
      const { leases, misses } = await ledger.claimAsked(askQuery({ refs, now: OVER }));
      assert.equal(leases.length, 250);
      assert.equal(misses.size, 0);
    });

    test('a look that was lost is not made longer', async (t) => {
      const ledger = await (await store.create(t))();
      const lost = await askForOne(ledger, { leaseMs: LEASE_MS });
      const later = await askForOne(ledger, { now: OVER, leaseMs: LEASE_MS });
      await ledger.extendLease(lost, OVER + 9_000);
      const last = await askForOne(ledger, { now: OVER + LEASE_MS });
      assert.ok(last.number > later.number);
    });

    test('a long look can be made to stay its own', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger, { leaseMs: LEASE_MS });
      await ledger.extendLease(lease, START + 5_000);
      await ledger.extendLease(lease, START + 2_000);
      assert.deepEqual(await ask(ledger, { now: START + 4_999 }), NOTHING);
      assert.equal((await askForOne(ledger, { now: START + 5_000 })).importId, ID);
    });

    test('one that is in the ledger is nobody’s to look at for the asking', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, now: START });
      await ledger.record(recording({ ref: refOf('seen') }));
      assert.deepEqual(await ask(ledger, { refs: [REF, refOf('seen')] }), NOTHING);
      assert.deepEqual(await claimNames(ledger, { now: START + 2_000 }), ['load-1', 'seen']);
    });

    test('what is tracked is no longer what it was found to be', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      await ledger.answerAsked(lease, { miss: NOT_FOUND, until: START + 5_000 });
      await ledger.track({ ref: REF, now: START });
      assert.deepEqual(await ask(ledger), NOTHING);
      assert.deepEqual(await claimNames(ledger), ['load-1']);
    });

    test('what the look shows makes its import known, and ends the lease', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      const due = freshness({ nextLookAt: START + 10 });
      const kept = await ledger.record(recording({ lease, freshness: due }));
      assert.equal(kept?.revision, 1);
      assert.deepEqual(await ask(ledger), NOTHING);
      assert.equal(await ledger.findNextDueAt('catalog'), START + 10);
      assert.ok((await claimOne(ledger, { now: START + 10 })).lease.number > lease.number);
    });
  });

  describe(`imports that are tracked while a look is under way, in ${store.name}`, () => {
    test('are nobody else’s to look at until it ends', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger, { leaseMs: LEASE_MS });
      const tracked = await ledger.track({ ref: REF, labels: { run: '7' }, now: START });
      assert.equal(tracked.freshness.state, 'PENDING');
      assert.deepEqual(await claimNames(ledger), []);
      assert.deepEqual(await ask(ledger), NOTHING);
      assert.equal(await ledger.findNextDueAt('catalog'), OVER);
      await ledger.extendLease(lease, OVER + 5);
      assert.deepEqual(await claimNames(ledger, { now: OVER + 4 }), []);
      const claim = await claimOne(ledger, { now: OVER + 5 });
      assert.ok(claim.lease.number > lease.number);
    });

    test('are seen when it is recorded, and its lease is over', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      await ledger.track({ ref: REF, labels: { run: '7' }, now: START });
      const due = freshness({ nextLookAt: START + 10 });
      const kept = await ledger.record(recording({ lease, freshness: due }));
      assert.equal(kept?.revision, 1);
      assert.deepEqual(kept.labels, { run: '7' });
      assert.deepEqual(await claimNames(ledger, { now: START + 9 }), []);
      assert.deepEqual(await claimNames(ledger, { now: START + 10 }), ['load-1']);
    });

    for (const until of [null, START + 9_000]) {
      const memory = until === null ? 'is not remembered' : 'is remembered';
      test(`are due at once when it shows nothing, and that ${memory}`, async (t) => {
        const ledger = await (await store.create(t))();
        const lease = await askForOne(ledger);
        await ledger.track({ ref: REF, now: START });
        await ledger.answerAsked(lease, { miss: NOT_FOUND, until });
        assert.equal(await ledger.findNextDueAt('catalog'), START);
        assert.deepEqual(await claimNames(ledger), ['load-1']);
      });
    }

    test('are due at once when it is given back', async (t) => {
      const ledger = await (await store.create(t))();
      const lease = await askForOne(ledger);
      await ledger.track({ ref: REF, now: START });
      await ledger.release([lease]);
      assert.deepEqual(await claimNames(ledger), ['load-1']);
    });

    test('have one look, whoever came first', async (t) => {
      const ledger = await (await store.create(t))();
      for (let round = 0; round < 20; round += 1) {
        const refs = [refOf(`load-${round}`)];
        const track = () => ledger.track({ ref: refOf(`load-${round}`), now: START });
        const tracked = round % 2 === 0 ? [track()] : [];
        const asking = [0, 1].map(() => ledger.claimAsked(askQuery({ refs })));
        await Promise.all([...tracked, ...asking, track()]);
        const asked = await Promise.all(asking);
        const leased = asked.flatMap(({ leases }) => leases);
        const claimed = await claimNames(ledger);
        assert.equal(leased.length + claimed.length, 1, `round ${round}`);
      }
    });
  });
}

for (const store of STORES.filter(({ isDurable }) => isDurable)) {
  test(`what an ask came to is told after a restart, too, on ${store.name}`, async (t) => {
    const open = await store.create(t);
    const first = await open();
    const lease = await askForOne(first);
    await first.answerAsked(lease, { miss: FAILED, until: START + 9_000 });
    await first.close();
    assert.deepEqual(await ask(await open()), { leases: [], misses: { [ID]: FAILED } });
  });
}

/** What is told, in a form that can be compared. */
async function ask(ledger: Ledger, changes: Partial<AskQuery> = {}) {
  const { leases, misses } = await ledger.claimAsked(askQuery(changes));
  return { leases, misses: Object.fromEntries(misses) };
}

function idOf(lease: { readonly importId: string }): string {
  return lease.importId;
}
