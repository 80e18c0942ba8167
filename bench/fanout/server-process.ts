import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Usage } from './counts.ts';
import type { Settings } from './parts.ts';
import type { Sample, ServerOrder } from './serve-orders.ts';
import { startWorker } from './worker.ts';

export const SERVERS = {
  'this service': 'service-server.ts',
  'bare ws': 'bare-server.ts',
  'stock graphql-ws': 'stock-server.ts',
} as const;

export type ServerName = keyof typeof SERVERS;

/** A server in a process of its own, and the orders that it takes. */
export interface ServerProcess {
  readonly url: string;
  prepare(sample: Sample): Promise<void>;
  /** Answers when it was committed, by the clock of all processes. */
  change(index: number): Promise<number>;
  pass(count: number, imports: number): Promise<void>;
  /** What it has used so far: all its threads, and the kernel for it. */
  cpuMs(): Promise<number>;
  /** What it holds once garbage is gone. */
  usage(): Promise<Usage>;
}

export interface ServerSpec extends Omit<Settings, 'folder'> {
  readonly name: ServerName;
  /** Where a profile of its processor time goes; null for none. */
  readonly profiles: string | null;
}

/** Runs work with a server on a new store, and stops it whatever comes of it. */
export async function withServerProcess<T>(
  { name, profiles, ...settings }: ServerSpec,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
  const profiling = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const worker = startWorker({
    entry: SERVERS[name],
    settings: { ...settings, folder },
    flags: ['--expose-gc', ...profiling],
  });
  const order = (given: ServerOrder): Promise<unknown> => worker.order(given);
  try {
    return await work({
      url: z.string().parse(await worker.next()),
      prepare: async (sample) => void (await order({ kind: 'prepare', sample })),
      change: async (index) => z.number().parse(await order({ kind: 'change', index })),
      pass: async (count, imports) => void (await order({ kind: 'pass', count, imports })),
      cpuMs: async () => z.number().parse(await order({ kind: 'cpu' })),
      usage: async () => Usage.parse(await order({ kind: 'usage' })),
    });
  } finally {
    await worker.stop();
    rmSync(folder, { recursive: true });
  }
}
