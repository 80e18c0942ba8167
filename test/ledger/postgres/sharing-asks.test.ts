import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../../../src/domain/clock.ts';
import type { Look } from '../../../src/providers/provider.ts';
import { job, REF } from '../../support/builders.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { createFellows, namesOf } from '../../support/fellows.ts';
import { createDatabase } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';
import { failed, seen } from '../../watcher/setup.ts';

const ID = 'catalog:load-1';

/** Looks at it are rare, so that those that are asked for stand out. */
const ran = (): Look => seen({ job: job({ startedAt: 0 }) });

test('an import that is asked for at all of them at once is looked at once, and all are told', async (t) => {
  const clock = createFastClock(2);
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    answer: async (_target, _asking, signal) => {
      await delay(clock, 200, signal);
      return ran();
    },
  });
  for (const { watcher } of fellows) watcher.start();
  const answers = await Promise.all(
    fellows.flatMap(({ watcher }) => [watcher.ask(REF), watcher.ask(REF)]),
  );
  const known = (await fellows[0].ledger.findImports([ID])).get(ID);
  assert.equal(known?.revision, 1);
  for (const answer of answers) assert.deepEqual(answer, { kind: 'found', import: known });
  assert.equal(askings.length, 1);
});

for (const [name, miss] of [
  ['that its vendor does not know', failed('not-found')],
  ['whose vendor fails', failed('timeout')],
] as const) {
  test(`of an import ${name} all are told by one look, those who ask later, too`, async (t) => {
    const clock = createFastClock(2);
    const waiting = Promise.withResolvers<Look>();
    const { fellows, askings } = await createFellows(t, {
      url: await createDatabase(t),
      count: 3,
      clock,
      answer: () => waiting.promise,
    });
    for (const { watcher } of fellows) watcher.start();
    const [first, second, ...others] = fellows;
    const both = Promise.all([first.watcher.ask(REF), second.watcher.ask(REF)]);
    await until(() => askings.length > 0);
    waiting.resolve(miss);
    const [told, alsoTold] = await both;
    assert.equal(
      told.kind,
      miss.kind === 'failed' && miss.error.kind === 'not-found' ? 'not-found' : 'failed',
    );
    assert.deepEqual(alsoTold, told);
    for (const { watcher } of others) assert.deepEqual(await watcher.ask(REF), told);
    assert.equal(askings.length, 1);
    assert.equal((await first.ledger.findImports([ID])).size, 0);
  });
}

test('an import that is tracked at one while another looks, as somebody asked, has one look', async (t) => {
  const clock = createFastClock(2);
  const waiting = Promise.withResolvers<Look>();
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 2,
    clock,
    answer: () => waiting.promise,
  });
  const [first, second] = fellows;
  for (const { watcher } of fellows) watcher.start();
  const asked = first.watcher.ask(REF);
  await until(() => askings.length > 0);
  await second.watcher.track({
    ref: REF,
    labels: { run: '7' },
    now: clock.now(),
  });
  const alsoAsked = second.watcher.ask(REF);
  // Whatever the other would look at by itself, it looks at by now.
  await delay(clock, 1_500, new AbortController().signal);
  waiting.resolve(ran());

  const known = await asked;
  assert.equal(known.kind, 'found');
  assert.equal(known.import.revision, 1);
  assert.deepEqual(known.import.labels, { run: '7' });
  assert.equal((await alsoAsked).kind, 'found');
  assert.deepEqual(namesOf(askings), ['load-1']);
});

test('whoever waits for the next look is told of it, whoever makes it', async (t) => {
  const clock = createFastClock(2);
  const { fellows, askings } = await createFellows(t, {
    url: await createDatabase(t),
    count: 3,
    clock,
    answer: ran,
  });
  for (const { watcher } of fellows) watcher.start();
  const first = await fellows[0].watcher.ask(REF);
  assert.equal(first.kind, 'found');
  await delay(clock, 2_000, new AbortController().signal);
  await Promise.all(fellows.map(({ watcher }) => watcher.refresh(first.import)));
  assert.equal(askings.length, 2, JSON.stringify(askings));
  const known = (await fellows[0].ledger.findImports([ID])).get(ID);
  assert.ok((known?.freshness.observedAt ?? 0) >= (askings[1]?.at ?? Infinity));
});

test('what one asked for and did not live to see is looked at by another', async (t) => {
  const url = await createDatabase(t);
  const clock = createFastClock(2);
  const { fellows, askings } = await createFellows(t, {
    url,
    count: 2,
    clock,
    answer: (_target, { by }) => (by === 0 ? new Promise(() => undefined) : ran()),
  });
  const [first, second] = fellows;
  for (const { watcher } of fellows) watcher.start();
  void first.watcher.ask(REF);
  await until(() => askings.length > 0);
  const asked = second.watcher.ask(REF);
  await first.stop();
  assert.equal((await asked).kind, 'found');
  assert.equal(askings.length, 2);
});
