import { Buffer } from 'node:buffer';
import { ProviderError } from '../../domain/provider-error.ts';
import type { IssuedToken } from '../access-token.ts';
import { fixedAuthorizer, renewingAuthorizer } from '../authorizer.ts';
import type { Authorizer } from '../authorizer.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { OAuth, Settings } from './settings.ts';
import { Token } from './wire.ts';

/** Where the `Authorization` header comes from. */
export function createAuthorizer(settings: Settings, connection: Connection): Authorizer<string> {
  const { auth, baseUrl } = settings;
  if (auth.kind === 'basic') {
    const credentials = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
    return fixedAuthorizer(`Basic ${credentials}`);
  }
  if (auth.kind === 'bearer') return fixedAuthorizer(`Bearer ${auth.token}`);

  const url = auth.tokenUrl ?? new URL(`${baseUrl}/rest/oauth/v2/token`);
  return renewingAuthorizer({
    issue: (signal) => issueToken({ url, auth, connection, signal }),
    now: connection.now,
  });
}

interface TokenRequest {
  readonly url: URL;
  readonly auth: OAuth;
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
  // As `not-found` it would say that the imports asked for are gone.
  if (failure?.kind === 'not-found') {
    const setting = auth.tokenUrl === undefined ? 'baseUrl' : 'auth.oauth.tokenUrl';
    const message = `${failure.message}; is ${setting} right?`;
    throw new ProviderError('unexpected-response', message, { cause: failure });
  }
  if (failure !== null) throw failure;
  const { access_token, expires_in } = parseJson(answer, Token);
  connection.secrets.add(access_token);
  // A token whose life nobody states is used until it is refused.
  const lifetimeMs = (expires_in ?? Infinity) * 1000;
  return { grant: `Bearer ${access_token}`, lifetimeMs };
}
