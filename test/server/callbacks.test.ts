import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createErrorMask } from '../../src/graphql/errors.ts';
import type { Message } from '../../src/graphql/live/message.ts';
import type { Sink } from '../../src/graphql/live/sink.ts';
import type { Callback } from '../../src/server/callback-message.ts';
import type { CallbackStream } from '../../src/server/callback-stream.ts';
import { Callbacks } from '../../src/server/callbacks.ts';
import { atEnd } from '../support/at-end.ts';
import { callbackAt, startRouter } from '../support/callback-router.ts';
import type { Answer, CallbackRouter } from '../support/callback-router.ts';
import { TestClock } from '../support/clock.ts';
import { at, until } from '../support/world.ts';

const PAYLOAD = '{"data":{"a":1}}';
const RESULT: Message = { payload: PAYLOAD, bytes: Buffer.from(PAYLOAD), position: 'p1' };

/** Longer than any pause, and shorter than what is insisted on. */
const A_WHILE_MS = 11_000;

interface Begun {
  readonly sink: Sink<Message>;
  readonly hasLeft: () => boolean;
}

interface Stage {
  readonly router: CallbackRouter;
  readonly clock: TestClock;
  readonly callbacks: Callbacks;
  /** What was counted, in order. */
  readonly counted: readonly string[];
  readonly log: readonly string[];
  readonly begin: (callback: Callback) => Begun;
  /** Has the router fail for so long that a result is given up. */
  readonly loseResult: (begun: Begun) => Promise<void>;
}

/** Subscriptions that a test has bring what it wants, posted to a router that takes everything. */
async function stage(t: TestContext): Promise<Stage> {
  const router = await startRouter(t);
  router.intercept(() => ({ status: 204 }));
  const clock = new TestClock();
  const counted: string[] = [];
  const log: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => void log.push(line) });
  const callbacks = new Callbacks({
    fetch,
    clock,
    random: () => 0.5,
    limits: { maxCallbacks: 2 },
    maskError: createErrorMask(logger),
    logger,
    observer: {
      posted: (result) => void counted.push(result),
      letGo: () => void counted.push('let go'),
    },
  });
  const streams: CallbackStream[] = [];
  atEnd(t, () => {
    for (const stream of streams) stream.close();
    return callbacks.close(AbortSignal.abort());
  });
  return {
    router,
    clock,
    callbacks,
    counted,
    log,
    begin: (callback) => {
      const stream = callbacks.open(callback);
      assert.ok(stream);
      streams.push(stream);
      let hasLeft = false;
      callbacks.begin(callback, stream, () => ({
        drained: () => undefined,
        leave: () => {
          hasLeft = true;
        },
      }));
      return { sink: stream, hasLeft: () => hasLeft };
    },
    loseResult: async ({ sink, hasLeft }) => {
      router.intercept(() => ({ status: 503 }));
      sink.take([RESULT]);
      await until(async () => {
        await clock.pass(100);
        return hasLeft();
      });
    },
  };
}

function bodiesOf({ posts }: CallbackRouter): readonly unknown[] {
  return posts.map(({ text }) => JSON.parse(text));
}

for (const [name, answer, expected] of [
  ['taken', { status: 200 }, ['taken']],
  ['not known any more', { status: 404 }, ['refused']],
  ['refused', { status: 400 }, ['refused', 'let go', 'refused']],
] satisfies (readonly [string, Answer, readonly string[]])[]) {
  test(`what is ${name} is counted`, async (t) => {
    const { router, counted, begin } = await stage(t);
    router.intercept(() => answer);
    begin(callbackAt(router.url, 'a')).sink.take([RESULT]);
    await until(() => counted.length === expected.length);
    assert.deepEqual(counted, expected);
  });
}

test('what failed, and was then called off, is counted once however often it was tried', async (t) => {
  const { router, callbacks, counted, begin, loseResult } = await stage(t);
  await loseResult(begin(callbackAt(router.url, 'a')));
  assert.deepEqual(counted, ['failed', 'let go']);
  await callbacks.close(new AbortController().signal);
  await until(() => counted.length === 3);
  assert.deepEqual(counted, ['failed', 'let go', 'canceled']);
});

