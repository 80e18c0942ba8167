import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose';
import { atEnd } from './at-end.ts';

export const ISSUER = 'https://login.acme.com/';
export const AUDIENCE = 'imports';

/** Somebody who signs tokens and publishes the keys, as an identity provider does. */
export interface Issuer {
  /** Where the keys are. */
  readonly jwksUrl: string;
  /** How often the keys were asked for. */
  readonly requests: () => number;
  /** Signs from now on with a key that is published beside those before. */
  rotate(): Promise<void>;
  /** Publishes a key beside the others, as it is. */
  publish(key: JWK): void;
  /** Has the keys answered with this status; 200 for as usual. */
  answerWith(status: number): void;
  /** A token that is good for an hour, unless its claims say otherwise. */
  sign(claims?: JWTPayload, header?: { readonly kid?: string | undefined }): Promise<string>;
  /** Publishes none of its keys any more. */
  withdraw(): void;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: JWK;
}

/** Starts an issuer that is gone when the test ends. */
export async function startIssuer(t: TestContext): Promise<Issuer> {
  const keys: SigningKey[] = [await makeKey('first')];
  const others: JWK[] = [];
  let requests = 0;
  let isWithdrawn = false;
  let status = 200;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(status, { 'content-type': 'application/json' });
    const own = isWithdrawn ? [] : keys.map(({ publicKey }) => publicKey);
    const published = [...own, ...others];
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = addressOf(server.address());
  return {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    requests: () => requests,
    rotate: async () => {
      keys.push(await makeKey(`key-${keys.length}`));
    },
    publish: (key) => void others.push(key),
    withdraw: () => {
      isWithdrawn = true;
    },
    answerWith: (next) => {
      status = next;
    },
    sign: async (claims = {}, header = {}) => {
      const key = keys.at(-1);
      if (key === undefined) throw new Error('there is no key');
      return new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour(), ...claims })
        .setProtectedHeader(headerOf({ kid: key.kid, ...header }))
        .sign(key.privateKey);
    },
  };
}

export function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + 3600;
}

function headerOf({ kid }: { readonly kid?: string | undefined }): JWTHeaderParameters {
  return { alg: 'ES256', ...(kid !== undefined && { kid }) };
}

async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, publicKey: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return address;
}
