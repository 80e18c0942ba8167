import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../../../src/domain/clock.ts';
import { isOnProbation, UNTRIED } from '../../../src/ledger/provider-health.ts';
import type { ProviderHealth } from '../../../src/ledger/provider-health.ts';
import { finish, refOf } from '../../support/builders.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { countIn, createFellows, trackAll } from '../../support/fellows.ts';
import { createDatabase } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';
import { failed } from '../../watcher/setup.ts';

const FINISHED = { kind: 'observed', observation: finish() } as const;
const REFS = Array.from({ length: 12 }, (_, index) => refOf(`load-${index}`));

test('when a vendor tells one how long to wait, all of them wait so long', async (t) => {
  const clock = createFastClock(20);
  const retryAfterMs = 40_000;
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    concurrency: 1,
    answer: () => (askings.length === 1 ? failed('rate-limited', retryAfterMs) : FINISHED),
  });
  await trackAll(fellows, REFS, clock);
  for (const { watcher } of fellows) watcher.start();
  await until(async () => (await fellows[0].ledger.listProviderHealth()).has('catalog'));

  for (const { watcher } of fellows) {
    await until(() => watcher.isDown('catalog'));
    const told = await watcher.ask(refOf('unseen'));
    assert.equal(told.kind === 'failed' && told.error.kind, 'rate-limited');
  }
  await until(async () => (await countIn(fellows[0], 'SETTLED')) === REFS.length);
  const [limited, ...others] = askings;
  for (const { at } of others) assert.ok(at >= (limited?.at ?? Infinity) + retryAfterMs);
  await until(() => fellows.every(({ watcher }) => !watcher.isDown('catalog')));
});

test('what is down is tried by one of them at a time, once for each pause', async (t) => {
  const clock = createFastClock(20);
  let isDown = true;
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    cadence: { minIntervalMs: 2_000, maxIntervalMs: 10_000 },
    answer: async (_target, _asking, signal) => {
      // Long enough for the others to try, too.
      await delay(clock, 500, signal);
      return isDown ? failed('unavailable') : FINISHED;
    },
  });
  await trackAll(fellows, REFS, clock);
  const [{ ledger }] = fellows;
  for (const { watcher } of fellows) watcher.start();

  const healthNow = async (): Promise<ProviderHealth> =>
    (await ledger.listProviderHealth()).get('catalog') ?? UNTRIED;
  // None is under way: each has failed.
  const nextPause = async (after: number): Promise<ProviderHealth> => {
    let health = await healthNow();
    await until(async () => {
      health = await healthNow();
      return health.failures > after && health.failures === askings.length;
    });
    return health;
  };
  let pause = await nextPause(2);
  for (let tries = 0; tries < 4; tries += 1) {
    const next = await nextPause(pause.failures);
    assert.equal(next.failures, pause.failures + 1);
    const [tried] = askings.slice(pause.failures);
    assert.ok((tried?.at ?? 0) >= (pause.openUntil ?? Infinity));
    pause = next;
  }

  isDown = false;
  await until(async () => (await countIn(fellows[0], 'SETTLED')) === REFS.length);
  assert.ok(!isOnProbation(await healthNow()));
});
