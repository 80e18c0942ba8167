import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import Fastify from 'fastify';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';
import { serveHealth } from '../../src/server/health.ts';
import { atEnd } from '../support/at-end.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/world.ts';

interface Stage {
  readonly clock: TestClock;
  readonly draining: AbortController;
  /** What was told of the store so far. */
  readonly outages: readonly unknown[];
  /** How often the store was asked. */
  readonly reads: () => number;
  /** How the store answers from now on. */
  readonly answer: (read: () => Promise<number>) => void;
  readonly get: (path: string) => Promise<readonly [number, unknown]>;
}

async function answerAtOnce(): Promise<number> {
  return 1;
}

function stage(t: TestContext): Stage {
  const app = Fastify();
  atEnd(t, () => app.close());
  const clock = new TestClock();
  const draining = new AbortController();
  const outages: unknown[] = [];
  let reads = 0;
  let read = answerAtOnce;
  const getLatestPosition = (): Promise<number> => {
    reads += 1;
    return read();
  };
  serveHealth(app, {
    services: { ledger: { getLatestPosition }, draining: draining.signal, clock },
    onOutage: (error) => void outages.push(error),
  });
  return {
    clock,
    draining,
    outages,
    reads: () => reads,
    answer: (other) => {
      read = other;
    },
    get: async (path) => {
      const { statusCode, body } = await app.inject(path);
      return [statusCode, JSON.parse(body)];
    },
  };
}

const READY = [200, { status: 'ready' }];
const STORELESS = [503, { status: 'storeless' }];
const DRAINING = [503, { status: 'draining' }];
const LIVE = [200, { status: 'live' }];

test('a server whose store cannot be reached is not ready until it can, and lives', async (t) => {
  const { get, answer, outages, clock } = stage(t);
  assert.deepEqual(await get('/health/ready'), READY);
  const error = new StoreUnavailableError('no store there');
  answer(() => Promise.reject(error));
  assert.deepEqual(await get('/health/ready'), STORELESS);
  assert.deepEqual(await get('/health/live'), LIVE);
  assert.deepEqual(outages, [error]);
  answer(answerAtOnce);
  assert.deepEqual(await get('/health/ready'), READY);
  assert.equal(clock.waiting, 0);
});

test('a store that does not answer is asked once by however many ask, and not for longer than two seconds', async (t) => {
  const { get, answer, outages, reads, clock } = stage(t);
  answer(() => new Promise(() => undefined));
  const asked = Promise.all([get('/health/ready'), get('/health/ready'), get('/health/ready')]);
  await until(() => clock.waiting === 1);
  await clock.pass(1_999);
  assert.deepEqual(outages, []);
  await clock.pass(1);
  assert.deepEqual(await asked, [STORELESS, STORELESS, STORELESS]);
  assert.equal(reads(), 1);
  assert.match(String(outages), /did not answer within 2000 ms/);
  answer(answerAtOnce);
  assert.deepEqual(await get('/health/ready'), READY);
});

test('a server that is to stop is not ready, and its store is not asked', async (t) => {
  const { get, draining, reads } = stage(t);
  draining.abort();
  assert.deepEqual(await get('/health/ready'), DRAINING);
  assert.deepEqual(await get('/health/live'), LIVE);
  assert.equal(reads(), 0);
});
