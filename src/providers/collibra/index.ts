import { defineProvider } from '../define.ts';
import { createDataSource } from './data-source.ts';
import { Settings } from './settings.ts';
import { createSimulator } from './simulator.ts';

export const collibra = defineProvider({
  kind: 'collibra',
  title: 'Collibra',
  capabilities: {
    // The vendor's own poller waits as long: github.com/collibra/import-api-examples JobsPoller.java
    appearsWithinMs: 10_000,
    retentionMs: null,
    reportsRowErrors: true,
    reportsEveryRow: false,
    acceptsResponses: false,
  },
  defaultBudget: { perSecond: null, perMonth: null },
  settings: Settings,
  example: `- id: catalog
  kind: collibra
  baseUrl: https://acme.collibra.com
  jobsApi: "2.0" # or v1
  auth:
    basic: # or bearer: { token }, or oauth: { clientId, clientSecret }
      username: svc
      password: "\${COLLIBRA_PASSWORD}"
  continueOnError: false # what its imports use unless trackImport says otherwise`,
  connect: createDataSource,
  simulate: createSimulator,
  simulatedSettings: (url) => ({
    baseUrl: url,
    auth: { basic: { username: 'simulated', password: 'simulated' } },
  }),
});
