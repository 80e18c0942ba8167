import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { withServer } from '../child.ts';
import type { ServerSpec } from '../child.ts';
import { median } from '../median.ts';
import type { Operation } from '../operation.ts';

/** How long a server that has answered is left alone before its memory is read. */
const SETTLE_MS = 500;

/** What starting a server takes. */
export interface Start {
  readonly medianMs: number;
  readonly bestMs: number;
  /** Held after the first query, in bytes. */
  readonly rssBytes: number;
}

/** Starts and stops servers in turns. Answers each one's start, in the order of the specs. */
export async function measureStarts(
  specs: readonly ServerSpec[],
  operation: Operation,
  count: number,
): Promise<readonly Start[]> {
  const turns = specs.map((spec) => ({
    spec,
    readyMs: new Array<number>(),
    rssBytes: new Array<number>(),
  }));
  // The first start warms the disk.
  for (const spec of specs) await withServer(spec, async () => undefined);
  for (let round = 0; round < count; round += 1) {
    for (const { spec, readyMs, rssBytes } of turns) {
      await withServer(spec, async (server) => {
        readyMs.push(server.readyMs);
        await ask(server, operation);
        await sleep(SETTLE_MS);
        rssBytes.push(server.rssBytes());
      });
    }
  }
  return turns.map(({ readyMs, rssBytes }) => ({
    medianMs: median(readyMs),
    bestMs: Math.min(...readyMs),
    rssBytes: median(rssBytes),
  }));
}
