import { z } from 'zod';

/** Names the keys there are when one is misspelt or all are missing. */
function expectKeys(...keys: readonly string[]) {
  const error: z.core.$ZodErrorMap<
    z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys
  > = (issue) => {
    if (issue.code === 'invalid_type') return `expected the keys ${keys.join(', ')}`;
    return `unknown key ${issue.keys.join(', ')}; expected ${keys.join(', ')}`;
  };
  return { error };
}

const text = (expected: string) => z.string(expected).min(1, `${expected}, but it is empty`);

/**
 * An http(s) address. One with a user and a password in it is refused:
 * fetch cannot send it, and would quote it in its error.
 */
function address(expected: string) {
  return z
    .url({ protocol: /^https?$/, error: expected, abort: true })
    .transform((sent) => new URL(sent))
    .refine(({ username, password }) => username === '' && password === '', {
      error: `${expected}, without a user name and a password in it (they belong under auth)`,
    })
    .refine(({ search, hash }) => search === '' && hash === '', {
      error: `${expected}, without a query (?) and a fragment (#)`,
    });
}

/** Without a slash at its end, so that paths can be appended. */
const BaseUrl = address(
  'expected the address of a Collibra, like https://acme.collibra.com',
).transform(({ href }) => href.replace(/\/+$/, ''));

const Basic = z.strictObject(
  {
    username: text('expected the user name of a Collibra account').regex(
      /^[^:]*$/,
      'expected a user name without a colon (basic authentication cannot send one)',
    ),
    password: text('expected the password of that account'),
  },
  expectKeys('username', 'password'),
);

const Bearer = z.strictObject(
  {
    token: text('expected a token (a JWT)').regex(
      /^[!-~]*$/,
      'expected a token without spaces and line breaks',
    ),
  },
  expectKeys('token'),
);

const OAuth = z.strictObject(
  {
    clientId: text('expected the client id of an OAuth integration'),
    clientSecret: text('expected the client secret of that integration'),
    /** Where it is not the base address's own. */
    tokenUrl: address('expected the address of the token endpoint').optional(),
  },
  expectKeys('clientId', 'clientSecret', 'tokenUrl'),
);

const Credentials = z
  .strictObject(
    { basic: Basic.optional(), bearer: Bearer.optional(), oauth: OAuth.optional() },
    expectKeys('basic', 'bearer', 'oauth'),
  )
  .transform(({ basic, bearer, oauth }, context) => {
    const given = [
      ...(basic === undefined ? [] : [{ kind: 'basic' as const, ...basic }]),
      ...(bearer === undefined ? [] : [{ kind: 'bearer' as const, ...bearer }]),
      ...(oauth === undefined ? [] : [{ kind: 'oauth' as const, ...oauth }]),
    ];
    const [credentials] = given;
    if (credentials !== undefined && given.length === 1) return credentials;
    const found = given.map(({ kind }) => kind).join(' and ') || 'none';
    context.addIssue(`expected exactly one of basic, bearer and oauth, found ${found}`);
    return z.NEVER;
  });
export type Credentials = z.infer<typeof Credentials>;

/** The config keys of a Collibra environment. */
export const Settings = z.strictObject(
  {
    /** `/rest/2.0` and `/rest/jobs/v1` are below it. */
    baseUrl: BaseUrl,
    jobsApi: z.enum(['2.0', 'v1'], 'expected "2.0" (in quotes) or v1').default('2.0'),
    auth: Credentials,
    /** What this environment's imports use unless their caller says otherwise. */
    continueOnError: z.boolean('expected true or false').optional(),
  },
  expectKeys('baseUrl', 'jobsApi', 'auth', 'continueOnError'),
);
export type Settings = z.infer<typeof Settings>;
