import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { job, REF, START } from '../../support/builders.ts';
import { TestClock } from '../../support/clock.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { createFellows } from '../../support/fellows.ts';
import type { Fellow } from '../../support/fellows.ts';
import { createDatabase, run } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';
import { seen } from '../../watcher/setup.ts';

const ID = 'catalog:load-1';

/** A job that has run for long is looked at each five minutes, and each two seconds when it is watched. */
const RARE_MS = 100_000;
const OFTEN_MS = 10_000;

test('what is watched at one is looked at as often by another, until nobody watches', async (t) => {
  const { watching, looking, untilRare, untilOften } = await start(t);
  await looking.watcher.track({ ref: REF, now: START });
  await untilRare();
  const stop = watching.watcher.watch([ID]);
  await untilOften();
  const stopToo = looking.watcher.watch([ID]);
  stop();
  await untilOften();
  stopToo();
  await untilRare();
});

test('what is watched before it is known is looked at as often from the first look on', async (t) => {
  const { watching, looking, untilOften } = await start(t);
  watching.watcher.watch([ID]);
  await until(async () => (await run(watching.url, 'select 1 from interests')).length === 1);
  await looking.watcher.track({ ref: REF, now: START });
  await untilOften();
});

test('what was watched at one that is gone is looked at as usual', async (t) => {
  const { watching, looking, untilRare, untilOften } = await start(t);
  await looking.watcher.track({ ref: REF, now: START });
  watching.watcher.watch([ID]);
  await untilOften();
  // As the others do with one that has not said for long that it is here.
  await run(watching.url, 'delete from replicas where id in (select replica from interests)');
  await untilRare();
});

/** Of two processes the one has somebody who watches, and the other one looks. */
async function start(t: TestContext): Promise<{
  readonly watching: Fellow & { readonly url: string };
  readonly looking: Fellow;
  /** Waits until it is long until the next look. */
  readonly untilRare: () => Promise<void>;
  /** Waits until some looks came one soon after the other. */
  readonly untilOften: () => Promise<void>;
}> {
  const url = await createDatabase(t);
  const clock = createFastClock(40);
  const { fellows, askings } = await createFellows(t, {
    url,
    count: 2,
    clock,
    // The first never says again that it is here.
    ledgerClockOf: (fellow) => (fellow === 0 ? new TestClock() : clock),
    answer: () => seen({ job: job({ startedAt: START }) }),
  });
  const [watching, looking] = fellows;
  looking.watcher.start();
  const waitMs = async (): Promise<number | null> => {
    const known = (await looking.ledger.findImports([ID])).get(ID);
    const { nextLookAt = null, observedAt = null } = known?.freshness ?? {};
    return nextLookAt === null || observedAt === null ? null : nextLookAt - observedAt;
  };
  return {
    watching: { ...watching, url },
    looking,
    untilRare: () => until(async () => ((await waitMs()) ?? 0) > RARE_MS),
    untilOften: async () => {
      const before = askings.length;
      await until(() => askings.length > before + 2);
      assert.ok(((await waitMs()) ?? Infinity) < OFTEN_MS);
    },
  };
}
