import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { atEnd } from '../support/at-end.ts';
import { startLiveServer } from '../support/live-server.ts';
import { openConnection, openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';

const LIST = `/graphql?${new URLSearchParams({ query: '{ imports { nodes { id } } }' }).toString()}`;
const MANY = 'subscription { importsChanged { position end { reason } import { revision } } }';

interface Asked {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: unknown;
}

/** Asks over a connection that is kept as long as the server agrees. */
async function askOver(agent: Agent, address: string): Promise<Asked> {
  const request = get(address, { agent, headers: { accept: 'application/json' } });
  const [answer]: readonly IncomingMessage[] = await once(request, 'response');
  assert.ok(answer);
  const { statusCode: status, headers } = answer;
  return { status, connection: headers.connection, body: JSON.parse(await text(answer)) };
}

function createAgent(t: TestContext): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atEnd(t, () => agent.destroy());
  return agent;
}

test('a server that is to stop answers on, and has each connection end with its answer', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const kept = createAgent(t);
  assert.equal((await askOver(kept, server.url + LIST)).connection, 'keep-alive');
  server.beginDraining();
  for (const agent of [kept, createAgent(t)]) {
    const { status, connection, body } = await askOver(agent, server.url + LIST);
    assert.deepEqual([status, connection], [200, 'close']);
    assert.equal(at(body, 'data.imports.nodes.0.id'), 'catalog:a');
  }
  for (const [path, status] of [
    ['/health/ready', 503],
    ['/health/live', 200],
    ['/nowhere', 404],
  ] as const) {
    const answered = await askOver(createAgent(t), server.url + path);
    assert.deepEqual([answered.status, answered.connection], [status, 'close'], path);
  }
});

test('a server that is to stop takes subscribers until it lets them go', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const open = await openReadySocket(t, server.url);
  server.beginDraining();
  const streams = TRANSPORTS.map(({ follow }) => follow(t, { url: server.url, query: MANY }));
  open.send(subscribeMessage('1', MANY));
  for (const stream of streams) {
    assert.equal(at((await next(stream)).data, 'importsChanged.import.revision'), 1);
  }
  await until(() => open.payloads('1').length === 1);
  await server.change('a');
  for (const stream of streams) {
    assert.equal(at((await next(stream)).data, 'importsChanged.import.revision'), 2);
  }
  await until(() => open.payloads('1').length === 2);
  await server.stop();
  for (const stream of streams) {
    assert.equal(at((await next(stream)).data, 'importsChanged.end.reason'), 'DRAINING');
  }
  assert.deepEqual(server.log, []);
});

test('requests that were sent one behind the other are all answered before their connection ends', async (t) => {
  const server = await startLiveServer(t);
  server.beginDraining();
  const connection = await openConnection(t, server.url);
  let received = '';
  connection.setEncoding('latin1').on('data', (piece: string) => {
    received += piece;
  });
  const countAnswers = (): number => received.split('HTTP/1.1 200 OK').length - 1;
  const request = `GET ${LIST} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n\r\n`;
  connection.write(request.repeat(3));
  await until(() => countAnswers() === 3);
  connection.write(request);
  await once(connection, 'end');
  assert.equal(countAnswers(), 4);
});
