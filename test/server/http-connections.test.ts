import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { HttpConnections } from '../../src/server/http-connections.ts';
import { atEnd } from '../support/at-end.ts';
import { until } from '../support/world.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Stage {
  readonly open: () => Promise<Client>;
  /** Takes no more connections, and closes those that there are. */
  readonly close: () => Promise<void>;
  /** Waits for nothing any longer. */
  readonly cutOff: () => void;
}

interface Client {
  readonly socket: Socket;
  /** What it was sent so far. */
  readonly received: () => string;
  /** Why its connection is over: `end`, or the code of an error; null while it is not. */
  readonly over: () => string | null;
}

async function stage(t: TestContext, handler: Handler): Promise<Stage> {
  const server = createServer(handler);
  const connections = new HttpConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const cutOff = new AbortController();
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await connections.stopListening();
    await connections.close(cutOff.signal);
  };
  atEnd(t, () => {
    cutOff.abort();
    return (closing ??= close());
  });
  return {
    open: async () => {
      const socket = connect(address.port, '127.0.0.1');
      atEnd(t, () => void socket.destroy());
      await once(socket, 'connect');
      let received = '';
      let over: string | null = null;
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
      });
      socket.on('end', () => {
        over ??= 'end';
      });
      socket.on('error', (error) => {
        over ??= 'code' in error ? String(error.code) : error.message;
      });
      return { socket, received: () => received, over: () => over };
    },
    close: () => (closing ??= close()),
    cutOff: () => cutOff.abort(),
  };
}

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const answer: Handler = (_request, response) => void response.end('answered');

function isAnswered({ received }: Client): boolean {
  return received().endsWith('answered');
}

function isAnsweredTwice({ received }: Client): boolean {
  return received().split('answered').length === 3;
}

test('what has come is answered, over connections that are used, are new, or only begin to ask', async (t) => {
  const { open, close } = await stage(t, answer);
  const used = await openMany(open);
  for (const { socket } of used) socket.write(GET);
  await until(() => used.every(isAnswered));
  const fresh = await openMany(open);
  const begun = await openMany(open);
  for (const { socket } of begun) socket.write(GET.slice(0, 20));

  const closed = close();
  for (const { socket } of [...used, ...fresh]) socket.write(GET);
  await until(() => used.every(isAnsweredTwice) && fresh.every(isAnswered));
  for (const { socket } of begun) socket.write(GET.slice(20));
  await until(() => begun.every(isAnswered));
  await closed;
  await until(() => [...used, ...fresh, ...begun].every(({ over }) => over() === 'end'));
});

test('requests that were sent one behind the other are all answered', async (t) => {
  const waiting: ServerResponse[] = [];
  const { open, close } = await stage(t, (_request, response) => void waiting.push(response));
  const client = await open();
  client.socket.write(GET + GET + GET);
  await until(() => waiting.length === 3);
  const closed = close();
  for (const response of waiting.toReversed()) response.end('answered');
  await closed;
  await until(() => client.over() === 'end');
  assert.equal(client.received().split('answered').length, 4);
});

/** More than the sockets of both sides hold. */
const LARGE = 'x'.repeat(50_000_000);

test('an answer is sent to its end, however slowly it is taken', async (t) => {
  const handedOver = Promise.withResolvers<void>();
  const { open, close } = await stage(t, (_request, response) => {
    response.end(LARGE);
    handedOver.resolve();
  });
  const client = await open();
  client.socket.pause();
  client.socket.write(GET);
  await handedOver.promise;
  const closed = close();
  client.socket.resume();
  await closed;
  await until(() => client.over() === 'end');
  assert.ok(client.received().length > LARGE.length);
});

test('nobody who connects any more is let in, and who is idle is not waited for', async (t) => {
  const { open, close } = await stage(t, answer);
  const idle = await open();
  idle.socket.write(GET);
  await until(() => isAnswered(idle));
  const silent = await open();
  await close();
  await until(() => idle.over() === 'end' && silent.over() === 'end');
  await assert.rejects(open, { code: 'ECONNREFUSED' });
});

for (const [name, handler, request] of [
  ['whose body never comes', () => undefined, `POST${GET.slice(3, -2)}content-length: 5\r\n\r\n12`],
  ['that is never whole', () => undefined, GET.slice(0, 30)],
  ['that is never answered', () => undefined, GET],
  ['whose answer is never taken', (_request, response) => void response.end(LARGE), GET],
  [
    'whose answer never ends',
    (_request, response) => void response.writeHead(200).write('answered'),
    GET.replace('1.1', '1.0'),
  ],
] satisfies (readonly [string, Handler, string])[]) {
  test(`a request ${name} is cut off in the end, and sees it`, async (t) => {
    let came = 0;
    const { open, close, cutOff } = await stage(t, (incoming, response) => {
      came += 1;
      handler(incoming, response);
    });
    const client = await open();
    client.socket.pause();
    client.socket.write(request);
    // Its neighbour is there to see that the server has read.
    const neighbour = await open();
    neighbour.socket.write(GET);
    await until(() => came >= 1);
    const closed = close();
    cutOff();
    await closed;
    client.socket.resume();
    await until(() => client.over() !== null);
    assert.equal(client.over(), 'ECONNRESET');
  });
}

const MANY = 50;

function openMany(open: () => Promise<Client>): Promise<readonly Client[]> {
  return Promise.all(Array.from({ length: MANY }, open));
}
