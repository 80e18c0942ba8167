import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Callback } from '../../src/server/callback-message.ts';
import { atEnd } from './at-end.ts';
import { bearer } from './callers.ts';
import { at, until } from './world.ts';

/** One request that was posted to the router. */
export interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly action: string;
}

/** How a post is answered. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<string>;
}

export interface Asking {
  /** Of the server: `http://host:port`. */
  readonly url: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly id?: string;
  readonly verifier?: string;
  readonly heartbeatIntervalMs?: number;
  /** What a test has it say instead, beside the operation. */
  readonly extensions?: unknown;
  readonly accept?: string;
}

/** A subscription as the router has it. */
export interface RouterSubscription {
  readonly id: string;
  readonly verifier: string;
  /** How the server answered the operation itself. */
  readonly response: Response;
  /** What it answered, as JSON. */
  readonly answer: unknown;
  /** The results that the router took, in order. */
  readonly results: readonly unknown[];
  readonly checks: () => number;
  /** The last message, when it has come. */
  readonly complete: () => unknown;
  /** The router wants no more of it. */
  end(): void;
}

/**
 * The router's side of the callback protocol, as Apollo Router and Hive Router do it. It is stricter
 * than either: what one of them refuses, it refuses.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol
 */
export interface CallbackRouter {
  /** Where results are posted. */
  readonly url: string;
  /** Everything that was posted, however it was answered. */
  readonly posts: readonly Post[];
  /** Sockets that are open to it. */
  readonly sockets: () => number;
  /** How many were opened so far. */
  readonly opened: () => number;
  /** Answers posts as a test has it; null for as usual. */
  intercept(decide: Decide): void;
  subscribe(asking: Asking): Promise<RouterSubscription>;
  /** It is gone, and all its sockets with it. */
  stop(): Promise<void>;
}

const ACCEPT = 'application/json, application/json;callbackSpec=1.0';
const PROTOCOL = 'callback/1.0';

interface Kept {
  readonly verifier: string;
  readonly results: unknown[];
  checks: number;
  complete: unknown;
}

type Decide = (post: Post) => Answer | null | Promise<Answer | null>;

const asUsual: Decide = () => null;

/** A subscription of a router's, for what asks the router of none. */
export function callbackAt(url: string, id = 'a'): Callback {
  return { url: new URL(url), id, verifier: 'XXX', heartbeatIntervalMs: 0 };
}

/** Starts a router that is gone when the test ends. */
export async function startRouter(t: TestContext): Promise<CallbackRouter> {
  const kept = new Map<string, Kept>();
  const posts: Post[] = [];
  let decide = asUsual;
  const server = createServer((request, response) => {
    void read(request).then(async (post) => {
      posts.push(post);
      send(response, (await decide(post)) ?? take(post, kept));
    });
  });
  let sockets = 0;
  let opened = 0;
  server.on('connection', (socket) => {
    sockets += 1;
    opened += 1;
    socket.once('close', () => {
      sockets -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  const url = `http://127.0.0.1:${address.port}/callback`;
  let made = 0;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await until(() => sockets === 0);
  };
  atEnd(t, stop);
  return {
    url,
    posts,
    sockets: () => sockets,
    opened: () => opened,
    intercept: (next) => {
      decide = next;
    },
    subscribe: async (asking) => {
      made += 1;
      const { id = `subscription-${made}`, verifier = `verifier of ${id}` } = asking;
      const own: Kept = { verifier, results: [], checks: 0, complete: null };
      kept.set(id, own);
      const response = await ask(asking, {
        callbackUrl: `${url}/${id}`,
        subscriptionId: id,
        verifier,
        heartbeatIntervalMs: asking.heartbeatIntervalMs ?? 0,
      });
      return {
        id,
        verifier,
        response,
        answer: await response.json(),
        results: own.results,
        checks: () => own.checks,
        complete: () => own.complete,
        end: () => void kept.delete(id),
      };
    },
    stop,
  };
}

/** Asks for a subscription as Apollo Router does. */
function ask({ url, token, ...asking }: Asking, subscription: unknown): Promise<Response> {
  const { query, variables = {}, extensions = { subscription } } = asking;
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: asking.accept ?? ACCEPT,
      ...bearer(token ?? null),
    },
    body: JSON.stringify({ query, variables, extensions }),
  });
}

async function read(request: IncomingMessage): Promise<Post> {
  const body = await text(request);
  return {
    path: `${request.method} ${request.url}`,
    headers: request.headers,
    text: body,
    action: String(at(JSON.parse(body), 'action')),
  };
}

function take({ path, headers, text: body }: Post, kept: Map<string, Kept>): Answer {
  const message: unknown = JSON.parse(body);
  const id = String(at(message, 'id'));
  if (headers['subscription-protocol'] !== PROTOCOL) return { status: 400 };
  if (headers['content-type'] !== 'application/json') return { status: 400 };
  if (at(message, 'kind') !== 'subscription') return { status: 400 };
  if (path !== `POST /callback/${id}`) return { status: 400 };
  const own = kept.get(id);
  if (own === undefined) return { status: 404, body: 'subscription does not exist' };
  if (at(message, 'verifier') !== own.verifier) return { status: 401 };
  switch (at(message, 'action')) {
    case 'check':
      own.checks += 1;
      return { status: 204, headers: { 'subscription-protocol': PROTOCOL } };
    case 'next':
      own.results.push(at(message, 'payload'));
      return { status: 200 };
    case 'complete':
      own.complete = message;
      kept.delete(id);
      return { status: 202 };
    default:
      return { status: 400 };
  }
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  response.writeHead(status, headers);
  if (typeof body === 'string') response.end(body);
  else pipeline(body, response).catch(() => response.destroy());
}