test('a subscription that is let go leaves at once, and a router that comes back hears of it', async (t) => {
  const { router, clock, begin, loseResult } = await stage(t);
  begin(callbackAt(router.url, 'other'));
  await loseResult(begin(callbackAt(router.url, 'a')));
  // Its place is free.
  begin(callbackAt(router.url, 'another'));
  await clock.pass(A_WHILE_MS);
  const { length } = router.posts;
  router.intercept(() => ({ status: 202 }));
  await until(async () => {
    await clock.pass(100);
    return router.posts.length > length;
  });
  const complete = bodiesOf(router).at(-1);
  const message = String(at(complete, 'errors.0.message'));
  assert.match(message, /subscribe again, with the last position that came as after/);
  assert.deepEqual(complete, {
    kind: 'subscription',
    action: 'complete',
    id: 'a',
    verifier: 'XXX',
    errors: [{ message, extensions: { code: 'CALLBACK_FAILED' } }],
  });
});

test('where only the end was not taken, it is that end that comes', async (t) => {
  const { router, clock, begin } = await stage(t);
  const { sink, hasLeft } = begin(callbackAt(router.url, 'a'));
  router.intercept(({ action }) => ({ status: action === 'complete' ? 503 : 200 }));
  sink.end(RESULT);
  await until(async () => {
    await clock.pass(100);
    return hasLeft();
  });
  router.intercept(() => ({ status: 202 }));
  const { length } = router.posts;
  await until(async () => {
    await clock.pass(100);
    return router.posts.length > length;
  });
  const complete = { kind: 'subscription', action: 'complete', id: 'a', verifier: 'XXX' };
  assert.deepEqual(bodiesOf(router).at(-1), complete);
});

test('a router that stays away for a minute is told no more, and the log says so', async (t) => {
  const { router, clock, counted, log, begin, loseResult } = await stage(t);
  await loseResult(begin(callbackAt(router.url, 'a')));
  await until(async () => {
    await clock.pass(1_000);
    return counted.length === 3;
  });
  assert.deepEqual(counted, ['failed', 'let go', 'failed']);
  assert.equal(clock.waiting, 0);
  const told = log.map((line) => JSON.parse(line));
  assert.equal(told.length, 2);
  assert.equal(at(told[1], 'level'), 40);
  assert.equal(at(told[1], 'subscription'), 'a');
  assert.match(String(at(told[1], 'msg')), /could not be told/);
});

test('a router that asks for the same again is not told that it was let go before', async (t) => {
  const { router, clock, counted, begin, loseResult } = await stage(t);
  const callback = callbackAt(router.url, 'a');
  await loseResult(begin(callback));
  await until(() => router.posts.at(-1)?.action === 'complete' && clock.waiting === 1);
  router.intercept(() => ({ status: 200 }));
  const { length } = router.posts;
  const { sink } = begin(callback);
  await until(() => counted.length === 3);
  assert.equal(counted.at(-1), 'canceled');
  await clock.pass(A_WHILE_MS);
  sink.take([RESULT]);
  await until(() => counted.at(-1) === 'taken');
  assert.deepEqual(
    router.posts.slice(length).map(({ action }) => action),
    ['next'],
  );
});

test('nobody who does not know its verifier can have a router told nothing', async (t) => {
  const { router, clock, begin, loseResult } = await stage(t);
  const callback = callbackAt(router.url, 'a');
  await loseResult(begin(callback));
  begin({ ...callback, verifier: 'a guess' });
  router.intercept(() => ({ status: 202 }));
  const { length } = router.posts;
  await until(async () => {
    await clock.pass(100);
    return router.posts.length > length;
  });
  assert.equal(at(bodiesOf(router).at(-1), 'action'), 'complete');
  assert.equal(at(bodiesOf(router).at(-1), 'verifier'), 'XXX');
});

test('as many farewells are under way at once as there may be subscriptions', async (t) => {
  const { router, log, begin, loseResult } = await stage(t);
  for (const name of ['a', 'b', 'c']) await loseResult(begin(callbackAt(router.url, name)));
  const untold = log.filter((line) => /too many/.test(line));
  assert.equal(untold.length, 1);
  assert.equal(at(JSON.parse(untold[0] ?? ''), 'subscription'), 'c');
});
