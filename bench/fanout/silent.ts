import type { Usage } from './counts.ts';
import { listOfImports } from './modes.ts';
import { withServerProcess } from './server-process.ts';
import { Subscribers } from './subscribers.ts';

/** What a subscriber that stops reading costs while many changes pass. */
export interface Silence {
  readonly changes: number;
  /** How many messages one that reads got meanwhile. */
  readonly read: number;
  /** After as many changes without it. */
  readonly without: Usage;
  readonly with: Usage;
  /** Once it is gone. */
  readonly gone: Usage;
}

const IMPORTS = 1_000;
const HOUR_MS = 3_600_000;

export async function measureSilence(changes: number): Promise<Silence> {
  // One that neither reads nor answers is let go long before; here it is to stay.
  const limits = { laggedAfterMs: HOUR_MS, pingEveryMs: HOUR_MS };
  const spec = { name: 'this service', imports: IMPORTS, profiles: null, ...limits } as const;
  return withServerProcess(spec, async (server) => {
    const mode = listOfImports(IMPORTS, 'label');
    const one = { url: server.url, mode, states: mode.states, count: 1, isSayingWhen: false };
    const reader = await Subscribers.open(one);
    const silent = await Subscribers.open(one);
    try {
      await server.pass(changes, IMPORTS);
      const without = await server.usage();
      await silent.pause();
      const readBefore = await reader.count();
      await server.pass(changes, IMPORTS);
      const during = await server.usage();
      const read = (await reader.count()) - readBefore;
      await silent.stop();
      return { changes, read, without, with: during, gone: await server.usage() };
    } finally {
      await Promise.all([reader.stop(), silent.stop()]);
    }
  });
}
