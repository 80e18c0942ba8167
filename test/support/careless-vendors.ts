import type { TestContext } from 'node:test';
import type { SimulatedAnswer, SimulatedRequest } from '../../src/providers/simulation.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { plant, ROW_IN_FAILURE } from './planted-rows.ts';
import { serveVendors } from './simulated-vendors.ts';

/**
 * Vendors that quote what they refuse: the credentials that they were shown, in every form, and a
 * row. What they answer with success quotes rows. They ask for no patience, of which a test has none.
 */
export function serveCareless(t: TestContext, heard: SimulatedRequest[]): Promise<SimulatedFleet> {
  let failures = 0;
  return serveVendors(t, (answer, request) => {
    heard.push(request);
    const { 'retry-after': _, ...headers } = answer.headers;
    if (answer.status < 400) return plant({ ...answer, headers });
    failures += 1;
    return { ...answer, ...refusal(request, failures) };
  });
}

/** What a request shows: headers as they are, and the credentials in them and in its body. */
export function credentialsIn({ headers, body }: SimulatedRequest): readonly string[] {
  const { authorization = '', 'x-api-key': key = '' } = headers;
  const [scheme, shown = ''] = authorization.split(' ');
  const basic = scheme === 'Basic' ? Buffer.from(shown, 'base64').toString() : '';
  const [, inXml = ''] = /<(?:wsse:Password|fueloauth)[^>]*>([^<]*)</.exec(body) ?? [];
  const inJson = body.startsWith('{') ? String(JSON.parse(body).client_secret) : '';
  const inForm = new URLSearchParams(body).get('client_secret') ?? '';
  return [shown, basic, key, fromXml(inXml), inJson, inForm].filter((text) => text !== '');
}

const FORMS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(text),
  encodeURIComponent,
  (text) => new URLSearchParams({ quoted: text }).toString(),
  // Basic authentication has it so already.
  (text) => (/^[A-Za-z0-9+/]+=*$/.test(text) ? text : Buffer.from(text).toString('base64')),
  toXml,
  // The end of it is cut off.
  (text) => `${'.'.repeat(200 - text.length / 2)}${text}`,
];

/** The ways in which one refuses, each time another one, so that all credentials come in all forms. */
function refusal(request: SimulatedRequest, turn: number): Partial<SimulatedAnswer> {
  const form = FORMS[turn % FORMS.length] ?? toXml;
  const quoted = credentialsIn(request).map(form).join(' ');
  const words = `no ${quoted}, ${ROW_IN_FAILURE}`;
  if (request.body.startsWith('<')) return soapRefusal(words, turn);
  if (turn % 5 === 0) return { headers: { 'content-type': 'text/plain' }, body: words };
  const key = ['message', 'userMessage', 'error_description'][turn % 3] ?? 'message';
  // As carefully escaped as JSON lets one.
  const body = JSON.stringify({ [key]: words })
    .replaceAll('/', '\\/')
    .replaceAll('+', '\\u002B');
  return { headers: { 'content-type': 'application/json' }, body };
}

function soapRefusal(words: string, turn: number): Partial<SimulatedAnswer> {
  const isFault = turn % 2 === 0;
  const body = isFault
    ? `<Fault><faultcode>Server</faultcode><faultstring>${toXml(words)}</faultstring></Fault>`
    : `<RetrieveResponseMsg><OverallStatus>${toXml(words)}</OverallStatus></RetrieveResponseMsg>`;
  return {
    status: isFault ? 500 : 200,
    headers: { 'content-type': 'text/xml' },
    body: `<Envelope><Body>${body}</Body></Envelope>`,
  };
}

const IN_XML: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
];

function toXml(text: string): string {
  let escaped = text;
  for (const [character, name] of IN_XML) escaped = escaped.replaceAll(character, name);
  return escaped;
}

function fromXml(text: string): string {
  let plain = text;
  for (const [character, name] of IN_XML.toReversed()) plain = plain.replaceAll(name, character);
  return plain;
}
