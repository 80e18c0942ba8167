import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { atEnd } from './at-end.ts';

/** A span as it was sent. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Null for a root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The ids of spans that it is linked to. */
  readonly links: readonly string[];
  readonly status: { readonly code: number; readonly message: string };
}

/** Somebody who takes traces over OTLP/HTTP. */
export interface Collector {
  readonly url: string;
  /** What was sent so far. */
  readonly spans: () => readonly SentSpan[];
  /** Everything that was sent so far, headers and all, but for what it was shown to be let in. */
  readonly text: () => string;
  /** How often something was sent. */
  readonly requests: () => number;
  /** What it was shown to be let in. */
  readonly authorizations: () => readonly string[];
  /** Answers with this status from now on; null for not at all. */
  answerWith(status: number | null): void;
  /** Answers with this JSON from now on. */
  answerBody(json: string): void;
  /** Listens no more. */
  stop(): Promise<void>;
}

/** Starts a collector that is gone when the test ends. */
export async function startCollector(t: TestContext): Promise<Collector> {
  const bodies: string[] = [];
  const heads: string[] = [];
  const authorizations: string[] = [];
  let answered = '{}';
  let status: number | null = 200;
  const server = createServer((request, response) => {
    const { authorization, ...headers } = request.headers;
    heads.push(JSON.stringify([request.url, ...Object.entries(headers)]));
    if (authorization !== undefined) authorizations.push(authorization);
    void text(request).then((body) => {
      bodies.push(body);
      if (status === null) return;
      response.writeHead(status, { 'content-type': 'application/json' }).end(answered);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  atEnd(t, stop);
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body))),
    text: () => [...heads, ...bodies].join('\n'),
    requests: () => heads.length,
    authorizations: () => authorizations,
    answerBody: (json) => {
      answered = json;
    },
    answerWith: (next) => {
      status = next;
    },
    stop,
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('it listens to no port');
  return address.port;
}

const Attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });

const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(Attribute).default([]),
  links: z.array(z.object({ spanId: z.string() })).default([]),
  status: z.object({ code: z.number(), message: z.string().default('') }),
});

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const Sent = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

function spansOf(body: unknown): readonly SentSpan[] {
  return Sent.parse(body)
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map((span) => ({
      ...span,
      parentSpanId:
        span.parentSpanId === undefined || span.parentSpanId === '' ? null : span.parentSpanId,
      attributes: Object.fromEntries(
        span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
      ),
      links: span.links.map(({ spanId }) => spanId),
    }));
}
