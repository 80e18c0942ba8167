import assert from 'node:assert/strict';
import type { LiveServer } from './live-server.ts';

/** A mutation that leaves something behind. */
export const TRACK =
  'mutation { trackImport(input: { providerId: "catalog", externalId: "b" }) { import { id } } }';

/** A request, with everything that a test has it say. */
export interface Asked {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'PUT' | 'PATCH' | 'DELETE';
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sends it to `/graphql` of a server; a body that is no text goes as JSON. */
export function ask(
  url: string,
  { method = 'POST', parameters, headers, body }: Asked,
): Promise<Response> {
  const search = new URLSearchParams(parameters).toString();
  const isJson = body !== undefined && typeof body !== 'string';
  return fetch(`${url}/graphql${search && `?${search}`}`, {
    method,
    headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** That `TRACK` was not executed, and nothing failed inside. */
export async function assertUntouched({ ledger, log }: LiveServer): Promise<void> {
  assert.deepEqual([...(await ledger.findImports(['catalog:b']))], []);
  assert.deepEqual(log, []);
}
