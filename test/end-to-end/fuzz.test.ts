import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { createSchema } from '../../src/graphql/schema.ts';
import { atEnd } from '../support/at-end.ts';
import { randomRequest } from '../support/fuzz-requests.ts';
import type { RandomRequest } from '../support/fuzz-requests.ts';
import { Dice } from '../support/fuzz-values.ts';
import { createRandom } from '../support/random.ts';
import { PROTOCOL } from '../support/sockets.ts';
import { at, startWorld } from '../support/world.ts';

const REQUESTS = Number(process.env['REQUESTS'] ?? 2_000);
const SEED = Number(process.env['SEED'] ?? 1);

const AT_ONCE = 8;

/** What compiled code and warm caches may take beside what is kept for ever, which is nothing. */
const MOST_GROWTH_BYTES = 32 * 1_048_576;

interface Answered {
  /** 0 for a socket. */
  readonly status: number;
  readonly text: string;
}

test(`${REQUESTS} random requests are answered, and none of them with a failure inside`, async (t) => {
  const log: string[] = [];
  const onLog = (line: string): void => void (/"level":(?:50|60)/.test(line) && log.push(line));
  const world = await startWorld(t, {
    onLog,
    provider: { poll: { minInterval: '1h', maxInterval: '1h' } },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  atEnd(t, () => agent.destroy());
  const { url } = world.app;
  const schema = createSchema();
  const dice = new Dice(createRandom(SEED));
  const kinds = new Map<string, number>();
  const seen = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  let left = REQUESTS;
  let heapBytes = 0;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      if (left === Math.floor(REQUESTS / 2)) heapBytes = measureHeap();
      const asked = randomRequest(dice, schema);
      const { status, text } = await send(asked, { url, agent });
      assert.ok(status < 500 && !text.includes('INTERNAL_SERVER_ERROR'), describe(asked, text));
      dice.learn(text);
      seen(asked.way === 'http' ? `${asked.method} ${asked.path.split('?')[0]}` : 'socket');
      for (const code of new Set(text.match(/"code":"[A-Z_]+"/g))) seen(code);
      if (/"data":\{/.test(text)) seen('data');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  assert.deepEqual(log, []);
  const growth = measureHeap() - heapBytes;
  assert.ok(growth < MOST_GROWTH_BYTES, `the heap grew by ${growth} bytes in the second half`);
  assert.equal(at((await world.ask('{ __typename }')).data, '__typename'), 'Query');
  t.diagnostic(`heap ${growth} bytes; ${JSON.stringify(Object.fromEntries(kinds))}`);
  // Whoever is refused at once tries nothing.
  assert.ok((kinds.get('data') ?? 0) > REQUESTS / 10, JSON.stringify(Object.fromEntries(kinds)));
});

function describe({ method, path, headers, body }: RandomRequest, text: string): string {
  return `${method} ${path} ${JSON.stringify(headers)}\n${body}\n${text}`;
}

/** Bytes that are in use once nothing waits to be collected. */
function measureHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

interface Target {
  readonly url: string;
  readonly agent: Agent;
}

async function send(asked: RandomRequest, { url, agent }: Target): Promise<Answered> {
  if (asked.way === 'socket') return sendOverSocket(asked, url);
  const { method, path, headers, body } = asked;
  const isPost = method === 'POST';
  const sent = request(url + path, {
    method,
    agent,
    headers: { ...headers, ...(isPost && { 'content-length': Buffer.byteLength(body) }) },
  });
  sent.end(isPost ? body : undefined);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('there was no response');
  return { status: response.statusCode ?? 0, text: await readSome(response) };
}

/** All of an answer, or what comes first of one that may not end. */
async function readSome(response: IncomingMessage): Promise<string> {
  const isStream = /multipart|event-stream/.test(response.headers['content-type'] ?? '');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (isStream && /"data"|"errors"/.test(text)) break;
    // A subscription of which nothing comes for now.
    if (isStream && isAlone(text)) break;
  }
  response.destroy();
  return text;
}

function isAlone(text: string): boolean {
  return text === 'retry: 1000\n\n' || text === '\r\n--graphql';
}

/** What is said until another operation on the same socket is over, or the socket is. */
async function sendOverSocket({ body }: RandomRequest, url: string): Promise<Answered> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, PROTOCOL);
  socket.on('error', () => undefined);
  let text = '';
  const over = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.addEventListener('message', ({ data }) => {
      const message = typeof data === 'string' ? data : '';
      if (message.includes('"id":"end"') && message.includes('"complete"')) resolve();
      text += message;
    });
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await Promise.race([once(socket, 'message'), over]);
  socket.send(body);
  socket.send('{"id":"end","type":"subscribe","payload":{"query":"{ __typename }"}}');
  await over;
  socket.terminate();
  return { status: 0, text };
}
