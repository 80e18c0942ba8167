import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { SimulatedVendor } from '../../src/providers/simulation-server.ts';
import { fleetConfig, startFleet } from '../../src/simulated-fleet.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';

export interface WorldOptions {
  readonly clock?: Clock;
  /** Absent: one of every vendor, as it is. */
  readonly fleet?: SimulatedFleet;
  /** Keys of the configuration beside the providers. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** Keys that every provider gets. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** Lines of the log, as they are written. */
  readonly onLog?: (line: string) => void;
}

type Variables = Readonly<Record<string, unknown>>;

/** The service on its own store, with every vendor simulated. */
export interface World {
  readonly app: App;
  readonly fleet: SimulatedFleet;
  vendor(kind: string): SimulatedVendor;
  /** Runs an operation over HTTP. */
  ask(query: string, variables?: Variables): Promise<Answer>;
  /** Runs a subscription over WebSocket, with the client that others wrote. */
  follow(query: string, variables?: Variables): AsyncIterableIterator<Answer>;
}

export interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

interface AnswerError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Starts a world that is gone when the test ends. */
export async function startWorld(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const { clock = SYSTEM_CLOCK, onLog } = options;
  const fleet = options.fleet ?? (await startFleet({ now: () => clock.now(), firstPort: 0 }));
  t.after(() => fleet.close());
  const text = fleetConfig(fleet, {
    store: { url: 'sqlite::memory:' },
    port: 0,
    ...options.service,
    // A clock that stands still lets nobody go after a while.
    live: Object.assign(
      { drainFor: options.clock === undefined ? '100ms' : '0s' },
      options.service?.['live'],
    ),
  });
  const config = parseConfig({
    name: 'test',
    text: withKeys(text, options.provider),
    environment: {},
  });
  const logger = pino({ level: onLog ? 'trace' : 'silent' }, { write: onLog ?? (() => undefined) });
  const app = await startApp(config, { clock, random: () => 0.5, fetch: globalThis.fetch, logger });
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await app.stop();
  };
  t.after(stop);
  const sockets = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  t.after(() => sockets.dispose());

  return {
    app: { url: app.url, stop },
    fleet,
    vendor: (kind) => {
      const member = fleet.members.find(({ provider }) => provider.kind === kind);
      if (member === undefined) throw new Error(`no simulated vendor ${kind}`);
      return member.vendor;
    },
    ask: (query, variables) => ask(app.url, query, variables),
    follow: (query, variables = {}) => answersOf(sockets.iterate({ query, variables })),
  };
}

/** Runs an operation over HTTP at a server. */
export async function ask(url: string, query: string, variables: Variables = {}): Promise<Answer> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data = null, errors = [] } = await answer.json();
  return { data, errors };
}

async function* answersOf(
  results: AsyncIterableIterator<{ data?: unknown; errors?: unknown }>,
): AsyncIterableIterator<Answer> {
  for await (const { data = null, errors } of results) {
    yield { data, errors: JSON.parse(JSON.stringify(errors ?? [])) };
  }
}

function withKeys(text: string, keys: Variables = {}): string {
  const config = JSON.parse(text);
  for (const provider of config.providers) Object.assign(provider, keys);
  return JSON.stringify(config);
}

/** What stands at a path such as `imports.nodes.0.id`; undefined when nothing does. */
export function at(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/** Long enough for anything a test waits for, and short of the runner's own patience. */
const PATIENCE_MS = 30_000;

/** Waits until something is so, letting sockets and promises do their work in between. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('what was waited for never came');
    await setImmediate();
  }
}

/** The next thing from a stream; throws when it has ended. */
export async function next<T>(stream: AsyncIterator<T>): Promise<T> {
  const result = await stream.next();
  if (result.done === true) throw new Error('the stream ended too early');
  return result.value;
}
