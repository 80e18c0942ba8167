import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is started: a file for Node, and what it finds in its environment. */
export interface ServerSpec {
  readonly name: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What Node is told beside them. */
  readonly flags?: readonly string[];
}

/** A server in a process of its own. */
export interface RunningServer {
  readonly name: string;
  /** Where it takes GraphQL requests. */
  readonly url: string;
  /** From spawning it to its first good answer, in milliseconds. */
  readonly readyMs: number;
  /** The processor time that the process has used so far, in milliseconds. */
  cpuMs(): number;
  /** What the process holds in memory right now, in bytes. */
  rssBytes(): number;
  signal(name: NodeJS.Signals): void;
  /** Resolves once the process is gone. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 2;
const KILL_AFTER_MS = 5_000;

/** Starts a server and waits for its first good answer. Throws when it exits or stays silent. */
async function startServer({
  name,
  entry,
  environment,
  flags = [],
}: ServerSpec): Promise<RunningServer> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}/graphql`;
  const spawnedAt = performance.now();
  const child = spawn(process.execPath, [...flags, entry], {
    env: { PATH: process.env['PATH'], ...environment, NODE_ENV: 'production', PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await exited;
    clearTimeout(timer);
  };

  while (!(await isReady(url))) {
    if (child.exitCode !== null) {
      throw new Error(`${name} exited with code ${child.exitCode} before it answered`);
    }
    if (performance.now() - spawnedAt > READY_WITHIN_MS) {
      await stop();
      throw new Error(`${name} did not answer within ${READY_WITHIN_MS} ms`);
    }
    await sleep(ASK_EVERY_MS);
  }
  const readyMs = performance.now() - spawnedAt;
  return {
    name,
    url,
    readyMs,
    cpuMs: () => cpuMsOf(name, child.pid),
    rssBytes: () => rssBytesOf(name, child.pid),
    signal: (signal) => void child.kill(signal),
    stop,
  };
}

/** Runs work with a server, and stops the server whatever comes of it. */
export async function withServer<T>(
  spec: ServerSpec,
  work: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await startServer(spec);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Runs work with all servers at once, and stops those that started whatever comes of it. */
export async function withServers<T>(
  specs: readonly ServerSpec[],
  work: (servers: readonly RunningServer[]) => Promise<T>,
): Promise<T> {
  const servers: RunningServer[] = [];
  try {
    for (const spec of specs) servers.push(await startServer(spec));
    return await work(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('found no free port');
  return address.port;
}

/** Whether the simplest query is answered. Plain `node:http`: `fetch` is slow to start. */
function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(
      url,
      { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode === 200));
        response.once('error', () => resolve(false));
      },
    );
    asking.once('error', () => resolve(false));
    asking.end('{"query":"{__typename}"}');
  });
}

/** The kernel counts hundredths of a second. */
const MS_PER_TICK = 10;

function cpuMsOf(name: string, pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name comes before the last bracket and may hold spaces; see proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (Number.isNaN(ticks)) throw new Error(`the kernel does not say what ${name} used`);
  return ticks * MS_PER_TICK;
}

function rssBytesOf(name: string, pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`the kernel does not say what ${name} holds`);
  return Number(kibibytes) * 1024;
}
