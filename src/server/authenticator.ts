import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ANONYMOUS, everybody, SCOPES } from '../graphql/caller.ts';
import type { Caller, Scope } from '../graphql/caller.ts';
import type { GraphServices } from '../graphql/context.ts';
import { KeysUnavailableError, TokenKeys } from './token-keys.ts';
import { isSameSecret } from './same-secret.ts';

/** How callers show who they are. Durations are milliseconds. */
export type AuthSettings = (
  | { readonly kind: 'none'; readonly scopes: readonly Scope[] }
  | ({ readonly kind: 'jwt' } & JwtSettings)
) & {
  /** What the router says in `router-authorization`; null when callers need not come through one. */
  readonly routerSecret: string | null;
};

export interface JwtSettings {
  readonly keys:
    | { readonly kind: 'jwks'; readonly url: string; readonly cooldownMs: number }
    | { readonly kind: 'secret'; readonly secret: string };
  readonly issuer: string;
  readonly audience: string;
  /** The claim that lists the providers of which a caller may know; all without it. */
  readonly providersClaim: string;
  readonly clockToleranceMs: number;
}

/** What a caller shows, as the headers of a request or what a socket was opened with. */
export interface Credentials {
  /** `Bearer <token>` */
  readonly authorization?: string | undefined;
}

/** Why a caller is not let in. */
export interface Denial {
  readonly kind: 'denied';
  readonly statusCode: 401 | 403 | 429 | 503;
  readonly code:
    'INVALID_TOKEN' | 'EXPIRED_TOKEN' | 'NOT_THROUGH_ROUTER' | 'RATE_LIMITED' | 'AUTH_UNAVAILABLE';
  /** What was wrong and what to do. Never quotes what the caller showed. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Admission = { readonly kind: 'admitted'; readonly caller: Caller } | Denial;

export interface Authenticator {
  /** Whether a request comes through the router, where it has to. */
  checkRouter(secret: string | undefined): Denial | null;
  /** Who asks; without a token somebody who may nothing, where tokens are asked for. */
  authenticate(credentials: Credentials): Promise<Admission>;
}

export interface AuthenticatorOptions {
  readonly settings: AuthSettings;
  readonly clock: GraphServices['clock'];
  readonly fetch: typeof fetch;
  readonly logger: Logger;
}

export function createAuthenticator({ settings, ...world }: AuthenticatorOptions): Authenticator {
  const { routerSecret } = settings;
  const checkRouter = (secret: string | undefined): Denial | null =>
    routerSecret === null || isSameSecret(secret ?? '', routerSecret) ? null : NOT_THROUGH_ROUTER;
  if (settings.kind === 'none') {
    const caller = everybody(settings.scopes);
    return { checkRouter, authenticate: async () => ({ kind: 'admitted', caller }) };
  }
  const verify = createVerifier(settings, world);
  return {
    checkRouter,
    authenticate: async ({ authorization }) => {
      if (authorization === undefined) return { kind: 'admitted', caller: ANONYMOUS };
      const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      if (token === undefined) return invalidToken('it must be Bearer <token>');
      try {
        return { kind: 'admitted', caller: callerOf(await verify(token), settings) };
      } catch (error) {
        return denialOf(error);
      }
    },
  };
}

type Verify = (token: string) => Promise<JWTPayload>;

/** A key for signatures must never pass for a shared secret. */
const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const SHARED = ['HS256', 'HS384', 'HS512'];

function createVerifier(
  { keys, issuer, audience, clockToleranceMs }: JwtSettings,
  { clock, fetch, logger }: Omit<AuthenticatorOptions, 'settings'>,
): Verify {
  const optionsOf = (algorithms: string[]): JWTVerifyOptions => ({
    issuer,
    audience,
    algorithms,
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceMs / 1000,
    currentDate: new Date(clock.now()),
  });
  if (keys.kind === 'secret') {
    const secret = new TextEncoder().encode(keys.secret);
    return async (token) => (await jwtVerify(token, secret, optionsOf(SHARED))).payload;
  }
  const { find } = new TokenKeys({ ...keys, clock, fetch, logger });
  return (token) => verifyWith(find, token, optionsOf([...SIGNATURES, ...CURVES]));
}

/** A token that does not name its key may be signed with any of several. */
async function verifyWith(
  find: JWTVerifyGetKey,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

const Claims = z.object({
  sub: z.string().optional(),
  exp: z.number(),
  /** RFC 8693, 4.2: words with spaces between; some issuers send a list. */
  scope: z.union([z.string(), z.array(z.string())]).optional(),
  /** The same at Microsoft and Okta. */
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});

/** A claim that cannot be read makes the token invalid: it may have been meant to limit. */
function callerOf(payload: JWTPayload, { providersClaim, clockToleranceMs }: JwtSettings): Caller {
  const claims = Claims.parse(payload);
  const words = [claims.scope ?? [], claims.scp ?? []].flat().flatMap((text) => text.split(/\s+/));
  const providers = z.array(z.string()).optional().parse(payload[providersClaim]);
  return {
    isAuthenticated: true,
    scopes: new Set(SCOPES.filter((scope) => words.includes(scope))),
    providerIds: providers === undefined ? null : new Set(providers),
    expiresAt: claims.exp * 1000 + clockToleranceMs,
    subject: claims.sub ?? null,
  };
}

function denialOf(error: unknown): Denial {
  if (error instanceof KeysUnavailableError) return AUTH_UNAVAILABLE;
  if (error instanceof errors.JWTExpired) {
    return { ...invalidToken('it has expired; get a new one'), code: 'EXPIRED_TOKEN' };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalidToken(`its claim ${error.claim} is missing, or not what it must be`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalidToken('it is signed with a key that its issuer does not publish');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidToken('it is signed in a way that is not accepted here');
  }
  if (error instanceof z.ZodError) {
    const claim = error.issues[0]?.path.join('.') ?? '';
    return invalidToken(`its claims cannot be read${claim === '' ? '' : ` (${claim})`}`);
  }
  if (error instanceof errors.JOSEError) return invalidToken('it is no valid token');
  // A key that its issuer publishes may be one that nobody should use: too short, say.
  const reason = error instanceof Error ? error.message : String(error);
  return invalidToken(`its key cannot be used (${reason})`);
}

function invalidToken(reason: string): Denial {
  return {
    kind: 'denied',
    statusCode: 401,
    code: 'INVALID_TOKEN',
    message: `the token in authorization is refused: ${reason}`,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  };
}

const AUTH_UNAVAILABLE: Denial = {
  kind: 'denied',
  statusCode: 503,
  code: 'AUTH_UNAVAILABLE',
  message: 'tokens cannot be checked right now: their keys could not be had; try again soon',
  headers: { 'retry-after': '5' },
};

const NOT_THROUGH_ROUTER: Denial = {
  kind: 'denied',
  statusCode: 403,
  code: 'NOT_THROUGH_ROUTER',
  message: 'requests must come through the router, which says router-authorization',
  headers: {},
};
