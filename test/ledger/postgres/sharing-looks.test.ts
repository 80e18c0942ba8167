import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../../../src/domain/clock.ts';
import type { ImportRef } from '../../../src/domain/import.ts';
import { finish, refOf } from '../../support/builders.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import {
  complaintsOf,
  countIn,
  createFellows,
  namesOf,
  trackAll,
  whoAsked,
} from '../../support/fellows.ts';
import { connect, isWaiting } from '../../support/postgres-ledgers.ts';
import { createDatabase } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';
import { settle } from '../../watcher/setup.ts';

const FINISHED = { kind: 'observed', observation: finish() } as const;

/** Longer than a test may take. */
const LEASE_MS = 3_600_000;

test('of what is due each import is looked at once, whoever looks', async (t) => {
  const clock = createFastClock(20);
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    leaseMs: LEASE_MS,
    answer: () => FINISHED,
  });
  const refs = refsOf(100);
  await trackAll(fellows, refs, clock);
  for (const { watcher } of fellows) watcher.start();
  await until(async () => (await countIn(fellows[0], 'SETTLED')) === refs.length);
  assert.deepEqual(namesOf(askings), refs.map(({ externalId }) => externalId).toSorted());
  assert.deepEqual(complaintsOf(fellows), []);
});

test('no more looks run at once than the provider allows, and each of those who watch makes some', async (t) => {
  const clock = createFastClock(20);
  const { fellows, askings, mostAtOnce } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    concurrency: 2,
    leaseMs: LEASE_MS,
    answer: async (_target, _asking, signal) => {
      await delay(clock, 200, signal);
      return FINISHED;
    },
  });
  const refs = refsOf(150);
  await trackAll(fellows, refs, clock);
  for (const { watcher } of fellows) watcher.start();
  await until(async () => (await countIn(fellows[0], 'SETTLED')) === refs.length);
  assert.equal(askings.length, refs.length);
  assert.equal(mostAtOnce(), 2);
  assert.deepEqual(whoAsked(askings), [0, 1, 2]);
});

test('requests keep to what a provider allows a second and a month, all together', async (t) => {
  const clock = createFastClock(20);
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    budget: { perSecond: 4, perMonth: 30 },
    leaseMs: LEASE_MS,
    answer: () => FINISHED,
  });
  const began = clock.now();
  await trackAll(fellows, refsOf(40), clock);
  for (const { watcher } of fellows) watcher.start();
  await until(async () => (await countIn(fellows[0], 'SETTLED')) === 30);
  // More are tried, and told that the month is over.
  await until(async () => (await countIn(fellows[0], 'BACKING_OFF')) > 0);
  assert.equal(askings.length, 30);
  for (const [index, { at }] of askings.entries()) assert.ok(at >= began + index * 250);
  assert.ok(whoAsked(askings).length > 1);
});

test('one that stops leaves to the others at once what it looked at, and what it was to look at', async (t) => {
  const clock = createFastClock(20);
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 2,
    clock,
    leaseMs: LEASE_MS,
    answer: (_target, { by }) => (by === 0 ? new Promise(() => undefined) : FINISHED),
  });
  const [first, second] = fellows;
  await trackAll([first], refsOf(10), clock);
  first.watcher.start();
  await until(() => askings.length === 2);
  await first.stop();
  second.watcher.start();
  await until(async () => (await countIn(second, 'SETTLED')) === 10);
  assert.deepEqual(complaintsOf(fellows), []);
});

test('one that stops leaves to the others at once what it was just claiming', async (t) => {
  const url = await createDatabase(t);
  const clock = createFastClock(20);
  const { fellows, askings } = await createFellows(t, {
    url,
    count: 2,
    clock,
    leaseMs: LEASE_MS,
    answer: () => FINISHED,
  });
  const [first, second] = fellows;
  await trackAll([first], refsOf(4), clock);
  const holding = await connect(t, url);
  await holding.query('begin');
  await holding.query('lock table looks in share mode');
  first.watcher.start();
  const watching = await connect(t, url);
  await until(() => isWaiting(watching, '%claimDue%'));
  const stopping = first.stop();
  await settle();
  await holding.query('commit');
  await stopping;
  second.watcher.start();
  await until(async () => (await countIn(second, 'SETTLED')) === 4);
  assert.deepEqual(whoAsked(askings), [1]);
});

function refsOf(count: number): readonly ImportRef[] {
  return Array.from({ length: count }, (_, index) => refOf(`load-${index}`));
}
