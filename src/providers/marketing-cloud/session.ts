import { ProviderError } from '../../domain/provider-error.ts';
import { AccessToken } from '../access-token.ts';
import type { IssuedToken } from '../access-token.ts';
import { parseJson } from '../http.ts';
import type { HttpAnswer } from '../http.ts';
import type { Connection } from '../provider.ts';
import { endpointBelow, findEndpointFailure } from './endpoints.ts';
import type { Access } from './settings.ts';
import { TokenAnswer, TokenRefusal } from './wire.ts';
import type { XmlElement } from './xml.ts';

/** What a SOAP call needs: where it goes, and the header that says who calls. */
export interface Session {
  readonly serviceUrl: URL;
  readonly header: XmlElement;
}

/** Hands out sessions. A session lasts until it expires or is refused. */
export interface Sessions {
  open(): Promise<Session>;
  /** Says that the vendor refused this session; returns whether another one may fare better. */
  refuse(session: Session): boolean;
}

type Oauth = Extract<Access, { kind: 'oauth' }>;
type UsernameToken = Extract<Access, { kind: 'usernameToken' }>;

export function createSessions(access: Access, connection: Connection): Sessions {
  return access.kind === 'oauth'
    ? createTokenSessions(access, connection)
    : createUsernameSessions(access);
}

function createTokenSessions(access: Oauth, connection: Connection): Sessions {
  const token = new AccessToken<Session>({
    issue: (signal) => issueSession(access, connection, signal),
    now: connection.now,
  });
  return {
    open: () => token.get(),
    refuse: (session) => {
      token.refuse(session);
      return true;
    },
  };
}

/** WS-Security without a token: nothing to renew, so a refusal is final. */
function createUsernameSessions({ usernameToken, soapUrl }: UsernameToken): Sessions {
  const session: Session = {
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
  };
  return { open: () => Promise.resolve(session), refuse: () => false };
}

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

async function issueSession(
  { authUrl, soapUrl, oauth }: Oauth,
  { http, now }: Connection,
  signal: AbortSignal,
): Promise<IssuedToken<Session>> {
  const answer = await http({
    method: 'POST',
    url: endpointBelow(authUrl, 'v2/token'),
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
  return {
    grant: {
      serviceUrl: serviceBelow(soapUrl ?? soapInstance(token, answer.request)),
      header: {
        fueloauth: { '@_xmlns': 'http://exacttarget.com', '#text': token.access_token },
      },
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

function soapInstance({ soap_instance_url: text }: TokenAnswer, request: string): URL {
  const url = URL.parse(text ?? '');
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new ProviderError(
    'unexpected-response',
    `${request} answered without a soap_instance_url; set soapUrl in the config of this provider`,
  );
}

function serviceBelow(soapUrl: URL): URL {
  return endpointBelow(soapUrl, 'Service.asmx');
}
