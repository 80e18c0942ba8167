import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { RunningServer } from '../child.ts';
import { isSettled, takeLoopDelay, track } from './service.ts';
import type { Vendor } from './vendor-process.ts';

export interface Load {
  readonly rows: number;
  readonly failedRows: number;
}

export interface Capture {
  readonly externalId: string;
  readonly rowsPerSecond: number;
  /** Processor time of the service, in microseconds. */
  readonly cpuMicrosPerRow: number;
  /** Over what it held before, in bytes. */
  readonly peakBytes: number;
  readonly longestStallMs: number;
}

const SETTLE_MS = 500;
const SAMPLE_EVERY_MS = 10;
const ASK_EVERY_SAMPLES = 5;

/** Has the service capture a load that is over already. */
export async function measureCapture(
  service: RunningServer,
  vendor: Vendor,
  { load, folder }: { readonly load: Load; readonly folder: string },
): Promise<Capture> {
  const externalId = await vendor.start(load);
  await sleep(SETTLE_MS);
  const idleBytes = service.rssBytes();
  const idleCpuMs = service.cpuMs();
  await takeLoopDelay(service, folder);
  const startedAt = performance.now();
  await track(service, externalId);
  let peakBytes = idleBytes;
  for (let samples = 1; ; samples += 1) {
    peakBytes = Math.max(peakBytes, service.rssBytes());
    if (samples % ASK_EVERY_SAMPLES === 0) {
      if (await isSettled(service, externalId, load.failedRows)) break;
    }
    await sleep(SAMPLE_EVERY_MS);
  }
  const tookMs = performance.now() - startedAt;
  const { maxMs } = await takeLoopDelay(service, folder);
  return {
    externalId,
    rowsPerSecond: (load.rows / tookMs) * 1_000,
    cpuMicrosPerRow: ((service.cpuMs() - idleCpuMs) / load.rows) * 1_000,
    peakBytes: peakBytes - idleBytes,
    longestStallMs: maxMs,
  };
}

const BARE = fileURLToPath(new URL('./bare.ts', import.meta.url));
const Bare = z.object({ rowsPerSecond: z.number() });

/** The same rows by bare prepared statements, in a process of its own; rows a second. */
export async function measureBare({ rows, failedRows }: Load, folder: string): Promise<number> {
  const args = [BARE, join(folder, 'bare.db'), String(rows), String(failedRows)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Bare.parse(JSON.parse(stdout)).rowsPerSecond;
}
