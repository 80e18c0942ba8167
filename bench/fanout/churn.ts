import { setTimeout } from 'node:timers/promises';
import type { Usage } from './counts.ts';
import { withServerProcess } from './server-process.ts';
import { startWorker } from './worker.ts';

export interface Churn {
  readonly times: number;
  readonly before: Usage;
  readonly after: Usage;
}

const SOCKETS = 10;
const IMPORTS = 1_000;
const INIT_WITHIN_MS = 3_000;
/** So that everything that is made once is there before. */
const WARM_TIMES = 20_000;

/** Subscribes and leaves over and over, on sockets that stay open. */
export async function measureChurn(times: number): Promise<Churn> {
  const limits = { laggedAfterMs: 10_000, pingEveryMs: 12_000 };
  const spec = { name: 'this service', imports: IMPORTS, profiles: null, ...limits } as const;
  return withServerProcess(spec, async (server) => {
    const worker = startWorker({
      entry: 'churn-process.ts',
      settings: { url: server.url, sockets: SOCKETS, imports: IMPORTS },
    });
    try {
      await worker.next();
      await worker.order(Math.min(times, WARM_TIMES));
      // A socket that has just come is given so long to say who it is.
      await setTimeout(INIT_WITHIN_MS);
      const before = await server.usage();
      await worker.order(times);
      return { times, before, after: await server.usage() };
    } finally {
      await worker.stop();
    }
  });
}
