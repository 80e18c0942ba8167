import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { UNTRIED } from '../../src/ledger/provider-health.ts';
import type { ProviderHealth } from '../../src/ledger/provider-health.ts';
import type { RequestGrant, RequestQuery } from '../../src/ledger/provider-ledger.ts';
import { requestQuery, START } from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

/** The last instant of the month in which tests begin. */
const MONTH_END = Date.UTC(2026, 1, 1) - 1;

const SPENT: RequestGrant = { kind: 'spent' };

const FAILING: ProviderHealth = {
  lastSuccessAt: START,
  lastFailureAt: START + 1,
  error: { kind: 'rate-limited', message: 'answered 429' },
  failures: 3,
  openUntil: START + 30_000,
};

for (const store of STORES) {
  describe(`requests, in ${store.name}`, () => {
    test('are made a while apart, and never before now', async (t) => {
      const ledger = await (await store.create(t))();
      const spaced = { spacingMs: 500 };
      assert.deepEqual(await take(ledger, spaced), granted(START));
      assert.deepEqual(await take(ledger, spaced), granted(START + 500));
      assert.deepEqual(await take(ledger, { ...spaced, now: START + 100 }), granted(START + 1_000));
      // A turn that nobody took is not made up for.
      const later = { ...spaced, now: START + 9_000 };
      assert.deepEqual(await take(ledger, later), granted(START + 9_000));
      assert.deepEqual(await take(ledger, later), granted(START + 9_500));
    });

    test('take their turns one after the other, however many ask at once', async (t) => {
      const ledger = await (await store.create(t))();
      const grants = await Promise.all(
        Array.from({ length: 20 }, () => take(ledger, { spacingMs: 250 })),
      );
      const turns = grants.map((grant) => (grant.kind === 'granted' ? grant.at : -1));
      assert.deepEqual(
        turns.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => START + 250 * index),
      );
    });

    test('can be three a second, and then keep to it', async (t) => {
      const ledger = await (await store.create(t))();
      for (let index = 0; index < 10; index += 1) {
        const grant = await take(ledger, { spacingMs: 1_000 / 3 });
        assert.equal(grant.kind, 'granted');
        assert.ok(Math.abs(grant.at - (START + (1_000 / 3) * index)) < 0.01, String(grant.at));
      }
    });

    test('of one provider do not hold up another', async (t) => {
      const ledger = await (await store.create(t))();
      await take(ledger, { spacingMs: 60_000, perMonth: 1 });
      const other = await take(ledger, { providerId: 'crm', spacingMs: 60_000, perMonth: 1 });
      assert.deepEqual(other, granted(START));
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 1);
      assert.equal(await ledger.getRequestCount('crm', '2026-01'), 1);
      assert.equal(await ledger.getRequestCount('unheard-of', '2026-01'), 0);
    });

    test('are never more than the limit, however many ask at once', async (t) => {
      const ledger = await (await store.create(t))();
      const asked = Array.from({ length: 50 }, () => take(ledger, { perMonth: 20 }));
      const grants = await Promise.all(asked);
      assert.equal(grants.filter(({ kind }) => kind === 'granted').length, 20);
      assert.equal(grants.filter(({ kind }) => kind === 'spent').length, 30);
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 20);
    });

    test('that are refused take no turn and are not counted', async (t) => {
      const ledger = await (await store.create(t))();
      const spaced = { spacingMs: 500, perMonth: 2 };
      await take(ledger, spaced);
      await take(ledger, spaced);
      assert.deepEqual(await take(ledger, spaced), SPENT);
      assert.deepEqual(await take(ledger, { ...spaced, perMonth: 0 }), SPENT);
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 2);
      assert.deepEqual(await take(ledger, { ...spaced, perMonth: 3 }), granted(START + 1_000));
    });

    test('are counted in the month in which their turn comes', async (t) => {
      const ledger = await (await store.create(t))();
      const last = { spacingMs: 500, perMonth: 1, now: MONTH_END };
      assert.deepEqual(await take(ledger, last), granted(MONTH_END));
      assert.deepEqual(await take(ledger, last), granted(MONTH_END + 500));
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 1);
      assert.equal(await ledger.getRequestCount('catalog', '2026-02'), 1);
      // It is January still, and its turn would come in a February that is spent.
      assert.deepEqual(await take(ledger, last), SPENT);
    });

    test('are counted although nobody limits them', async (t) => {
      const ledger = await (await store.create(t))();
      await take(ledger, { perMonth: null });
      await take(ledger, { perMonth: null });
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 2);
      assert.deepEqual(await take(ledger, { perMonth: 2 }), SPENT);
    });

    test('that are given back are not counted', async (t) => {
      const ledger = await (await store.create(t))();
      const last = { spacingMs: 500, perMonth: 1, now: MONTH_END };
      await take(ledger, last);
      await take(ledger, last);
      await ledger.returnRequest('catalog', MONTH_END + 500);
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 1);
      assert.equal(await ledger.getRequestCount('catalog', '2026-02'), 0);
      // Its turn is not given to another: who came after it has had theirs.
      assert.deepEqual(await take(ledger, last), granted(MONTH_END + 1_000));
      await ledger.returnRequest('unheard-of', MONTH_END);
      await ledger.returnRequest('catalog', START);
      await ledger.returnRequest('catalog', START);
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 0);
    });

    test('are not made while the provider is left alone, and it is said until when', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.reviseProviderHealth('catalog', () => FAILING);
      const until = START + 30_000;
      const spaced = { spacingMs: 500 };
      assert.deepEqual(await take(ledger, spaced), { kind: 'left-alone', until });
      assert.deepEqual(await take(ledger, { ...spaced, now: until - 1 }), {
        kind: 'left-alone',
        until,
      });
      assert.equal(await ledger.getRequestCount('catalog', '2026-01'), 0);
      assert.deepEqual(await take(ledger, { ...spaced, now: until }), granted(until));
      assert.deepEqual(await take(ledger, { providerId: 'crm' }), granted(START));
    });
  });

  describe(`how providers fare, in ${store.name}`, () => {
    test('is kept of each, and revised from what is kept', async (t) => {
      const ledger = await (await store.create(t))();
      assert.equal((await ledger.listProviderHealth()).size, 0);
      const known: ProviderHealth[] = [];
      const become = (health: ProviderHealth) => (before: ProviderHealth) => {
        known.push(before);
        return health;
      };
      const success = { ...UNTRIED, lastSuccessAt: START };
      assert.deepEqual(await ledger.reviseProviderHealth('crm', become(FAILING)), FAILING);
      assert.deepEqual(await ledger.reviseProviderHealth('catalog', become(success)), success);
      assert.deepEqual(await ledger.reviseProviderHealth('crm', become(success)), success);
      assert.deepEqual(await ledger.reviseProviderHealth('crm', become(FAILING)), FAILING);
      assert.deepEqual(known, [UNTRIED, UNTRIED, FAILING, success]);
      const all = await ledger.listProviderHealth();
      assert.deepEqual(Object.fromEntries(all), { crm: FAILING, catalog: success });
    });

    test('loses nothing when many learn something at once', async (t) => {
      const ledger = await (await store.create(t))();
      const revised = await Promise.all(
        Array.from({ length: 50 }, () => ledger.reviseProviderHealth('crm', withOneMore)),
      );
      assert.deepEqual(
        revised.map(({ failures }) => failures).toSorted((a, b) => a - b),
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      assert.equal((await ledger.listProviderHealth()).get('crm')?.failures, 50);
    });

    test('stays as it is when what is made of it breaks off', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.reviseProviderHealth('crm', () => FAILING);
      const broken = ledger.reviseProviderHealth('crm', () => {
        throw new Error('of the test');
      });
      await assert.rejects(broken, /of the test/);
      assert.deepEqual((await ledger.listProviderHealth()).get('crm'), FAILING);
      assert.equal((await ledger.reviseProviderHealth('crm', withOneMore)).failures, 4);
    });
  });
}

function withOneMore(before: ProviderHealth): ProviderHealth {
  return { ...before, failures: before.failures + 1 };
}

function take(ledger: Ledger, changes: Partial<RequestQuery>): Promise<RequestGrant> {
  return ledger.takeRequest(requestQuery(changes));
}

function granted(at: number): RequestGrant {
  return { kind: 'granted', at };
}
