import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { RunningServer } from '../child.ts';
import { median } from '../median.ts';
import type { Operation } from '../operation.ts';

const GENERATOR = fileURLToPath(new URL('../peers/load.js', import.meta.url));

export const CONNECTIONS = 32;

export interface Effort {
  /** How often every server has its turn. */
  readonly rounds: number;
  /** How long a turn takes. */
  readonly seconds: number;
}

const Load = z.object({
  requests: z.number(),
  requestsPerSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  failures: z.number(),
});

/** What a server did under load. */
export interface Throughput {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server for one request. Unlike the rest it bears a busy machine. */
  readonly cpuMicros: number;
}

/**
 * Loads one server at a time, in turns, so that whatever else the machine does meets all alike.
 * Answers each server's medians over the rounds, in the order of the servers.
 */
export async function measureThroughput(
  servers: readonly RunningServer[],
  operation: Operation,
  { rounds, seconds }: Effort,
): Promise<readonly Throughput[]> {
  const body = JSON.stringify(operation);
  for (const server of servers) await load({ server, body, seconds });
  const turns = servers.map((server) => ({ server, loads: new Array<Throughput>() }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { server, loads } of turns) loads.push(await load({ server, body, seconds }));
  }
  return turns.map(({ loads }) => ({
    requestsPerSecond: median(loads.map((one) => one.requestsPerSecond)),
    p50Ms: median(loads.map((one) => one.p50Ms)),
    p99Ms: median(loads.map((one) => one.p99Ms)),
    cpuMicros: median(loads.map((one) => one.cpuMicros)),
  }));
}

interface LoadInput {
  readonly server: RunningServer;
  readonly body: string;
  readonly seconds: number;
}

/** Throws when a single request fails: a server that refuses is fast. */
async function load({ server, body, seconds }: LoadInput): Promise<Throughput> {
  const input = JSON.stringify({ url: server.url, body, connections: CONNECTIONS, seconds });
  const usedBefore = server.cpuMs();
  const generator = spawn(process.execPath, [GENERATOR, input], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [output, [code]] = await Promise.all([text(generator.stdout), once(generator, 'exit')]);
  if (code !== 0) throw new Error(`the load generator exited with code ${code}`);
  const { failures, requests, ...throughput } = Load.parse(JSON.parse(output));
  if (failures > 0) throw new Error(`${server.name} failed ${failures} requests under load`);
  return { ...throughput, cpuMicros: ((server.cpuMs() - usedBefore) * 1_000) / requests };
}
