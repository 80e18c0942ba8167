import { z } from 'zod';
import { headerSecret } from '../header-secret.ts';
import { baseUrl, exactKeys, exactlyOne, httpUrl } from '../settings-shapes.ts';

const text = (expected: string) => z.string(expected).min(1, `${expected}, but it is empty`);

const Basic = exactKeys({
  username: text('expected the user name of a Collibra account').regex(
    /^[^:]*$/,
    'expected a user name without a colon (basic authentication cannot send one)',
  ),
  password: text('expected the password of that account'),
}).transform((basic) => ({ kind: 'basic' as const, ...basic }));

const Bearer = exactKeys({
  token: headerSecret('expected a token (a JWT)'),
}).transform((bearer) => ({ kind: 'bearer' as const, ...bearer }));

const OAuth = exactKeys({
  clientId: text('expected the client id of an OAuth integration'),
  clientSecret: text('expected the client secret of that integration'),
  /** Where it is not the base address's own. */
  tokenUrl: httpUrl('expected the address of the token endpoint').optional(),
}).transform((oauth) => ({ kind: 'oauth' as const, ...oauth }));
export type OAuth = z.infer<typeof OAuth>;

const Credentials = exactlyOne<z.infer<typeof Basic | typeof Bearer | typeof OAuth>>({
  basic: Basic,
  bearer: Bearer,
  oauth: OAuth,
});

/** The config keys of a Collibra environment. */
export const Settings = exactKeys({
  /** `/rest/2.0` and `/rest/jobs/v1` are below it. */
  baseUrl: baseUrl('expected the address of a Collibra, like https://acme.collibra.com'),
  jobsApi: z.enum(['2.0', 'v1'], 'expected "2.0" (in quotes) or v1').default('2.0'),
  auth: Credentials,
  /** What this environment's imports use unless their caller says otherwise. */
  continueOnError: z.boolean('expected true or false').optional(),
});
export type Settings = z.infer<typeof Settings>;
