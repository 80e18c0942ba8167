import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Ledger, Recording } from '../../../src/ledger/ledger.ts';
import {
  askQuery,
  job,
  recording,
  REF,
  refOf,
  roomQuery,
  rowError,
  state,
} from '../../support/builders.ts';
import { capture } from '../../support/captures.ts';
import { askForOne, claimNames, claimOne } from '../../support/claims.ts';
import { TestClock } from '../../support/clock.ts';
import { joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase, run } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';

const ID = 'catalog:load-1';
const UNSEEN = refOf('unseen');
const LEASE_MS = 3_600_000;

test('what a process held that is gone is free for the others', async (t) => {
  const { gone, other, now, goAway } = await start(t);
  await gone.track({ ref: REF, now });
  await claimOne(gone, { now, leaseMs: LEASE_MS });
  await askForOne(gone, { refs: [UNSEEN], now, leaseMs: LEASE_MS });
  await gone.takeRoom(roomQuery({ now, room: 1 }));
  const { id } = await capture(gone, [rowError()], { ref: refOf('with-rows') });
  assert.deepEqual(await claimNames(other, { now }), []);
  assert.deepEqual((await other.claimAsked(askQuery({ refs: [UNSEEN], now }))).leases, []);
  assert.equal((await other.takeRoom(roomQuery({ now, room: 1 }))).size, 0);

  await goAway();

  assert.equal(await other.findNextDueAt('catalog'), now);
  assert.deepEqual(await claimNames(other, { now }), ['load-1']);
  await askForOne(other, { refs: [UNSEEN], now });
  assert.equal((await other.takeRoom(roomQuery({ now, room: 1 }))).size, 1);
  const taken = recording({ ref: refOf('with-rows'), rows: { kind: 'captured', captureId: id } });
  assert.equal(await gone.record(taken), null, 'its rows were given up');
});

test('one that is taken for gone takes nothing until it has joined again, and then holds it', async (t) => {
  const { gone, other, now, goAway, comeBack } = await start(t);
  await gone.track({ ref: REF, now });
  await goAway();
  assert.deepEqual(await claimNames(gone, { now }), []);
  assert.deepEqual((await gone.claimAsked(askQuery({ refs: [UNSEEN], now }))).leases, []);
  assert.equal((await gone.takeRoom(roomQuery({ now }))).size, 0);

  await comeBack();

  assert.deepEqual(await claimNames(gone, { now, leaseMs: LEASE_MS }), ['load-1']);
  await askForOne(gone, { refs: [UNSEEN], now, leaseMs: LEASE_MS });
  assert.equal((await gone.takeRoom(roomQuery({ now, room: 2 }))).size, 1);
  assert.deepEqual(await claimNames(other, { now }), []);
  assert.deepEqual((await other.claimAsked(askQuery({ refs: [UNSEEN], now }))).leases, []);
});

test('what it is late to record is kept when nobody else has looked since, and refused else', async (t) => {
  const { gone, other, now, goAway } = await start(t);
  const refs = [refOf('late'), refOf('too-late')];
  for (const ref of refs) await gone.track({ ref, now });
  const claims = await Promise.all(refs.map(() => claimFirst(gone, now)));
  await goAway();
  const more = state({ job: job({ progressPercent: 50 }) });
  const others = await claimFirst(other, now);
  assert.notEqual(await other.record(recording({ ...others, state: more, now })), null);

  for (const claim of claims) {
    const recorded = await gone.record(recording({ ...claim, now }));
    const isOvertaken = claim.ref.externalId === others.ref.externalId;
    assert.equal(recorded?.revision ?? null, isOvertaken ? null : 1);
  }
});

test('one that comes back says again what somebody there watches', async (t) => {
  const { gone, other, now, goAway, comeBack } = await start(t);
  await gone.setWatched([ID], true);
  await goAway();
  const looked = recording({ watchedLookAt: now + 2_000, now });
  const usual = { ...looked.freshness, nextLookAt: now + 60_000 };
  const unwatched = await other.record({ ...looked, freshness: usual });
  assert.equal(unwatched?.freshness.nextLookAt, now + 60_000);

  await comeBack();

  const again = await other.record({ ...looked, freshness: usual, basedOnRevision: 1 });
  assert.equal(again?.freshness.nextLookAt, now + 2_000);
});

test('nobody is taken for gone because the store was away', async (t) => {
  const { gone, other, now, beat, url } = await start(t);
  await gone.track({ ref: REF, now });
  await claimOne(gone, { now, leaseMs: LEASE_MS });
  await run(url, 'update replicas set alive_until = 0');
  await run(url, 'update pulse set last = last - 20000, since = since - 60000');
  await beat(other);
  await beat(other);
  assert.equal((await run(url, 'select 1 from replicas')).length, 2);
  assert.deepEqual(await claimNames(other, { now }), []);
});

interface Start {
  readonly url: string;
  readonly gone: Ledger;
  readonly other: Ledger;
  /** By the clock of the database, about. */
  readonly now: number;
  /** Has a process say that it is here. */
  readonly beat: (ledger: Ledger) => Promise<void>;
  /** The first has not said for long that it is here, and the other one says so. */
  readonly goAway: () => Promise<void>;
  /** The first says again that it is here, and is told that it was taken for gone. */
  readonly comeBack: () => Promise<void>;
}

/** Two processes that say only that they are here when they are told to. */
async function start(t: TestContext): Promise<Start> {
  const url = await createDatabase(t);
  const clocks = new Map<Ledger, TestClock>();
  const join = async (): Promise<Ledger> => {
    const clock = new TestClock();
    const ledger = await joinStore(t, url, { clock });
    clocks.set(ledger, clock);
    return ledger;
  };
  const gone = await join();
  const other = await join();
  const beat = async (ledger: Ledger): Promise<void> => {
    const before = await readPulse(url);
    // It is by the clock of the database, to the millisecond.
    await until(async () => {
      clocks.get(ledger)?.advance(1_000);
      return (await readPulse(url)) !== before;
    });
  };
  const countLive = async (): Promise<number> => (await run(url, 'select 1 from replicas')).length;
  return {
    url,
    gone,
    other,
    now: Date.now(),
    beat,
    goAway: async () => {
      await beat(other);
      await run(
        url,
        'update replicas set alive_until = 0 where id = (select min(id) from replicas)',
      );
      await run(url, 'update pulse set since = since - 60000');
      await until(async () => {
        clocks.get(other)?.advance(1_000);
        return (await countLive()) === 1;
      });
    },
    comeBack: async () => {
      await until(async () => {
        clocks.get(gone)?.advance(1_000);
        return (await countLive()) === 2;
      });
    },
  };
}

async function readPulse(url: string): Promise<unknown> {
  return (await run(url, 'select last from pulse'))[0]?.['last'];
}

type FirstClaim = Pick<Recording, 'ref' | 'lease'>;

/** Claims one of what is due. */
async function claimFirst(ledger: Ledger, now: number): Promise<FirstClaim> {
  const [claim] = await ledger.claimDue({
    providerId: 'catalog',
    work: 'looks',
    limit: 1,
    now,
    horizonMs: 0,
    leaseMs: LEASE_MS,
  });
  if (claim === undefined) assert.fail('nothing was due');
  return { ref: claim.import.ref, lease: claim.lease };
}
