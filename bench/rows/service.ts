import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ask } from '../ask.ts';
import type { RunningServer, ServerSpec } from '../child.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const PROVIDER_ID = 'crm';

export interface ServiceInput {
  readonly vendorUrl: string;
  /** An empty folder, for the store and the rest. */
  readonly folder: string;
}

/** This service as a container runs it, on an empty store, with a vendor that charges nothing. */
export function serviceSpec({ vendorUrl, folder }: ServiceInput): ServerSpec {
  const config = join(folder, 'imports.config.yml');
  const provider = {
    id: PROVIDER_ID,
    kind: 'micro',
    baseUrl: vendorUrl,
    teamId: 'bench',
    apiKey: 'bench',
    budget: { perSecond: 1_000, perMonth: 1_000_000_000 },
  };
  writeFileSync(config, JSON.stringify({ graphiql: false, providers: [provider] }));
  return {
    name: 'this service',
    entry: join(ROOT, 'dist/src/bundle/main.js'),
    environment: {
      IMPORTS_CONFIG: config,
      STORE_URL: `sqlite:${join(folder, 'imports.db')}`,
      LOG_LEVEL: 'warn',
      LOOP_DELAY_FILE: join(folder, 'loop-delay.json'),
    },
    flags: ['--import', join(ROOT, 'bench/rows/loop-delay.ts')],
  };
}

const LoopDelay = z.object({ maxMs: z.number(), p99Ms: z.number() });
export type LoopDelay = z.infer<typeof LoopDelay>;

/** How late the event loop of the service has been since it was last asked. */
export async function takeLoopDelay(service: RunningServer, folder: string): Promise<LoopDelay> {
  const file = join(folder, 'loop-delay.json');
  rmSync(file, { force: true });
  service.signal('SIGUSR2');
  for (;;) {
    try {
      return LoopDelay.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      // Not there yet, or not whole.
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMissing && !(error instanceof SyntaxError)) throw error;
      await sleep(2);
    }
  }
}

export async function track(service: RunningServer, externalId: string): Promise<void> {
  await ask(service, {
    operationName: 'Track',
    query: `mutation Track($input: TrackImportInput!) {
      trackImport(input: $input) { userErrors { message } }
    }`,
    variables: { input: { providerId: PROVIDER_ID, externalId } },
  });
}

const Settled = z.object({
  import: z.object({
    freshness: z.object({ state: z.string() }),
    rowErrors: z.object({ totalCount: z.number().nullable(), availability: z.string() }),
  }),
});

/** Whether an import is settled. Throws when it is and its rows are not all there. */
export async function isSettled(
  service: RunningServer,
  externalId: string,
  failedRows: number,
): Promise<boolean> {
  const answer = await ask(service, {
    operationName: 'Settled',
    query: `query Settled($id: ID!) {
      import(id: $id) { freshness { state } rowErrors(first: 1) { totalCount availability } }
    }`,
    variables: { id: `${PROVIDER_ID}:${externalId}` },
  });
  const { freshness, rowErrors } = Settled.parse(answer).import;
  if (freshness.state !== 'SETTLED') return false;
  if (rowErrors.totalCount === failedRows && rowErrors.availability === 'COMPLETE') return true;
  throw new Error(`the capture is not whole: ${JSON.stringify(rowErrors)}`);
}
