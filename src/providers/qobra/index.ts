import { defineProvider } from '../define.ts';
import { createDataSource } from './data-source.ts';
import { Settings } from './settings.ts';
import { createSimulator } from './simulator.ts';

export const qobra = defineProvider({
  kind: 'qobra',
  title: 'Qobra',
  capabilities: {
    appearsWithinMs: 10_000,
    retentionMs: null,
    reportsRowErrors: true,
    reportsEveryRow: false,
    acceptsResponses: false,
  },
  defaultBudget: { perSecond: null, perMonth: null },
  settings: Settings,
  example: `- id: commissions
  kind: qobra
  baseUrl: https://api.qobra.co
  apiKey: "\${QOBRA_API_KEY}"`,
  connect: createDataSource,
  simulate: createSimulator,
  simulatedSettings: (url) => ({ baseUrl: url, apiKey: 'simulated-key' }),
});
