import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Scenario, SimulatedLoad, SimulatedRequest, Simulator } from './simulation.ts';

/** A simulator that listens on loopback. */
export interface SimulatedVendor {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Every request so far, oldest first, as `METHOD /path`. */
  readonly requests: readonly string[];
  start(load: SimulatedLoad): string;
  setScenario(scenario: Scenario): void;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 0 for any free port. */
  readonly port: number;
}

/** Puts a simulator on a port of 127.0.0.1, so that a real client can talk real HTTP to it. */
export async function serveSimulator(
  simulator: Simulator,
  { port }: ServeOptions,
): Promise<SimulatedVendor> {
  const requests: string[] = [];
  let scenario: Scenario = 'healthy';
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    respond(simulator, scenario, incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    start: (load) => simulator.start(load),
    setScenario: (next) => {
      scenario = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  simulator: Simulator,
  scenario: Scenario,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  if (scenario === 'slow') return; // Never answers; the client gives up first.
  if (scenario === 'outage') {
    // A captured gateway answer: https://github.com/collibra/chip, evals/solvers/seed.py
    outgoing.writeHead(503, { 'content-type': 'text/plain' }).end('no healthy upstream');
    return;
  }
  const isVendors = scenario !== 'malformed' && scenario !== 'huge';
  const answer = simulator.answer(request, isVendors ? scenario : 'healthy');
  if (scenario === 'huge') {
    outgoing.writeHead(200, answer.headers);
    await writeForever(outgoing);
    return;
  }
  outgoing.writeHead(answer.status, answer.headers);
  outgoing.end(
    scenario === 'malformed' ? answer.body.slice(0, answer.body.length / 2) : answer.body,
  );
}

/** White space without end: no parser finds fault with it, only a limit on size ends it. */
function* endlessSpace(): Generator<string> {
  const chunk = ' '.repeat(64 * 1024);
  for (;;) yield chunk;
}

async function writeForever(outgoing: ServerResponse): Promise<void> {
  try {
    await pipeline(Readable.from(endlessSpace()), outgoing);
  } catch (error) {
    // The client hung up, as it should.
    if (!outgoing.destroyed) throw error;
  }
}

async function readRequest(incoming: IncomingMessage): Promise<SimulatedRequest> {
  incoming.setEncoding('utf8');
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers[name] = value;
  }
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`),
    headers,
    body,
  };
}
