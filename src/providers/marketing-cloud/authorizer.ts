import { ProviderError } from '../../domain/provider-error.ts';
import type { IssuedToken } from '../access-token.ts';
import { fixedAuthorizer, renewingAuthorizer } from '../authorizer.ts';
import type { Authorizer } from '../authorizer.ts';
import { parseJson } from '../http.ts';
import type { HttpAnswer } from '../http.ts';
import type { Connection } from '../provider.ts';
import { findEndpointFailure } from './endpoints.ts';
import type { Access } from './settings.ts';
import { TokenAnswer, TokenRefusal } from './wire.ts';
import type { XmlElement } from './xml.ts';

/** What a SOAP call needs: where it goes, and the header that says who calls. */
export interface Session {
  readonly serviceUrl: URL;
  readonly header: XmlElement;
  /** The same for REST; null when there is no token for it, or nobody says where it is. */
  readonly rest: RestSession | null;
}

export interface RestSession {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly authorization: string;
}

type Oauth = Extract<Access, { kind: 'oauth' }>;
type UsernameToken = Extract<Access, { kind: 'usernameToken' }>;

/** A session lasts until it expires or is refused. */
export function createAuthorizer(access: Access, connection: Connection): Authorizer<Session> {
  // WS-Security without a token has nothing to renew.
  if (access.kind === 'usernameToken') return fixedAuthorizer(usernameSession(access));
  return renewingAuthorizer({
    issue: (signal) => issueSession(access, connection, signal),
    now: connection.now,
  });
}

function usernameSession({ usernameToken, soapUrl }: UsernameToken): Session {
  return {
    serviceUrl: serviceBelow(soapUrl),
    header: {
      'wsse:Security': {
        '@_xmlns:wsse': `${OASIS}-wssecurity-secext-1.0.xsd`,
        '@_soap:mustUnderstand': '1',
        'wsse:UsernameToken': {
          'wsse:Username': usernameToken.username,
          'wsse:Password': {
            '@_Type': `${OASIS}-username-token-profile-1.0#PasswordText`,
            '#text': usernameToken.password,
          },
        },
      },
    },
    rest: null,
  };
}

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

async function issueSession(
  { authUrl, soapUrl, restUrl, oauth }: Oauth,
  { http, now, secrets }: Connection,
  signal: AbortSignal,
): Promise<IssuedToken<Session>> {
  const answer = await http({
    method: 'POST',
    url: new URL(`${authUrl}/v2/token`),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: oauth.clientId,
      client_secret: oauth.clientSecret,
      account_id: oauth.accountId,
    }),
    signal,
  });
  const failure = findTokenFailure(answer, now());
  if (failure !== null) throw failure;
  const token = parseJson(answer, TokenAnswer);
  secrets.add(token.access_token);
  const baseUrl = restUrl ?? token.rest_instance_url;
  return {
    grant: {
      serviceUrl: serviceBelow(soapUrl ?? soapInstance(token, answer.request)),
      header: {
        fueloauth: { '@_xmlns': 'http://exacttarget.com', '#text': token.access_token },
      },
      rest: baseUrl === null ? null : { baseUrl, authorization: `Bearer ${token.access_token}` },
    },
    lifetimeMs: token.expires_in * 1000,
  };
}

function findTokenFailure(answer: HttpAnswer, now: number): ProviderError | null {
  const failure = findEndpointFailure(answer, 'authUrl', now);
  // RFC 6749 (5.2) lets a server refuse a client with 400, too.
  if (answer.status !== 400 || !isRefusal(answer)) return failure;
  return new ProviderError('unauthorized', `${answer.request} refused the client credentials`);
}

const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unauthorized_client',
]);

function isRefusal(answer: HttpAnswer): boolean {
  try {
    return REFUSALS.has(parseJson(answer, TokenRefusal).error);
  } catch (error) {
    if (error instanceof ProviderError) return false;
    throw error;
  }
}

function soapInstance({ soap_instance_url: url }: TokenAnswer, request: string): string {
  if (url !== null) return url;
  throw new ProviderError(
    'unexpected-response',
    `${request} answered without a soap_instance_url; set soapUrl in the config of this provider`,
  );
}

function serviceBelow(soapUrl: string): URL {
  return new URL(`${soapUrl}/Service.asmx`);
}
