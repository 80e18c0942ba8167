import assert from 'node:assert/strict';
import test from 'node:test';
import { pino } from 'pino';
import { OUTAGE } from '../../src/graphql/errors.ts';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';
import { createOutageLog } from '../../src/server/outage-log.ts';
import { TestClock } from '../support/clock.ts';
import { startLiveServer } from '../support/live-server.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';
import type { Answer } from '../support/world.ts';

const ERROR = new StoreUnavailableError('no store at 10.0.0.1');
const CHANGES = '{ importChanges { endPosition } }';
const MANY =
  'subscription { importsChanged { import { counters { processed } history { nodes { revision } } } } }';
const TOLD = { message: OUTAGE.message, extensions: { code: 'STORE_UNAVAILABLE' } };

test('whoever asks while the store cannot be reached is told so, and the log is told once', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  server.failReads(ERROR);
  for (const [accept, status] of [
    ['application/graphql-response+json', 503],
    ['application/json', 200],
  ] as const) {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: CHANGES }),
    });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('retry-after'), status === 503 ? '1' : null);
    const { errors } = await answer.json();
    assert.deepEqual(errors, [{ ...TOLD, path: ['importChanges'] }]);
  }
  assert.equal(server.log.length, 1);
  assert.match(server.log[0] ?? '', /no store at 10\.0\.0\.1.*the store cannot be reached/);

  server.failReads(null);
  const again = await fetch(
    `${server.url}/graphql?${new URLSearchParams({ query: CHANGES }).toString()}`,
    {
      headers: { accept: 'application/json' },
    },
  );
  assert.equal(at(await again.json(), 'errors'), undefined);
});

test('a subscription outlasts a store that cannot be reached, and misses nothing', async (t) => {
  const server = await startLiveServer(t);
  const followAll = (): readonly AsyncIterator<Answer>[] =>
    TRANSPORTS.map(({ follow }) => follow(t, { url: server.url, query: MANY }));
  await server.change('a');
  const early = followAll();
  assert.deepEqual(await processedOf(early), [1, 1, 1]);

  // The change is found, and cannot be made into a message; then it cannot be found.
  const reads = server.reads();
  server.failHistory(ERROR);
  await server.change('a');
  await until(() => server.reads() > reads);
  server.failReads(ERROR);
  await until(() => server.reads() > reads + 1);
  server.failHistory(null);
  const late = followAll();
  await server.change('a');
  await until(() => server.reads() > reads + 2);
  server.failReads(null);

  assert.deepEqual(await processedOf([...early, ...late]), [3, 3, 3, 3, 3, 3]);
  assert.deepEqual(server.log, []);
});

test('the log has a line for ten seconds of an outage, and says how often it was met', () => {
  const lines: unknown[] = [];
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const clock = new TestClock();
  const tell = createOutageLog({ clock, logger });
  for (let second = 0; second < 25; second += 1) {
    tell(ERROR);
    clock.advance(1_000);
  }
  assert.deepEqual(
    lines.map((line) => at(line, 'times')),
    [1, 10, 10],
  );
});

function processedOf(streams: readonly AsyncIterator<Answer>[]): Promise<readonly unknown[]> {
  return Promise.all(
    streams.map(async (stream) => {
      const { data, errors } = await next(stream);
      assert.deepEqual(errors, []);
      return at(data, 'importsChanged.import.counters.processed');
    }),
  );
}
