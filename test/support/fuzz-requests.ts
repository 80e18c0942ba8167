import type { GraphQLSchema } from 'graphql';
import { mutateText, randomOperation } from './fuzz-documents.ts';
import { randomThing } from './fuzz-values.ts';
import type { Dice } from './fuzz-values.ts';

/** A request as no client, or nearly every client, would send it. */
export interface RandomRequest {
  /** How it is sent. */
  readonly way: 'http' | 'socket';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a socket, the message. */
  readonly body: string;
}

const ACCEPTS = [
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  '*/*',
  'text/html',
  'text/event-stream',
  'multipart/mixed;subscriptionSpec=1.0, application/json',
  'application/json;callbackSpec=1.0',
  ', ;q=,',
  'application/json;q=nan',
] as const;

const TYPES = [
  'application/json; charset=utf-8',
  'application/json; charset=latin1',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql',
  'application/json/json',
  '',
] as const;

const HEADERS = [
  ['origin', 'https://evil.example'],
  ['origin', 'null'],
  ['origin', '::'],
  ['sec-fetch-site', 'cross-site'],
  ['apollo-require-preflight', 'yes'],
  ['apollo-federation-include-trace', 'ftv1'],
  ['authorization', 'Bearer nobody'],
  ['router-authorization', 'nobody'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['traceparent', '00-zz'],
  ['last-event-id', '\u00ff'],
  ['host', 'no host'],
  ['x-request-id', 'x'.repeat(200)],
  ['accept-encoding', 'gzip, br'],
  ['expect', 'something'],
  ['content-encoding', 'gzip'],
] as const;

export function randomRequest(dice: Dice, schema: GraphQLSchema): RandomRequest {
  const kind = dice.roll(20);
  if (kind === 0) return socketRequest(dice, schema);
  if (kind <= 2) return getRequest(dice, schema);
  const path = kind <= 4 ? '/graphql/stream' : '/graphql';
  const headers: Record<string, string> = {
    'content-type': dice.isLucky(0.95) ? 'application/json' : dice.pick(TYPES),
    ...randomHeaders(dice, path === '/graphql' ? 'application/json' : 'text/event-stream'),
  };
  const text = JSON.stringify(randomPayload(dice, schema));
  const body = dice.isLucky(0.05) ? mutateText(dice, text) : text;
  return { way: 'http', method: 'POST', path, headers, body };
}

function getRequest(dice: Dice, schema: GraphQLSchema): RandomRequest {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(randomPayload(dice, schema))) {
    search.append(name, typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));
    if (dice.isLucky(0.02)) search.append(name, 'again');
  }
  const query = dice.isLucky(0.1) ? `?${search.toString()}%zz%ff&&=` : `?${search.toString()}`;
  const path = `${dice.pick(['/graphql', '/graphql/stream'])}${query}`.slice(0, 12_000);
  return { way: 'http', method: 'GET', path, headers: randomHeaders(dice, ACCEPTS[0]), body: '' };
}

function socketRequest(dice: Dice, schema: GraphQLSchema): RandomRequest {
  const message = { id: 'a', type: 'subscribe', payload: randomPayload(dice, schema) };
  const text = JSON.stringify(message);
  const body = dice.isLucky(0.1) ? mutateText(dice, text) : text;
  return { way: 'socket', method: 'GET', path: '/graphql', headers: {}, body };
}

function randomHeaders(dice: Dice, usual: string): Record<string, string> {
  const headers: Record<string, string> = {
    accept: dice.isLucky(0.85) ? usual : dice.pick(ACCEPTS),
  };
  while (dice.isLucky(0.08)) {
    const [name, value] = dice.pick(HEADERS);
    headers[name] = value;
  }
  return headers;
}

/** What a client says of an operation, with a mistake now and then. */
function randomPayload(dice: Dice, schema: GraphQLSchema): Readonly<Record<string, unknown>> {
  const { query, variables } = randomOperation(dice, schema);
  const payload: Record<string, unknown> = {
    query: dice.isLucky(0.12) ? mutateText(dice, query) : query,
    variables,
  };
  if (dice.isLucky(0.05))
    payload['operationName'] = dice.pick<unknown>(['Random', '', 'Other', null]);
  if (dice.isLucky(0.04)) {
    payload['extensions'] = dice.pick<unknown>([
      { persistedQuery: { version: 1, sha256Hash: 'nobody' } },
      { persistedQuery: randomThing(dice) },
      { subscription: { callbackUrl: 'http://127.0.0.1:1', subscriptionId: 'a', verifier: 'b' } },
      randomThing(dice),
    ]);
  }
  while (dice.isLucky(0.04)) {
    payload[dice.pick(['query', 'variables', 'operationName', 'extensions', 'more'])] =
      randomThing(dice);
  }
  if (dice.isLucky(0.02)) delete payload['query'];
  return payload;
}
