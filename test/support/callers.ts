import type { TestContext } from 'node:test';
import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { atEnd } from './at-end.ts';
import { AUDIENCE, inAnHour, ISSUER } from './issuer.ts';
import type { Answer } from './world.ts';

const SECRET = 'a shared secret of 32 characters';

/** Keys of a configuration under which callers show tokens that `tokenFor` makes. */
export const WITH_TOKENS = {
  auth: { jwt: { secret: SECRET, issuer: ISSUER, audience: AUDIENCE, clockTolerance: '0s' } },
} as const;

/** A token that is good for an hour, unless its claims say otherwise. */
export async function tokenFor(claims: JWTPayload): Promise<string> {
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}

export interface Asking {
  /** Null for none. */
  readonly token: string | null;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Asks over HTTP; answers the status and the body as they came. */
export async function askAs(
  url: string,
  { token, query, variables = {} }: Asking,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: await response.text() };
}

export function bearer(token: string | null): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Follows over WebSocket, to the first message and no further. */
export async function firstEventAs(
  t: TestContext,
  url: string,
  { token, query, variables = {} }: Asking,
): Promise<Answer> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: bearer(token),
  });
  atEnd(t, () => client.dispose());
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const leave = client.subscribe(
    { query, variables },
    {
      next: ({ data = null, errors = [] }) => resolve(plain({ data, errors })),
      error: (error) =>
        Array.isArray(error) ? resolve(plain({ data: null, errors: error })) : reject(error),
      complete: () => resolve({ data: 'ended without a message', errors: [] }),
    },
  );
  try {
    return await promise;
  } finally {
    leave();
  }
}

function plain(answer: { readonly data: unknown; readonly errors: unknown }): Answer {
  return JSON.parse(JSON.stringify(answer));
}
