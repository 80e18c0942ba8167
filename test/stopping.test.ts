import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopInOrder } from '../src/stopping.ts';
import type { StoppingParts } from '../src/stopping.ts';
import { TestClock } from './support/clock.ts';
import { until } from './support/world.ts';

const TIMES = { noticeWithinMs: 5_000, drainForMs: 1_000, finishWithinMs: 2_000 };

interface Stage {
  readonly clock: TestClock;
  readonly parts: StoppingParts;
  /** What was stopped, in this order, each with the time since the beginning. */
  readonly steps: string[];
}

/** Parts that end as soon as they are stopped, but for those that a test says. */
function stage(others: Partial<StoppingParts> = {}): Stage {
  const clock = new TestClock();
  const begunAt = clock.now();
  const steps: string[] = [];
  const note = async (step: string): Promise<void> => {
    steps.push(`${step} at ${clock.now() - begunAt}`);
  };
  const draining = new AbortController();
  draining.signal.addEventListener('abort', () => void note('readiness'));
  const parts = {
    draining,
    clock,
    pruner: { stop: () => note('pruner') },
    hub: { drain: (windowMs: number) => note(`subscribers over ${windowMs}`) },
    server: { close: () => note('server') },
    watcher: {
      stopClaiming: () => void note('claiming'),
      stop: (graceMs: number) => note(`watcher within ${graceMs}`),
    },
    ledger: { close: () => note('ledger') },
    telemetry: { stop: () => note('telemetry') },
    ...others,
  };
  return { clock, parts, steps };
}

const never = (): Promise<void> => new Promise(() => undefined);
const stopClaiming = (): void => undefined;
const NOBODY = new AbortController().signal;

test('nothing is stopped that somebody still needs', async () => {
  const { clock, parts, steps } = stage();
  const stopped = stopInOrder(parts, TIMES, NOBODY);
  await until(() => steps.length === 3);
  await clock.pass(4_999);
  assert.deepEqual(steps, ['readiness at 0', 'claiming at 0', 'pruner at 0']);
  await clock.pass(1);
  await stopped;
  assert.deepEqual(steps.slice(3), [
    'subscribers over 1000 at 5000',
    'server at 5000',
    'watcher within 2000 at 5000',
    'ledger at 5000',
    'telemetry at 5000',
  ]);
  assert.equal(clock.waiting, 0);
});

test('requests that take their time leave less for looks, and are cut off in the end', async () => {
  const { clock, parts, steps } = stage({
    server: {
      close: (cutOff) =>
        new Promise((resolve) => cutOff.addEventListener('abort', () => resolve())),
    },
  });
  const stopped = stopInOrder(parts, { ...TIMES, noticeWithinMs: 0 }, NOBODY);
  await until(() => steps.length === 4);
  await clock.pass(2_000);
  await stopped;
  assert.deepEqual(steps.slice(4), [
    'watcher within 0 at 2000',
    'ledger at 2000',
    'telemetry at 2000',
  ]);
});

test('once it is hurried, nothing is waited for', async () => {
  const hurry = new AbortController();
  const seen: boolean[] = [];
  const graces: number[] = [];
  const { clock, parts, steps } = stage({
    hub: { drain: async (_windowMs, signal) => void seen.push(signal?.aborted ?? false) },
    server: { close: async (cutOff) => void seen.push(cutOff.aborted) },
    watcher: { stopClaiming, stop: async (graceMs) => void graces.push(graceMs) },
  });
  const stopped = stopInOrder(parts, TIMES, hurry.signal);
  await until(() => steps.length === 2);
  hurry.abort();
  await stopped;
  assert.deepEqual(seen, [true, true]);
  assert.deepEqual(graces, [0]);
  assert.equal(clock.waiting, 0);
});

test('looks that are waited for when it is hurried are waited for no longer', async () => {
  const hurry = new AbortController();
  const looks = Promise.withResolvers<void>();
  const { parts, steps } = stage({
    watcher: {
      stopClaiming,
      stop: (graceMs) => (graceMs === 0 ? (looks.resolve(), looks.promise) : looks.promise),
    },
  });
  const stopped = stopInOrder(parts, { ...TIMES, noticeWithinMs: 0 }, hurry.signal);
  await until(() => steps.some((step) => step.startsWith('server')));
  hurry.abort();
  await stopped;
});

test('what fails keeps nothing else from being stopped, and is told', async () => {
  const { parts, steps } = stage({
    server: { close: () => Promise.reject(new Error('no server')) },
    watcher: { stopClaiming, stop: () => Promise.reject(new Error('no watcher')) },
  });
  await assert.rejects(stopInOrder(parts, { ...TIMES, noticeWithinMs: 0 }, NOBODY), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(String), ['Error: no server', 'Error: no watcher']);
    return true;
  });
  assert.deepEqual(steps.slice(-2), ['ledger at 0', 'telemetry at 0']);
});

for (const [name, others] of [
  ['subscriptions', { hub: { drain: never } }],
  ['requests', { server: { close: never } }],
  ['looks', { watcher: { stopClaiming, stop: never } }],
  ['the deleting of what is old', { pruner: { stop: never } }],
  ['the store', { ledger: { close: never } }],
] satisfies (readonly [string, Partial<StoppingParts>])[]) {
  test(`it is told when ${name} did not end in time`, async () => {
    const { clock, parts } = stage(others);
    const outcome = assert.rejects(stopInOrder(parts, TIMES, NOBODY), {
      message: `${name} did not end in time`,
    });
    await clock.pass(13_000);
    await outcome;

    const hurry = new AbortController();
    const hurried = stage(others);
    const sooner = assert.rejects(stopInOrder(hurried.parts, TIMES, hurry.signal), {
      message: `${name} did not end in time`,
    });
    await until(() => hurried.clock.waiting === 2);
    hurry.abort();
    await until(() => hurried.clock.waiting === 2);
    await hurried.clock.pass(5_000);
    await sooner;
  });
}
