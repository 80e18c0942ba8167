import { defineProvider } from '../define.ts';
import { createDataSource } from './data-source.ts';
import { Settings } from './settings.ts';
import { createSimulator } from './simulator.ts';

export const marketingCloud = defineProvider({
  kind: 'marketing-cloud',
  title: 'Salesforce Marketing Cloud',
  capabilities: {
    appearsWithinMs: 60_000,
    retentionMs: null,
    reportsRowErrors: true,
    reportsEveryRow: false,
    acceptsResponses: false,
  },
  // About 2,000 SOAP calls a minute are advised; the yearly allowance depends on the edition.
  // https://markus.codes/2021/02/18/salesforce-marketing-cloud-api-call-limit
  defaultBudget: { perSecond: 33, perMonth: null },
  settings: Settings,
  example: `- id: email
  kind: marketing-cloud
  authUrl: https://SUB.auth.marketingcloudapis.com
  auth:
    oauth: { clientId: x, clientSecret: "\${SFMC_SECRET}", accountId: 123 }`,
  connect: createDataSource,
  simulate: createSimulator,
  simulatedSettings: (url) => ({
    authUrl: url,
    auth: { oauth: { clientId: 'simulated', clientSecret: 'simulated' } },
  }),
});
