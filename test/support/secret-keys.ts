import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { AUDIENCE, ISSUER } from './issuer.ts';
import { memberOf } from './simulated-vendors.ts';

/** Characters that are escaped on their way, by those who quote a header or a text. */
const ODD = `"\\/+&<!'`;
const ODDER = `${ODD} é`;

/** Everything that a configuration can hold and nobody is to see, each of its own kind. */
export const SECRETS = {
  collibraPassword: `planted-password-of-collibra-0001${ODDER}`,
  collibraToken: `planted-token-of-collibra-0002${ODD}`,
  collibraClientSecret: `planted-client-secret-of-collibra-0003${ODDER}`,
  marketingCloudClientSecret: `planted-client-secret-of-marketing-cloud-0004${ODDER}`,
  marketingCloudPassword: `planted-password-of-marketing-cloud-0005${ODDER}`,
  microApiKey: `planted-api-key-of-micro-0006${ODD}`,
  qobraApiKey: `planted-api-key-of-qobra-0007${ODD}`,
  jwtSecret: 'planted-secret-of-tokens-0008-and-32-long',
  routerSecret: 'planted-secret-of-the-router-0009-32-long',
  metricsToken: 'planted-token-of-metrics-0010-32-long',
  rowValuesKey: 'planted-key-of-row-values-0011',
  collectorToken: 'planted-token-of-the-collector-0014',
} as const;

/** Those that vendors are shown. */
export const VENDOR_SECRETS: readonly string[] = [
  SECRETS.collibraPassword,
  SECRETS.collibraToken,
  SECRETS.collibraClientSecret,
  SECRETS.marketingCloudClientSecret,
  SECRETS.marketingCloudPassword,
  SECRETS.microApiKey,
  SECRETS.qobraApiKey,
];

/** The beginning of a secret as it may be found in any text, whatever escapes the rest of it. */
export function tracesOf(secret: string): readonly string[] {
  const plain = /^[\w-]+/.exec(secret)?.[0] ?? secret;
  // In base64, what comes next changes the last characters; a user stands in front of it.
  return [
    plain,
    ...[plain, `svc:${plain}`].map((text) => Buffer.from(text).toString('base64').slice(0, -6)),
  ];
}

/** A provider of every kind, in each way in which it takes credentials. */
export function providersWithSecrets(
  fleet: SimulatedFleet,
  common: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, unknown>>[] {
  const urlOf = (kind: string): string => memberOf(fleet, kind).vendor.url;
  const collibra = { kind: 'collibra', baseUrl: urlOf('collibra') };
  const marketingCloud = { kind: 'marketing-cloud' };
  return [
    {
      ...collibra,
      id: 'collibra-basic',
      auth: { basic: { username: 'svc', password: SECRETS.collibraPassword } },
    },
    { ...collibra, id: 'collibra-bearer', auth: { bearer: { token: SECRETS.collibraToken } } },
    {
      ...collibra,
      id: 'collibra-oauth',
      auth: { oauth: { clientId: 'svc', clientSecret: SECRETS.collibraClientSecret } },
    },
    {
      ...marketingCloud,
      id: 'marketing-cloud-oauth',
      authUrl: urlOf('marketing-cloud'),
      auth: { oauth: { clientId: 'svc', clientSecret: SECRETS.marketingCloudClientSecret } },
    },
    {
      ...marketingCloud,
      id: 'marketing-cloud-username',
      soapUrl: urlOf('marketing-cloud'),
      auth: { usernameToken: { username: 'svc', password: SECRETS.marketingCloudPassword } },
    },
    {
      kind: 'micro',
      id: 'micro',
      baseUrl: urlOf('micro'),
      teamId: 'team',
      apiKey: SECRETS.microApiKey,
    },
    { kind: 'qobra', id: 'qobra', baseUrl: urlOf('qobra'), apiKey: SECRETS.qobraApiKey },
  ].map((provider) => ({ ...common, ...provider }));
}

/** Keys of the service with a secret in each that can hold one, but for that of a router. */
export function serviceWithSecrets(
  collectorUrl: string,
  callbackUrl: string,
): Readonly<Record<string, unknown>> {
  return {
    auth: { jwt: { secret: SECRETS.jwtSecret, issuer: ISSUER, audience: AUDIENCE } },
    telemetry: {
      traces: { url: collectorUrl, headers: { authorization: `Bearer ${SECRETS.collectorToken}` } },
      metricsToken: SECRETS.metricsToken,
    },
    rowValuesKey: SECRETS.rowValuesKey,
    live: { callbackUrls: [callbackUrl], drainFor: '0s', laggedAfter: '10s' },
  };
}
