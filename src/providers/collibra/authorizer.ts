import { Buffer } from 'node:buffer';
import { ProviderError } from '../../domain/provider-error.ts';
import { AccessToken } from '../access-token.ts';
import type { IssuedToken } from '../access-token.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { Credentials, Settings } from './settings.ts';
import { Token } from './wire.ts';

/** Where the `Authorization` header comes from. */
export interface Authorizer {
  /** The header's value. Rejects with a `ProviderError` when a token cannot be had. */
  get(): Promise<string>;
  /** Says that the vendor answered 401 to this value; true when another one can be had. */
  refuse(header: string): boolean;
}

export function createAuthorizer(settings: Settings, connection: Connection): Authorizer {
  const { auth } = settings;
  if (auth.kind === 'basic') {
    return constant(`Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`);
  }
  if (auth.kind === 'bearer') return constant(`Bearer ${auth.token}`);

  const url = auth.tokenUrl ?? new URL(`${settings.baseUrl}/rest/oauth/v2/token`);
  const token = new AccessToken<string>({
    issue: (signal) => issueToken({ url, auth, connection, signal }),
    now: connection.now,
  });
  return {
    get: () => token.get(),
    refuse: (header) => {
      token.refuse(header);
      return true;
    },
  };
}

function constant(header: string): Authorizer {
  return { get: async () => header, refuse: () => false };
}

interface TokenRequest {
  readonly url: URL;
  readonly auth: Extract<Credentials, { readonly kind: 'oauth' }>;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

async function issueToken(request: TokenRequest): Promise<IssuedToken<string>> {
  const { url, auth, connection, signal } = request;
  const answer = await connection.http({
    method: 'POST',
    url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: auth.clientId,
      client_secret: auth.clientSecret,
    }).toString(),
    signal,
  });
  const failure = findStatusFailure(answer, connection.now());
  // RFC 6749, 5.2: a client that is not known or not allowed may be answered 400.
  if (failure !== null && answer.status === 400) {
    throw new ProviderError('unauthorized', failure.message, { cause: failure });
  }
  if (failure !== null) throw failure;
  const { access_token, expires_in } = parseJson(answer, Token);
  // A token whose life nobody states is used until it is refused.
  const lifetimeMs = (expires_in ?? Infinity) * 1000;
  return { grant: `Bearer ${access_token}`, lifetimeMs };
}
