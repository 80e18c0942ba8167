import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ListExpiringQuery } from '../../src/ledger/look-ledger.ts';
import {
  finishedJob,
  freshness,
  job,
  recording,
  refOf,
  START,
  state,
} from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

const RETENTION_MS = 1_000;

function query(changes: Partial<ListExpiringQuery> = {}): ListExpiringQuery {
  return {
    providerId: 'catalog',
    retentionMs: RETENTION_MS,
    after: START,
    until: null,
    first: 100,
    skip: 0,
    ...changes,
  };
}

async function namesOf(ledger: Ledger, changes: Partial<ListExpiringQuery> = {}) {
  const found = await ledger.listExpiring(query(changes));
  return found.map(({ importId, expiresAt }) => [importId.split(':')[1], expiresAt - START]);
}

/** A job that was seen to run, and when it is forgotten. */
async function record(ledger: Ledger, name: string, expiresAt: number | null): Promise<void> {
  await ledger.record(
    recording({ ref: refOf(name), state: state({ job: job({ expiresAt }) }), now: START + 1 }),
  );
}

for (const store of STORES) {
  describe(`what is forgotten, in ${store.name}`, () => {
    test('is so when its vendor says, else a retention after it was seen, or tracked', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: refOf('unseen'), now: START + 50 });
      await record(ledger, 'told', START + 70);
      await record(ledger, 'untold', null);
      assert.deepEqual(await namesOf(ledger), [
        ['told', 70],
        ['untold', RETENTION_MS],
        ['unseen', 50 + RETENTION_MS],
      ]);
      assert.equal(await ledger.countExpiring(query()), 3);
    });

    test('is told within a time, its end included, and some at a time', async (t) => {
      const ledger = await (await store.create(t))();
      for (const [index, name] of ['d', 'c', 'b', 'a'].entries()) {
        await record(ledger, name, START + 10 * (index + 1));
      }
      const within = { after: START + 10, until: START + 30 };
      assert.equal(await ledger.countExpiring(query(within)), 2);
      assert.deepEqual(await namesOf(ledger, within), [
        ['c', 20],
        ['b', 30],
      ]);
      assert.deepEqual(await namesOf(ledger, { first: 2, skip: 1 }), [
        ['c', 20],
        ['b', 30],
      ]);
      assert.deepEqual(await namesOf(ledger, { first: 0 }), []);
      assert.deepEqual(await namesOf(ledger, { skip: 4 }), []);
    });

    test('at one time is told in the order in which it was known', async (t) => {
      const ledger = await (await store.create(t))();
      const names = ['b', 'c', 'a'];
      for (const name of names) await record(ledger, name, START + 10);
      assert.deepEqual(
        (await namesOf(ledger)).map(([name]) => name),
        names,
      );
    });

    test('is of one provider, and still looked at', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: refOf('other', 'crm'), now: START });
      await ledger.track({ ref: refOf('unwanted'), now: START });
      await ledger.untrack('catalog:unwanted');
      await ledger.record(
        recording({
          ref: refOf('settled'),
          state: state({ job: finishedJob() }),
          freshness: freshness({ state: 'SETTLED', nextLookAt: null }),
        }),
      );
      assert.equal(await ledger.countExpiring(query({ after: 0 })), 0);
      assert.deepEqual(await namesOf(ledger, { after: 0 }), []);
      assert.equal(await ledger.countExpiring(query({ providerId: 'crm' })), 1);
    });
  });
}
