import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { ask } from '../ask.ts';
import { withServer } from '../child.ts';
import type { RunningServer } from '../child.ts';
import { PROVIDER_ID } from './imports.ts';
import { startWorker } from './worker.ts';
import type { Worker } from './worker.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const MIN_INTERVAL = '500ms';

/** Loads run for so long and start so far apart, at random, so that nothing is in step with looks. */
const RUNS_FOR_MS = { least: 2_000, most: 3_000 };
const APART_MS = { least: 50, most: 150 };

/** From the end of each load at the vendor to the message about it, in milliseconds. */
export async function measureVendorToClient(changes: number): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
  const vendor = startWorker({ entry: 'vendor-process.ts', settings: {} });
  try {
    const vendorUrl = z.string().parse(await vendor.next());
    return await withServer(specOf({ vendorUrl, folder }), async (server) => {
      const url = server.url.replace('http', 'ws');
      const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
      const watched: Promise<number>[] = [];
      for (let change = 0; change < changes; change += 1) {
        watched.push(watchOne({ vendor, server, client }));
        await setTimeout(between(APART_MS));
      }
      const took = await Promise.all(watched);
      await client.dispose();
      return took;
    });
  } finally {
    await vendor.stop();
    rmSync(folder, { recursive: true });
  }
}

function specOf({ vendorUrl, folder }: { readonly vendorUrl: string; readonly folder: string }) {
  const config = join(folder, 'imports.config.yml');
  const provider = {
    id: PROVIDER_ID,
    kind: 'micro',
    baseUrl: vendorUrl,
    teamId: 'bench',
    apiKey: 'bench',
    poll: { minInterval: MIN_INTERVAL },
    budget: { perSecond: 1_000, perMonth: 1_000_000_000 },
  };
  writeFileSync(config, JSON.stringify({ graphiql: false, providers: [provider] }));
  return {
    name: 'this service',
    entry: MAIN,
    environment: {
      IMPORTS_CONFIG: config,
      STORE_URL: `sqlite:${join(folder, 'imports.db')}`,
      LOG_LEVEL: 'warn',
    },
  };
}

interface Watching {
  readonly vendor: Worker;
  readonly server: RunningServer;
  readonly client: Client;
}

const Started = z.object({ id: z.string(), endsAt: z.number() });
const Result = z.object({
  data: z.object({
    importChanged: z.object({
      import: z.object({ job: z.object({ phase: z.string() }) }).nullable(),
    }),
  }),
});

/** Watches one load from its start to its end. */
async function watchOne({ vendor, server, client }: Watching): Promise<number> {
  const started = await vendor.order({ runsForMs: between(RUNS_FOR_MS) });
  const { id: externalId, endsAt } = Started.parse(started);
  await ask(server, {
    operationName: 'Track',
    query: `mutation Track($input: TrackImportInput!) {
      trackImport(input: $input) { userErrors { message } }
    }`,
    variables: { input: { providerId: PROVIDER_ID, externalId } },
  });
  const results = client.iterate({
    query: `subscription Watch($id: ID!) {
      importChanged(id: $id) { import { job { phase } } end { reason } }
    }`,
    variables: { id: `${PROVIDER_ID}:${externalId}` },
  });
  for await (const result of results) {
    const now = Date.now();
    const { import: shown } = Result.parse(result).data.importChanged;
    if (shown?.job.phase === 'FINISHED') return now - endsAt;
  }
  throw new Error(`the stream of ${externalId} ended before the load`);
}

function between({ least, most }: { readonly least: number; readonly most: number }): number {
  return Math.round(least + Math.random() * (most - least));
}
