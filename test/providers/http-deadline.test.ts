import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { failureOf, serve } from './setup.ts';

const TIMEOUT_MS = 50;
const LONGEST_MS = 360 * TIMEOUT_MS;

/** A server whose answers are written by the test, asked by a client whose clock stands still. */
async function serveByHand(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = Promise.withResolvers<ServerResponse>();
  const answer = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200).flushHeaders();
    asked.resolve(response);
  };
  const { ask } = await serve(t, answer, { timeoutMs: TIMEOUT_MS });
  const taken: PromiseWithResolvers<void>[] = [];
  const asking = ask({
    onChunk: async () => {
      taken.at(-1)?.resolve();
      return true;
    },
  });
  asking.catch(() => undefined);
  const response = await asked.promise;
  return {
    asking,
    response,
    pass: (ms: number) => t.mock.timers.tick(ms),
    /** Has a piece sent and taken. */
    send: async (piece: string) => {
      const once = Promise.withResolvers<void>();
      taken.push(once);
      response.write(piece);
      await once.promise;
      await setImmediate();
    },
  };
}

/** A byte of nothing, again and again. */
function drip(_: IncomingMessage, response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => clearInterval(timer));
}

describe('the time that an answer may take', () => {
  test('is as long for each piece as for another answer', async (t) => {
    const { asking, response, pass, send } = await serveByHand(t);
    for (let piece = 0; piece < 5; piece += 1) {
      await send('x');
      pass(TIMEOUT_MS - 1);
    }
    response.end();
    assert.equal((await asking).status, 200);
  });

  test('is over when a piece never comes', async (t) => {
    const { asking, pass, send } = await serveByHand(t);
    await send('x');
    pass(TIMEOUT_MS);
    const failure = await failureOf(asking);
    assert.equal(failure.kind, 'timeout');
    assert.match(failure.message, /did not answer within 50 ms$/);
  });

  test('is over although bytes trickle in, if they bring nothing whole', async (t) => {
    const { ask } = await serve(t, drip, { timeoutMs: TIMEOUT_MS });
    const failure = await failureOf(ask({ onChunk: async () => false }));
    assert.equal(failure.kind, 'timeout');
    assert.match(failure.message, /did not answer within 50 ms$/);
  });

  test('is over in the end, although pieces keep coming', async (t) => {
    const { asking, pass, send } = await serveByHand(t);
    for (let ms = 0; ms < LONGEST_MS; ms += TIMEOUT_MS / 2) {
      await send('x');
      pass(TIMEOUT_MS / 2);
    }
    const failure = await failureOf(asking);
    assert.equal(failure.kind, 'timeout');
    assert.match(failure.message, /did not answer within 18000 ms$/);
  });

  test('stands still while somebody is busy with a piece', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { ask } = await serve(t, (_, response) => void response.end('x'), {
      timeoutMs: TIMEOUT_MS,
    });
    let pieces = 0;
    const answer = await ask({
      onChunk: async () => {
        pieces += 1;
        t.mock.timers.tick(10 * TIMEOUT_MS);
        await setImmediate();
        t.mock.timers.tick(10 * TIMEOUT_MS);
        return true;
      },
    });
    assert.deepEqual([answer.status, pieces], [200, 1]);
  });
});

const ENDS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'ends well': (response) => response.end('x'),
  'breaks off': (response) => void response.write('x', () => response.destroy()),
  'is not taken': (response) => response.end('refuse me'),
  'never ends': (response) => void response.write('x'),
};

for (const [end, write] of Object.entries(ENDS)) {
  test(`no timer and no listener is left of an answer that ${end}`, async (t) => {
    const { ask } = await serve(t, (_, response) => write(response), { timeoutMs: TIMEOUT_MS });
    const timers = watchTimers(t);
    const { signal } = new AbortController();
    await Promise.allSettled([
      ask({
        signal,
        onChunk: async (chunk) => {
          if (chunk.byteLength > 1) throw new Error('refused');
          return true;
        },
      }),
    ]);
    assert.ok(timers.started >= 2, `${timers.started} timers`);
    assert.equal(timers.live.size, 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
}

/** Watches the timers that last as long as the deadlines of these tests. */
function watchTimers(t: TestContext) {
  const timers = { started: 0, live: new Set<unknown>() };
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (callback: () => void, ms: number) => {
    const timer = start(() => {
      timers.live.delete(timer);
      callback();
    }, ms);
    if (ms === TIMEOUT_MS || ms === LONGEST_MS) {
      timers.live.add(timer);
      timers.started += 1;
    }
    return timer;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer: NodeJS.Timeout) => {
    timers.live.delete(timer);
    stop(timer);
  });
  return timers;
}
