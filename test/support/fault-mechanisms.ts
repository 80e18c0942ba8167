import type { ServerResponse } from 'node:http';
import type { SimulatedAnswer } from '../../src/providers/simulation.ts';
import { jsonAnswer } from '../../src/providers/simulation.ts';
import type { FaultName } from './faults.ts';
import type { Exchange, Mechanism, Place, WholeAnswer } from './faulty-vendor.ts';

/** How long a vendor asks to be left alone. */
export const ASKED_FOR_MS = 44_000;

const HOUR_MS = 3_600_000;
const DRIP_EVERY_MS = 20;

/** How each fault comes about. */
export const MECHANISMS: Readonly<Record<FaultName, Mechanism>> = {
  'refuses the connection': leadsTo('refusing'),
  'resets the connection in the middle of a body': breaks(reset),
  'lets its bytes trickle': breaks(drip, { isSlow: true }),
  'never answers': breaks(() => undefined, { isSlow: true }),
  'has no address': leadsTo('nameless'),
  'shows a certificate that nobody trusts': leadsTo('untrusted'),
  'speaks no TLS where it should': leadsTo('without TLS'),
  'answers 401': says(401),
  'answers 403': says(403),
  'answers 404': says(404),
  'answers 408': says(408),
  'answers 429': says(429),
  'answers 429 with `Retry-After` in seconds': says(429, inSeconds(ASKED_FOR_MS)),
  'answers 429 with `Retry-After` as a date': says(429, asDate(0)),
  'answers 429 with `Retry-After` as a date, by a clock an hour ahead': says(429, asDate(HOUR_MS)),
  'answers 429 with `Retry-After` as a date, by a clock an hour behind': says(
    429,
    asDate(-HOUR_MS),
  ),
  'answers 429 with `Retry-After: 0`': says(429, inSeconds(0)),
  'answers 500': says(500),
  'answers 502 with a page of HTML': answers(() => ({
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><hr></body></html>',
  })),
  'answers 503 with a text': answers(() => ({
    status: 503,
    headers: { 'content-type': 'text/plain' },
    body: 'no healthy upstream',
  })),
  'answers 503 with `Retry-After`': says(503, inSeconds(ASKED_FOR_MS)),
  'cuts its answer off': answers(({ answer }) => ({ ...answer, body: half(answer) })),
  'ends the connection before its answer ends': breaks(endEarly),
  'answers in another shape': answers(({ answer }) => ({ ...answer, body: otherShape(answer) })),
  'answers with a page to log in': answers(() => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><form>Log in</form></body></html>',
  })),
  'says a state that we do not know': answers(({ answer, vendor }) => ({
    ...answer,
    body: answer.body.replaceAll(vendor.stateWord, 'Paused'),
  })),
  'does not know the import any more': answers(({ askWhenExpired }) => askWhenExpired()),
  'answers about another import': answers(({ askAboutAnother }) => askAboutAnother()),
};

/** No answer comes until the connection is ended by somebody else. */
export const SILENCE: Mechanism = breaks(() => undefined);

/** The answer is one that was given before. */
export function lateAnswer(place: number): Mechanism {
  return answers(({ earlier }) => {
    const late = earlier[place];
    if (late === undefined) throw new Error(`only ${earlier.length} answers were given before`);
    return late;
  });
}

function leadsTo(place: Place): Mechanism {
  return { kind: 'elsewhere', place };
}

function answers(change: (exchange: Exchange) => SimulatedAnswer): Mechanism {
  return { kind: 'answer', change };
}

function breaks(
  fail: (answer: WholeAnswer, response: ServerResponse) => void,
  { isSlow = false } = {},
): Mechanism {
  return { kind: 'connection', fail, isSlow };
}

type HeadersAt = (now: number) => Readonly<Record<string, string>>;

function says(status: number, headersAt: HeadersAt = () => ({})): Mechanism {
  return answers(({ now }) => jsonAnswer(status, { message: 'No' }, headersAt(now)));
}

function inSeconds(ms: number): HeadersAt {
  return () => ({ 'retry-after': String(ms / 1_000) });
}

/** By a clock that is so far ahead, and says so. */
function asDate(aheadMs: number): HeadersAt {
  const write = (instant: number): string => new Date(instant + aheadMs).toUTCString();
  return (now) => ({ date: write(now), 'retry-after': write(now + ASKED_FOR_MS) });
}

function half({ body }: WholeAnswer): string {
  return body.slice(0, body.length / 2);
}

function otherShape({ headers }: WholeAnswer): string {
  const isXml = headers['content-type']?.includes('xml') === true;
  return isXml ? '<feed><entry>1</entry></feed>' : '{"entries":[1]}';
}

function reset(answer: WholeAnswer, response: ServerResponse): void {
  begin(answer, response);
  response.write(half(answer), () => response.socket?.resetAndDestroy());
}

function drip(answer: WholeAnswer, response: ServerResponse): void {
  begin(answer, response);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(answer.body.charAt(sent));
    sent += 1;
    if (sent === answer.body.length) response.end();
  }, DRIP_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}

function begin({ status, headers, body }: WholeAnswer, response: ServerResponse): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
}

/** In good order: that the connection ends is all that says that the answer does. */
function endEarly(answer: WholeAnswer, response: ServerResponse): void {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(answer.status, answer.headers).end(half(answer));
}
