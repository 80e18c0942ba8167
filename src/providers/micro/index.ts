import { ProviderError } from '../../domain/provider-error.ts';
import { defineProvider } from '../define.ts';
import { parseShape } from '../http.ts';
import type { Look, LookTarget } from '../provider.ts';
import { createClient } from './client.ts';
import type { MicroClient } from './client.ts';
import { observe } from './observe.ts';
import { MicroSettings } from './settings.ts';
import { createSimulator } from './simulator.ts';
import { ImportJob } from './wire.ts';

export const micro = defineProvider({
  kind: 'micro',
  title: 'Micro',
  capabilities: {
    appearsWithinMs: 10_000,
    retentionMs: 7 * 24 * 60 * 60 * 1000,
    reportsRowErrors: true,
    acceptsResponses: true,
  },
  // Per API key: https://docs.micro.so/guides/rate-limits
  defaultBudget: { perSecond: 10, perMonth: 1000 },
  settings: MicroSettings,
  example: `- id: crm
  kind: micro
  baseUrl: https://developers.micro.so
  teamId: 0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50
  apiKey: "\${MICRO_API_KEY}"`,
  simulate: createSimulator,
  simulatedSettings: (url) => ({ baseUrl: url, teamId: 'simulated-team', apiKey: 'simulated-key' }),
  connect(settings, connection) {
    const client = createClient(settings, connection);
    return {
      largestBatch: 1,
      look: (targets, signal) =>
        Promise.all(targets.map((target) => lookAt(client, target, signal))),
      readResponse: (response, target) =>
        observe(parseShape(response, ImportJob, 'the response handed in'), target),
    };
  },
});

async function lookAt(client: MicroClient, target: LookTarget, signal: AbortSignal): Promise<Look> {
  try {
    const job = await client.getImport(target.externalId, signal);
    return { kind: 'observed', observation: observe(job, target) };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'failed', error };
    throw error;
  }
}
