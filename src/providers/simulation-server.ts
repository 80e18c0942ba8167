import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { answerControl, CONTROL_PATH } from './scenario-control.ts';
import type { ScenarioSwitch } from './scenario-control.ts';
import type {
  Scenario,
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
} from './simulation.ts';

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

/**
 * Puts a simulator on a port of 127.0.0.1, so that a real client can talk real HTTP to it. People
 * change its scenario with `PUT /-/scenario`.
 */
export async function serveSimulator(
  simulator: Simulator,
  { port }: ServeOptions,
): Promise<SimulatedVendor> {
  const requests: string[] = [];
  const control: ScenarioSwitch = { scenario: 'healthy' };
  const server = createServer((incoming, outgoing) => {
    const isControl = incoming.url === CONTROL_PATH;
    if (!isControl) requests.push(`${incoming.method} ${incoming.url}`);
    const work = isControl
      ? respondToControl(control, incoming, outgoing)
      : respond(simulator, control.scenario, incoming, outgoing);
    work.catch((error: unknown) => {
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
    setScenario: (scenario) => {
      control.scenario = scenario;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respondToControl(
  control: ScenarioSwitch,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  await send(answerControl(await readRequest(incoming), control), outgoing);
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
  if (scenario === 'huge') return send({ ...answer, status: 200, body: endlessSpace() }, outgoing);
  if (scenario === 'malformed') return send({ ...answer, body: cutOff(answer.body) }, outgoing);
  await send(answer, outgoing);
}

/** Sends an answer as fast as the client takes it. One who hangs up has heard enough. */
async function send({ status, headers, body }: SimulatedAnswer, to: ServerResponse): Promise<void> {
  to.writeHead(status, headers);
  if (typeof body === 'string') {
    to.end(body);
    return;
  }
  try {
    await pipeline(inTurns(body), to);
  } catch (error) {
    if (!isHangUp(error)) throw error;
  }
}

/** One piece per turn of the event loop: whoever asks may live in this process, too. */
async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}

const HANG_UPS: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'];

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && HANG_UPS.includes(error.code);
}

/** White space without end: no parser finds fault with it, only a limit on size ends it. */
function* endlessSpace(): Generator<string> {
  const chunk = ' '.repeat(64 * 1024);
  for (;;) yield chunk;
}

const MOST_PIECES_OF_MALFORMED = 20;

/** A body that ends too early, in good order: only what is in it shows that something is missing. */
function cutOff(body: SimulatedAnswer['body']): SimulatedAnswer['body'] {
  return typeof body === 'string' ? body.slice(0, body.length / 2) : withoutEnd(body);
}

function* withoutEnd(pieces: Iterable<string>): Generator<string> {
  let held: string | null = null;
  let sent = 0;
  for (const piece of pieces) {
    if (held !== null) {
      yield held;
      sent += 1;
    }
    if (sent === MOST_PIECES_OF_MALFORMED) return;
    held = piece;
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
