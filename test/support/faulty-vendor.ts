import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
} from '../../src/providers/simulation.ts';
import { atEnd } from './at-end.ts';
import type { FaultVendor } from './fault-vendors.ts';
import { UNTRUSTED_CERTIFICATE, UNTRUSTED_KEY } from './untrusted-certificate.ts';

/** Where a vendor's name may lead instead of to the vendor. */
export type Place = 'refusing' | 'nameless' | 'untrusted' | 'without TLS';

/** What goes wrong between a vendor and us. */
export type Mechanism =
  | { readonly kind: 'elsewhere'; readonly place: Place }
  /** Another answer than the vendor's. */
  | { readonly kind: 'answer'; readonly change: (exchange: Exchange) => SimulatedAnswer }
  /** The vendor's answer, on a connection that fails. */
  | {
      readonly kind: 'connection';
      readonly fail: (answer: WholeAnswer, response: ServerResponse) => void;
      /** The fault is that it takes too long. */
      readonly isSlow: boolean;
    };

export interface WholeAnswer extends SimulatedAnswer {
  readonly body: string;
}

/** A request, and what the vendor would answer. */
export interface Exchange {
  readonly vendor: FaultVendor;
  readonly answer: WholeAnswer;
  /** What the vendor answered to the first requests for the same path, oldest first. */
  readonly earlier: readonly WholeAnswer[];
  /** What it would answer if it had forgotten every import. */
  readonly askWhenExpired: () => WholeAnswer;
  /** What it would answer about an import that has ended well. */
  readonly askAboutAnother: () => WholeAnswer;
  /** By the vendor's clock. */
  readonly now: number;
}

export interface FaultyVendor {
  readonly url: string;
  /** Every request that arrived, wherever it was led, as `METHOD /path`. */
  readonly requests: readonly string[];
  /** Node's own, led to wherever the vendor's name leads. */
  readonly fetch: typeof fetch;
  /** Starts the load that requests are about. */
  start(load: SimulatedLoad): string;
  /** Has it fail in this way from now on; null: not any more. */
  fail(mechanism: Mechanism | null): Promise<void>;
  /** Whether answers take too long now. */
  isSlow(): boolean;
  /** Ends all connections. */
  hangUp(): void;
}

/** A vendor imitated on a port of its own, gone when the test ends. */
export async function serveFaulty(
  t: TestContext,
  vendor: FaultVendor,
  now: () => number,
): Promise<FaultyVendor> {
  const simulator = vendor.provider.simulate({ now, seed: 1 });
  const requests: string[] = [];
  const earlier = new Map<string, WholeAnswer[]>();
  let mechanism: Mechanism | null = null;
  let elsewhere: string | null = null;
  let started = '';

  function exchangeOf(request: SimulatedRequest): Exchange {
    const answer = whole(simulator.answer(request, 'healthy'));
    const path = `${request.method} ${request.url.pathname}`;
    const kept = earlier.get(path) ?? [];
    if (mechanism === null) earlier.set(path, [...kept, answer]);
    return {
      vendor,
      answer,
      earlier: kept,
      askWhenExpired: () => whole(simulator.answer(request, 'expired')),
      askAboutAnother: () => {
        const other = simulator.start({ ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 0 });
        return whole(simulator.answer(aboutAnother(request, started, other), 'healthy'));
      },
      now: now(),
    };
  }

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${incoming.method} ${incoming.url}`);
    const request = await readRequest(incoming);
    const exchange = exchangeOf(request);
    if (mechanism === null) return send(exchange.answer, response);
    if (!vendor.isFailing(request.url.pathname)) {
      return send(vendor.meanwhile ?? exchange.answer, response);
    }
    if (mechanism.kind === 'connection') return mechanism.fail(exchange.answer, response);
    return send(
      mechanism.kind === 'answer' ? mechanism.change(exchange) : exchange.answer,
      response,
    );
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    respond(incoming, response).catch((error: unknown) => response.destroy(errorOf(error)));
  };
  const server = createServer(listener);
  const port = await listen(t, server);
  atEnd(t, () => server.closeAllConnections());
  const url = `http://127.0.0.1:${port}`;

  const places: Readonly<Record<Place, () => Promise<string>>> = {
    refusing: async () => `http://127.0.0.1:${await holdPort(t, port)}`,
    // No resolver can be asked for a label of more than 63 letters.
    nameless: async () => `http://${'a'.repeat(64)}.invalid`,
    untrusted: async () => {
      const tls = createTlsServer({ cert: UNTRUSTED_CERTIFICATE, key: UNTRUSTED_KEY }, listener);
      return `https://127.0.0.1:${await listen(t, tls)}`;
    },
    'without TLS': async () => `https://127.0.0.1:${port}`,
  };

  return {
    url,
    requests,
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      const isLedAway = elsewhere !== null && vendor.isFailing(pathname);
      return fetch(isLedAway ? `${elsewhere}${pathname}${search}` : input, init);
    },
    start: (load) => {
      const id = simulator.start(load);
      started = id;
      return id;
    },
    fail: async (next) => {
      elsewhere = next?.kind === 'elsewhere' ? await places[next.place]() : null;
      mechanism = next;
    },
    isSlow: () => mechanism?.kind === 'connection' && mechanism.isSlow,
    hangUp: () => server.closeAllConnections(),
  };
}

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => void server.close());
  return portOf(server.address());
}

/** A port of a client's: nobody listens there, and nobody else can while it is held. */
async function holdPort(t: TestContext, port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  atEnd(t, () => void socket.destroy());
  return portOf(socket.address());
}

function portOf(address: AddressInfo | {} | string | null): number {
  if (address === null || typeof address === 'string' || !('port' in address)) {
    throw new Error('no TCP address');
  }
  return address.port;
}

async function readRequest(incoming: IncomingMessage): Promise<SimulatedRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers[name] = value;
  }
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', `http://${incoming.headers.host}`),
    headers,
    body: await text(incoming),
  };
}

function aboutAnother(request: SimulatedRequest, id: string, other: string): SimulatedRequest {
  const { url, body } = request;
  return {
    ...request,
    url: new URL(url.href.replace(id, other)),
    body: body.replaceAll(id, other),
  };
}

function whole(answer: SimulatedAnswer): WholeAnswer {
  return { ...answer, body: textOf(answer) };
}

function textOf({ body }: SimulatedAnswer): string {
  return typeof body === 'string' ? body : Array.from(body).join('');
}

function send(answer: SimulatedAnswer, response: ServerResponse): void {
  const { status, headers } = answer;
  const bytes = Buffer.from(textOf(answer));
  response.writeHead(status, { 'content-length': bytes.byteLength, ...headers }).end(bytes);
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
