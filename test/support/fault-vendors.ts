import { findProvider } from '../../src/providers/registry.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { jsonAnswer } from '../../src/providers/simulation.ts';
import type { SimulatedAnswer } from '../../src/providers/simulation.ts';

/** A vendor, or one of its endpoints, that fails in a test. */
export interface FaultVendor {
  readonly name: VendorName;
  readonly provider: Provider;
  /** The config keys that point a data source at a server. */
  readonly settingsAt: (url: string) => Readonly<Record<string, unknown>>;
  /** Whether a request for this path fails. */
  readonly isFailing: (path: string) => boolean;
  /** What the others are answered meanwhile; absent: what they always are. */
  readonly meanwhile?: SimulatedAnswer;
  /** What stands around the word for the state of a job, in an answer about one that runs. */
  readonly stateWord: RegExp;
}

export type VendorName =
  | 'Collibra (jobs API 2.0)'
  | 'Collibra (jobs API v1)'
  | 'Marketing Cloud'
  | 'Micro'
  | 'Qobra'
  | 'Collibra (tokens)'
  | 'Marketing Cloud (tokens)'
  | 'Collibra (summary)';

const COLLIBRA = kindOf('collibra');
const MARKETING_CLOUD = kindOf('marketing-cloud');
const MICRO = kindOf('micro');
const QOBRA = kindOf('qobra');

const COLLIBRA_TOKENS = '/rest/oauth/v2/token';
const MARKETING_CLOUD_TOKENS = '/v2/token';

const OAUTH = { oauth: { clientId: 'simulated', clientSecret: 'simulated-secret' } };

const collibraOver = (jobsApi: '2.0' | 'v1'): FaultVendor => ({
  name: `Collibra (jobs API ${jobsApi})`,
  provider: COLLIBRA,
  settingsAt: (url) => ({ ...COLLIBRA.simulatedSettings(url), jobsApi }),
  isFailing: () => true,
  stateWord: /(?<="state":")\w+/g,
});

const MARKETING_CLOUD_SOAP: FaultVendor = {
  name: 'Marketing Cloud',
  provider: MARKETING_CLOUD,
  settingsAt: (url) => MARKETING_CLOUD.simulatedSettings(url),
  isFailing: (path) => path !== MARKETING_CLOUD_TOKENS,
  stateWord: /(?<=<ImportStatus>)\w+/g,
};

/** Every vendor at its status calls. */
export const VENDORS: readonly FaultVendor[] = [
  collibraOver('2.0'),
  collibraOver('v1'),
  MARKETING_CLOUD_SOAP,
  {
    name: 'Micro',
    provider: MICRO,
    settingsAt: (url) => MICRO.simulatedSettings(url),
    isFailing: () => true,
    stateWord: /(?<="status":")\w+/g,
  },
  {
    name: 'Qobra',
    provider: QOBRA,
    settingsAt: (url) => QOBRA.simulatedSettings(url),
    isFailing: () => true,
    stateWord: /(?<="status":")\w+/g,
  },
];

/** The endpoints that tokens come from, asked because the one in use is refused. */
export const TOKEN_ENDPOINTS: readonly FaultVendor[] = [
  {
    ...collibraOver('2.0'),
    name: 'Collibra (tokens)',
    settingsAt: (url) => ({ baseUrl: url, auth: OAUTH }),
    isFailing: (path) => path === COLLIBRA_TOKENS,
    meanwhile: jsonAnswer(401, { userMessage: 'The token has expired.' }),
  },
  {
    ...MARKETING_CLOUD_SOAP,
    name: 'Marketing Cloud (tokens)',
    settingsAt: (url) => ({ authUrl: url, auth: OAUTH }),
    isFailing: (path) => path === MARKETING_CLOUD_TOKENS,
    meanwhile: {
      status: 500,
      headers: { 'content-type': 'text/xml' },
      body: '<Envelope><Body><Fault><faultcode>q0:Security</faultcode><faultstring>Token Expired</faultstring></Fault></Body></Envelope>',
    },
  },
];

/** What only an import that has ended is asked for beside its job. */
export const SUMMARY: FaultVendor = {
  ...collibraOver('2.0'),
  name: 'Collibra (summary)',
  isFailing: (path) => path.endsWith('/summary'),
};

function kindOf(kind: string): Provider {
  const provider = findProvider(kind);
  if (provider === null) throw new Error(`no provider of kind ${kind}`);
  return provider;
}
