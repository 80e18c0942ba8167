import { z } from 'zod';
import { ProviderError } from '../domain/provider-error.ts';
import { Deadline, Meter } from './http-limits.ts';
import { quoteVendor } from './vendor-words.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Takes the body of a success piece by piece; the answer's text is then empty. Answers whether
   * something whole was read: a stretch in which nothing was is bounded by `timeoutMs` and
   * `maxResponseBytes`, so that bytes that trickle in keep nobody waiting; the body is not.
   */
  readonly onChunk?: (chunk: Uint8Array) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** An answer of any status, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The request in words, without its query: `GET https://host/path`. */
  readonly request: string;
}

/**
 * Makes one request, and only one. Rejects with a `ProviderError` when no whole answer was had:
 * `timeout`, `unavailable` (network), `unexpected-response` (too large, or a redirect). Any status
 * is an answer. Rejects with the signal's reason when the caller aborts.
 */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpOptions {
  readonly fetch: typeof fetch;
  /** From the first byte sent to the last byte read, or to the next whole part of a long answer. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** Waits for the provider's budget to allow a request; rejects when it is spent. */
  readonly admit: (signal: AbortSignal) => Promise<void>;
}

/** An answer that is read piece by piece may take so many times as long as another. */
const LONGEST_STREAM = 360;

export function createHttp(options: HttpOptions): Http {
  const { fetch, timeoutMs, maxResponseBytes, admit } = options;
  return async ({ method, url, headers, body, onChunk, signal }) => {
    await admit(signal);
    const request = `${method} ${url.origin}${url.pathname}`;
    checkHeaders(headers, request);
    const deadline = new Deadline(timeoutMs, timeoutMs * LONGEST_STREAM);
    let fault: { readonly error: unknown } | null = null;
    try {
      const answer = await fetch(url, {
        method,
        headers,
        ...(body !== undefined && { body }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, deadline.signal]),
      });
      const meter = new Meter(maxResponseBytes, request);
      const text = await (onChunk === undefined || !answer.ok
        ? readText(answer, meter)
        : passOn(answer, meter, async (chunk) => {
            deadline.pause();
            const isPartRead = await onChunk(chunk).catch((error: unknown) => {
              fault = { error };
              throw error;
            });
            if (isPartRead) deadline.restart();
            else deadline.resume();
            return isPartRead;
          }));
      return { status: answer.status, headers: answer.headers, text, request };
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (fault !== null) throw error;
      if (signal.aborted) throw signal.reason;
      if (deadline.passedMs !== null) {
        const message = `${request} did not answer within ${deadline.passedMs} ms`;
        throw new ProviderError('timeout', message);
      }
      // A request that fetch refuses to make. Its error quotes what is wrong with it, which may be a
      // credential: it is neither told nor kept.
      if (error instanceof TypeError && error.cause === undefined) {
        const message = `${request} could not be made: its address or a header is invalid`;
        throw new ProviderError('unavailable', message);
      }
      throw new ProviderError('unavailable', `${request} failed: ${networkReason(error)}`, {
        cause: error,
      });
    } finally {
      deadline.cancel();
    }
  };
}

const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Before fetch sees them: its own error quotes the value, which may be a credential. */
function checkHeaders(headers: HttpRequest['headers'], request: string): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!UNSENDABLE.test(value)) continue;
    throw new ProviderError(
      'unauthorized',
      `${request} was not sent: its ${name} holds characters that a header cannot; check the credentials`,
    );
  }
}

async function readText(answer: Response, meter: Meter): Promise<string> {
  if (answer.body === null) return '';
  const decoder = new TextDecoder();
  const parts: string[] = [];
  // Leaving the loop by a throw cancels the body, and with it the connection.
  for await (const chunk of answer.body) {
    meter.count(chunk);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}

async function passOn(
  answer: Response,
  meter: Meter,
  take: (chunk: Uint8Array) => Promise<boolean>,
): Promise<string> {
  for await (const chunk of answer.body ?? []) {
    meter.count(chunk);
    if (await take(chunk)) meter.restart();
  }
  return '';
}

/** The system's own word for what went wrong (`ECONNREFUSED`, …), which fetch hides in its cause. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) {
    return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  }
  return error.message;
}

/**
 * The failure that a status stands for, or null when it is a success (2xx).
 * `now` is needed to read a `Retry-After` that is a date, in an answer that does not say when it was
 * sent.
 */
export function findStatusFailure(answer: HttpAnswer, now: number): ProviderError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const message = `${answer.request} answered ${status}${vendorMessage(answer)}`;
  if (status === 401 || status === 403) return new ProviderError('unauthorized', message);
  if (status === 404 || status === 410) return new ProviderError('not-found', message);
  if (status === 408) return new ProviderError('timeout', message);
  const retryAfterMs = findRetryAfterMs(answer.headers, now);
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  if (status === 429) return new ProviderError('rate-limited', message, wait);
  if (status >= 500) return new ProviderError('unavailable', message, wait);
  return new ProviderError('unexpected-response', message);
}

const ErrorEnvelope = z.object({
  message: z.string().optional(),
  userMessage: z.string().optional(),
  error_description: z.string().optional(),
});

/** The vendor's own sentence, from a JSON envelope or a short plain text. Never a whole body. */
function vendorMessage({ text, headers }: HttpAnswer): string {
  const json = parseEnvelope(text);
  const sentence = json?.userMessage ?? json?.message ?? json?.error_description;
  if (sentence !== undefined) return `: ${quoteVendor(sentence)}`;
  const isPlain = headers.get('content-type')?.startsWith('text/plain') ?? false;
  return isPlain && text !== '' ? `: ${quoteVendor(text)}` : '';
}

function parseEnvelope(text: string): z.infer<typeof ErrorEnvelope> | undefined {
  try {
    return ErrorEnvelope.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** No vendor means more than a day; an instant beyond what a store can hold would stop us for good. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/**
 * `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or `retry-after-ms`. Null without, and
 * where it asks for no wait at all: obeyed to the letter, a vendor that goes on refusing would be
 * asked again without a pause, for ever. At most a day.
 */
export function findRetryAfterMs(headers: Headers, now: number): number | null {
  const statedMs = findStatedMs(headers, now);
  if (statedMs === null || statedMs <= 0) return null;
  return Math.min(statedMs, LONGEST_RETRY_AFTER_MS);
}

function findStatedMs(headers: Headers, now: number): number | null {
  const inMs = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(inMs) && inMs >= 0) return inMs;
  const text = headers.get('retry-after');
  if (text === null) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  // By the vendor's own clock, if it says what time it is: one that is an hour ahead of ours would
  // keep us waiting for an hour, one that is behind would not be obeyed.
  const sentAt = Date.parse(headers.get('date') ?? '');
  return at - (Number.isNaN(sentAt) ? now : sentAt);
}

/**
 * Parses an answer's body as JSON of the given shape. Throws an `unexpected-response` that names
 * the path that failed and what was expected there; never quotes the body.
 */
export function parseJson<T>(answer: HttpAnswer, shape: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(answer.text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProviderError(
      'unexpected-response',
      `${answer.request} answered ${answer.status} with ${answer.text.length} characters that are not JSON`,
    );
  }
  return parseShape(json, shape, answer.request);
}

/** Parses a value of the vendor's into the given shape; `source` says where it came from. */
export function parseShape<T>(value: unknown, shape: z.ZodType<T>, source: string): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || '(whole answer)'}: ${issue.message}`);
  throw new ProviderError(
    'unexpected-response',
    `${source} does not have the expected shape: ${problems.join('; ')}`,
  );
}
