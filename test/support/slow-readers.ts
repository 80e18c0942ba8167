import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import type { RequestOptions } from 'node:http';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';
import { openReadySocket, subscribeMessage } from './sockets.ts';
import { at } from './world.ts';

export interface Reading {
  /** Of the server: `http://host:port`. */
  readonly url: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subscriber that can stop reading what it is sent, and go on. */
export interface SlowReader {
  /** The results that were read so far. */
  readonly results: readonly unknown[];
  /** Whether it was told that nothing more comes. */
  readonly isComplete: () => boolean;
  /** Whether its connection is gone. */
  readonly isGone: () => boolean;
  pause(): void;
  resume(): void;
}

export interface SlowReaderKind {
  readonly name: string;
  readonly open: (t: TestContext, reading: Reading) => Promise<SlowReader>;
}

const WEB_SOCKET: SlowReaderKind = {
  name: 'a socket',
  open: async (t, { url, query, variables }) => {
    const socket = await openReadySocket(t, url);
    let isGone = false;
    void socket.closed.then(() => {
      isGone = true;
    });
    socket.send(subscribeMessage('1', query, variables));
    return {
      get results() {
        return socket.payloads('1').filter((payload) => payload !== undefined);
      },
      isComplete: () => at(socket.messages.at(-1), 'type') === 'complete',
      isGone: () => isGone,
      pause: () => socket.webSocket.pause(),
      resume: () => socket.webSocket.resume(),
    };
  },
};

interface BodyFormat {
  readonly path: string;
  readonly accept: string;
  readonly delimiter: string;
  /** The result in a part of the body; null when it holds none. */
  readonly parse: (part: string) => unknown;
}

const EVENTS: BodyFormat = {
  path: '/graphql/stream',
  accept: 'text/event-stream',
  delimiter: '\n\n',
  parse: (part) => {
    const data = /^data: (.+)$/m.exec(part)?.[1];
    return data === undefined ? null : JSON.parse(data);
  },
};

const PARTS: BodyFormat = {
  path: '/graphql',
  accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0',
  delimiter: '\r\n--graphql',
  parse: (part) => {
    const body = part.split('\r\n\r\n')[1];
    return body === undefined ? null : (at(JSON.parse(body), 'payload') ?? null);
  },
};

export const SLOW_READERS: readonly SlowReaderKind[] = [
  WEB_SOCKET,
  { name: 'server-sent events', open: (t, reading) => openBody(t, reading, EVENTS) },
  { name: 'a body in parts', open: (t, reading) => openBody(t, reading, PARTS) },
];

async function openBody(
  t: TestContext,
  { url, query, variables }: Reading,
  { path, accept, delimiter, parse }: BodyFormat,
): Promise<SlowReader> {
  const response = await post(t, JSON.stringify({ query, variables }), {
    ...connectionOf(url),
    path,
    headers: { accept, 'content-type': 'application/json' },
  });
  const results: unknown[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (text + chunk).split(delimiter);
    text = parts.pop() ?? '';
    results.push(...parts.map(parse).filter((result) => result !== null));
  });
  let isGone = false;
  response
    .on('error', () => undefined)
    .once('close', () => {
      isGone = true;
    });
  return {
    results,
    isComplete: () => response.complete,
    isGone: () => isGone,
    pause: () => response.pause(),
    resume: () => response.resume(),
  };
}

async function post(
  t: TestContext,
  body: string,
  options: RequestOptions,
): Promise<IncomingMessage> {
  const asked = request({ ...options, method: 'POST', agent: false });
  atEnd(t, () => void asked.destroy());
  asked.end(body);
  const [response] = await once(asked, 'response');
  asked.on('error', () => undefined);
  if (response instanceof IncomingMessage) return response;
  throw new Error('no response came');
}

function connectionOf(url: string): RequestOptions {
  const { hostname, port } = new URL(url);
  return { hostname, port };
}
