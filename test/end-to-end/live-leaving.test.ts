import assert from 'node:assert/strict';
import test from 'node:test';
import { startLiveServer } from '../support/live-server.ts';
import type { LiveServer } from '../support/live-server.ts';
import { connectSocket, TRANSPORTS } from '../support/transports.ts';
import type { Following } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!) { importChanged(id: $id) { import { revision } } }`;
const MANY = `subscription ($filter: ImportFilter) {
  importsChanged(filter: $filter) { import { revision } }
}`;

const ROUNDS = 1_000;
/** So many at a time. */
const WIDTH = 20;

type Asked = Pick<Following, 'query' | 'variables'>;

/** What is asked for in a round: the same as others ask for, or what nobody else does. */
function asked(round: number): Asked {
  if (round % 2 === 0) return { query: ONE, variables: { id: 'catalog:a' } };
  return { query: MANY, variables: { filter: { ids: ['catalog:a', `catalog:${round}`] } } };
}

/** Whoever comes now is told of a change, and what is left is one stream. */
async function checkServes(server: LiveServer, listeners: number): Promise<void> {
  await until(() => server.streams() === 1);
  assert.equal(server.listeners(), listeners);
  const reads = server.reads();
  await server.change('a');
  await until(() => server.reads() > reads);
  assert.equal(server.reads(), reads + 1);
  assert.deepEqual(server.log, []);
  await useSpareConnections(server);
}

/**
 * `fetch` opens a new connection for each that was aborted. One that was never used would keep the
 * server that stops waiting.
 */
async function useSpareConnections({ url }: LiveServer): Promise<void> {
  await Promise.all(
    Array.from({ length: 2 * WIDTH }, async () => (await fetch(`${url}/health/live`)).text()),
  );
}

for (const { name, follow } of TRANSPORTS) {
  test(`a thousand who came and left leave nothing: ${name}`, async (t) => {
    const server = await startLiveServer(t, { maxConnections: 2 * WIDTH });
    await server.change('a');
    const listeners = server.listeners();
    const stays = follow(t, { url: server.url, query: MANY });
    await next(stays);
    for (let round = 0; round < ROUNDS; round += WIDTH) {
      const streams = Array.from({ length: WIDTH }, (_, index) =>
        follow(t, { url: server.url, ...asked(round + index) }),
      );
      // Some leave before they were told anything.
      await Promise.all(
        streams.filter((_, index) => index % 4 !== 0).map((stream) => next(stream)),
      );
      await Promise.all(streams.map(async (stream) => stream.return?.()));
      await until(() => server.streams() === 1);
    }
    await checkServes(server, listeners);
    assert.equal(at((await next(stays)).data, 'importsChanged.import.revision'), 2);
  });
}

test('a thousand operations that came and went on one socket leave nothing', async (t) => {
  const server = await startLiveServer(t, { maxOperations: WIDTH + 1 });
  await server.change('a');
  const listeners = server.listeners();
  const client = connectSocket(t, server.url);
  const stays = client.iterate({ query: MANY });
  await next(stays);
  for (let round = 0; round < ROUNDS; round += WIDTH) {
    const streams = Array.from({ length: WIDTH }, (_, index) => {
      const { query, variables } = asked(round + index);
      return client.iterate({ query, variables: { ...variables } });
    });
    await Promise.all(streams.map((stream) => next(stream)));
    await Promise.all(streams.map(async (stream) => stream.return?.()));
    await until(() => server.streams() === 1);
  }
  await checkServes(server, listeners);
});
