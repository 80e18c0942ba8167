import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { TestContext } from 'node:test';
import { ProviderError } from '../../src/domain/provider-error.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { HttpOptions, HttpRequest } from '../../src/providers/http.ts';

/** A server on loopback and a way to ask it, both gone when the test ends. */
export async function serve(
  t: TestContext,
  listener: RequestListener,
  options: Partial<HttpOptions> = {},
) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const origin = `http://127.0.0.1:${address.port}`;
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000,
    admit: async () => {},
    ...options,
  });
  const ask = (changes: Partial<HttpRequest> = {}) =>
    http({
      method: 'GET',
      url: new URL('/jobs/1?key=secret', origin),
      headers: {},
      signal: new AbortController().signal,
      ...changes,
    });
  return { origin, http, ask };
}

/** The failure that a request has to end with. */
export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const [result] = await Promise.allSettled([work]);
  assert.equal(result.status, 'rejected');
  assert.ok(result.reason instanceof ProviderError, String(result.reason));
  return result.reason;
}
