import { defineProvider } from '../define.ts';
import { createDataSource } from './data-source.ts';
import { Settings } from './settings.ts';
import { createSimulator } from './simulator.ts';

export const micro = defineProvider({
  kind: 'micro',
  title: 'Micro',
  capabilities: {
    appearsWithinMs: 10_000,
    retentionMs: 7 * 24 * 60 * 60 * 1000,
    reportsRowErrors: true,
    reportsEveryRow: true,
    acceptsResponses: true,
  },
  // Per API key: https://docs.micro.so/guides/rate-limits
  defaultBudget: { perSecond: 10, perMonth: 1000 },
  settings: Settings,
  example: `- id: crm
  kind: micro
  baseUrl: https://developers.micro.so
  teamId: 0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50
  apiKey: "\${MICRO_API_KEY}"`,
  connect: createDataSource,
  simulate: createSimulator,
  simulatedSettings: (url) => ({ baseUrl: url, teamId: 'simulated-team', apiKey: 'simulated-key' }),
});
