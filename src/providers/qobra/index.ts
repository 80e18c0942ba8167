import { ProviderError } from '../../domain/provider-error.ts';
import { defineProvider } from '../define.ts';
import type { Look, LookTarget } from '../provider.ts';
import { createClient } from './client.ts';
import type { QobraClient } from './client.ts';
import { observe } from './observe.ts';
import { QobraSettings } from './settings.ts';
import { createSimulator } from './simulator.ts';

export const qobra = defineProvider({
  kind: 'qobra',
  title: 'Qobra',
  capabilities: {
    appearsWithinMs: 10_000,
    retentionMs: null,
    reportsRowErrors: true,
    acceptsResponses: false,
  },
  defaultBudget: { perSecond: null, perMonth: null },
  settings: QobraSettings,
  example: `- id: commissions
  kind: qobra
  baseUrl: https://api.qobra.co
  apiKey: "\${QOBRA_API_KEY}"`,
  simulate: createSimulator,
  simulatedSettings: (url) => ({ baseUrl: url, apiKey: 'simulated-key' }),
  connect(settings, connection) {
    const client = createClient(settings, connection);
    return {
      largestBatch: 1,
      look: (targets, signal) =>
        Promise.all(targets.map((target) => lookAt(client, target, signal))),
    };
  },
});

async function lookAt(client: QobraClient, target: LookTarget, signal: AbortSignal): Promise<Look> {
  try {
    const answer = await client.getImport(target.externalId, signal);
    return { kind: 'observed', observation: observe(answer, target) };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'failed', error };
    throw error;
  }
}
