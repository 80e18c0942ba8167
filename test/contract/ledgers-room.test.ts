import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger, Recording } from '../../src/ledger/ledger.ts';
import { UNTRIED } from '../../src/ledger/provider-health.ts';
import type { ProviderHealth } from '../../src/ledger/provider-health.ts';
import { freshness, recording, REF, roomQuery, START } from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

const OPEN_UNTIL = START + 30_000;
const FAILING: ProviderHealth = {
  ...UNTRIED,
  lastFailureAt: START,
  error: { kind: 'unavailable', message: 'answered 503' },
  failures: 3,
  openUntil: OPEN_UNTIL,
};

const ALONE = { place: 0, length: 1 };

for (const store of STORES) {
  describe(`room to look, in ${store.name}`, () => {
    test('is all there is while only one looks, at once', async (t) => {
      const ledger = await (await store.create(t))();
      assert.deepEqual(await ledger.takeRoom(roomQuery({ room: 4 })), {
        size: 4,
        health: UNTRIED,
        line: ALONE,
      });
      assert.equal((await ledger.takeRoom(roomQuery({ room: 4, running: 2 }))).size, 4);
      assert.equal((await ledger.takeRoom(roomQuery({ room: 6, running: 4 }))).size, 6);
      assert.equal((await ledger.takeRoom(roomQuery({ room: 1, providerId: 'crm' }))).size, 1);
    });

    test('is there again after it was given back', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.takeRoom(roomQuery({ room: 4 }));
      await ledger.leaveRoom('catalog');
      await ledger.leaveRoom('catalog');
      await ledger.leaveRoom('unheard-of');
      assert.equal((await ledger.takeRoom(roomQuery({ room: 4 }))).size, 4);
    });

    test('there is none while the provider is left alone, and why is told', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.takeRoom(roomQuery());
      await ledger.reviseProviderHealth('catalog', () => FAILING);
      const none = { size: 0, health: FAILING, line: ALONE };
      assert.deepEqual(await ledger.takeRoom(roomQuery()), none);
      assert.deepEqual(await ledger.takeRoom(roomQuery({ now: OPEN_UNTIL - 1 })), none);
      assert.equal((await ledger.takeRoom(roomQuery({ providerId: 'crm' }))).size, 4);
    });

    test('there is room for one when the pause is over, until the provider answers', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.reviseProviderHealth('catalog', () => FAILING);
      await ledger.takeRoom(roomQuery());
      const one = { size: 1, health: FAILING, line: ALONE };
      assert.deepEqual(await ledger.takeRoom(roomQuery({ now: OPEN_UNTIL })), one);
      assert.deepEqual(await ledger.takeRoom(roomQuery({ now: OPEN_UNTIL, running: 1 })), one);
      const calm = { ...UNTRIED, lastSuccessAt: OPEN_UNTIL };
      await ledger.reviseProviderHealth('catalog', () => calm);
      assert.deepEqual(await ledger.takeRoom(roomQuery({ now: OPEN_UNTIL })), {
        size: 4,
        health: calm,
        line: ALONE,
      });
    });

    test('is never less than what runs already', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.takeRoom(roomQuery({ room: 4 }));
      assert.equal((await ledger.takeRoom(roomQuery({ room: 2, running: 3 }))).size, 3);
      await ledger.reviseProviderHealth('catalog', () => FAILING);
      assert.equal((await ledger.takeRoom(roomQuery({ running: 3 }))).size, 3);
      const over = { now: OPEN_UNTIL, running: 3 };
      assert.equal((await ledger.takeRoom(roomQuery(over))).size, 3);
      assert.equal((await ledger.takeRoom(roomQuery({ ...over, running: 0 }))).size, 1);
    });
  });

  describe(`imports that somebody watches, in ${store.name}`, () => {
    test('are looked at when those who watch want it, if that is sooner', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.setWatched([ID, 'catalog:other'], true);
      const sooner = { nextLookAt: START + 60_000, watchedLookAt: START + 2_000 };
      assert.equal(await nextLookAt(ledger, sooner), START + 2_000);
      assert.equal(await ledger.findNextDueAt('catalog'), START + 2_000);
      const later = { nextLookAt: START + 1_000, watchedLookAt: START + 2_000 };
      assert.equal(await nextLookAt(ledger, later), START + 1_000);
    });

    test('are looked at as usual once nobody does', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.setWatched([ID], true);
      await ledger.setWatched([ID], true);
      await ledger.setWatched(['catalog:other', ID, 'catalog:unheard-of'], false);
      await ledger.setWatched([], true);
      const sooner = { nextLookAt: START + 60_000, watchedLookAt: START + 2_000 };
      assert.equal(await nextLookAt(ledger, sooner), START + 60_000);
    });

    test('are looked at as usual when it makes no difference', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.setWatched([ID], true);
      const usual = { nextLookAt: START + 60_000, watchedLookAt: null };
      assert.equal(await nextLookAt(ledger, usual), START + 60_000);
    });

    test('are not looked at again because of it', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.setWatched([ID], true);
      const over = { nextLookAt: null, watchedLookAt: START + 2_000 };
      assert.equal(await nextLookAt(ledger, over), null);
      assert.equal(await ledger.findNextDueAt('catalog'), null);
    });

    test('can be watched before they are known, and after', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.setWatched([ID], true);
      await ledger.track({ ref: REF, now: START });
      const sooner = { nextLookAt: START + 60_000, watchedLookAt: START + 2_000 };
      assert.equal(await nextLookAt(ledger, sooner), START + 2_000);
      await ledger.setWatched([ID], false);
      assert.equal(await nextLookAt(ledger, sooner), START + 60_000);
      await ledger.setWatched([ID], true);
      assert.equal(await nextLookAt(ledger, sooner), START + 2_000);
    });
  });
}

interface Times extends Pick<Recording, 'watchedLookAt'> {
  readonly nextLookAt: number | null;
}

/** When the import is looked at again after a look that says these times. */
async function nextLookAt(
  ledger: Ledger,
  { nextLookAt: usual, watchedLookAt }: Times,
): Promise<number | null | undefined> {
  const fresh = freshness({ nextLookAt: usual, state: usual === null ? 'SETTLED' : 'LIVE' });
  const changes = { watchedLookAt, freshness: fresh, basedOnRevision: 1 };
  const recorded = await ledger.record(recording(changes));
  const known = (await ledger.findImports([ID])).get(ID);
  assert.deepEqual(known, recorded);
  return recorded?.freshness.nextLookAt;
}
