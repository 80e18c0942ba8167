import { z } from 'zod';
import { Duration } from './duration.ts';
import { SCOPES } from './graphql/caller.ts';

export const PositiveInteger = z.number().int().positive();

export const HttpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'must be an http(s) address, such as https://imports.acme.com',
  })
  // It would be asked for at no address, or stand where everybody reads it.
  .refine((text) => !/^https?:\/\/[^/?#]*@/.test(text), {
    error: 'must name no user or password',
  });

/** A shorter secret could be guessed: HS256 wants as many bits as its hash has (RFC 7518, 3.2). */
const SHORTEST_SECRET = 32;

const Secret = z.string().min(SHORTEST_SECRET, {
  error: `must have at least ${SHORTEST_SECRET} characters`,
});

/** Whoever is on the way there could have any key taken for the issuer's. */
const JwksUrl = HttpUrl.refine(
  (text) => /^https:|^http:\/\/(?:localhost|127\.|\[::1\])/.test(text),
  {
    error: 'must be https, unless it is on this machine',
  },
);

const Jwt = z
  .strictObject({
    jwksUrl: JwksUrl.optional(),
    secret: Secret.optional(),
    issuer: z.string({ error: 'must be the issuer (iss) of tokens' }).min(1),
    audience: z.string({ error: 'must be who tokens are for (aud)' }).min(1),
    providersClaim: z.string().min(1).default('import_providers'),
    clockTolerance: Duration.default(5_000),
    jwksCooldown: Duration.default(30_000),
  })
  .refine(({ jwksUrl, secret }) => (jwksUrl === undefined) !== (secret === undefined), {
    error: 'must have either jwksUrl or secret, such as jwksUrl: https://login.acme.com/jwks.json',
  });

/** Who may ask, and how they show who they are. */
export const Auth = z
  .strictObject({
    mode: z.enum(['none', 'jwt'], { error: 'must be none or jwt' }).optional(),
    jwt: Jwt.optional(),
    scopes: z.array(z.enum(SCOPES)).optional(),
    allowRemote: z.boolean().optional(),
    routerSecret: Secret.optional(),
  })
  .refine(({ mode, jwt }) => mode === undefined || (mode === 'jwt') === (jwt !== undefined), {
    path: ['mode'],
    error: 'must be jwt where auth.jwt is configured, and only there',
  })
  .refine(({ jwt, scopes }) => jwt === undefined || scopes === undefined, {
    path: ['scopes'],
    error: 'has no meaning with auth.jwt, whose tokens say what their callers may; leave it out',
  })
  .refine(({ jwt, allowRemote }) => jwt === undefined || allowRemote === undefined, {
    path: ['allowRemote'],
    error: 'has no meaning with auth.jwt, with which the service may listen anywhere; leave it out',
  });

export const Cors = z.strictObject({
  origins: z
    .array(
      z.string().refine(isOrigin, {
        error:
          'must be an origin as browsers write it, such as https://app.acme.com: lower case, no path, no *',
      }),
    )
    .default([]),
});

/** What one operation may ask for, and how many one caller may send. */
export const Limits = z.strictObject({
  maxDepth: PositiveInteger.default(20),
  maxAliases: PositiveInteger.default(100),
  maxDirectives: PositiveInteger.default(50),
  maxTokens: PositiveInteger.max(10_000).default(2_000),
  maxCost: PositiveInteger.default(50_000),
  requestsPerMinute: PositiveInteger.optional(),
});

/** A list of operations that callers may name by their hash, or of all that there are. */
export const PersistedOperations = z.strictObject({
  file: z.string({ error: 'must be the path of a list of operations' }).min(1),
  only: z.boolean().default(false),
});
export type PersistedOperations = z.infer<typeof PersistedOperations>;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Names and values as RFC 9110 has them (5.6.2, 5.5). */
const Headers = z
  .record(
    z.string(),
    z.string().regex(/^[\t\x20-\x7e]*$/, { error: 'must be text that a header can hold' }),
  )
  .refine((headers) => Object.keys(headers).every((name) => HEADER_NAME.test(name)), {
    error: 'must have names of headers as its keys, such as authorization',
  });

/** What is told about the service to those who run it. */
export const Telemetry = z.strictObject({
  traces: z
    .strictObject({
      url: HttpUrl,
      sample: z.number().min(0).max(1).default(1),
      headers: Headers.optional(),
    })
    .optional(),
  ftv1: z.boolean().default(true),
  metricsToken: Secret.optional(),
});
export type Telemetry = z.infer<typeof Telemetry>;

/** No other text can be the origin of a page. */
function isOrigin(text: string): boolean {
  return (
    /^https?:/.test(text) &&
    !text.includes('*') &&
    URL.canParse(text) &&
    new URL(text).origin === text
  );
}
