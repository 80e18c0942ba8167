import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import { otlpJson } from './otlp-json.ts';

export interface OtlpSenderOptions {
  readonly fetch: typeof fetch;
  readonly url: URL;
  /** Sent along, such as a token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What became of some spans. */
export interface Sent {
  /** How many a collector took. */
  readonly taken: number;
  /** Why not all of them: a status, or a word; null when all were taken. */
  readonly reason: string | number | null;
}

export type SendSpans = (spans: readonly ReadableSpan[]) => Promise<Sent>;

/**
 * Sends spans to a collector, once: what it does not take is lost. Nothing of the environment has a
 * say in it. Never rejects.
 */
export function createOtlpSender({ fetch, url, headers, timeoutMs }: OtlpSenderOptions): SendSpans {
  return async (spans) => {
    try {
      const own = new Headers(headers);
      own.set('content-type', 'application/json');
      // One that is kept would keep the process.
      own.set('connection', 'close');
      const answer = await fetch(url, {
        method: 'POST',
        headers: own,
        body: otlpJson(spans),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.text();
      if (!answer.ok) return { taken: 0, reason: answer.status };
      const rejected = Math.min(rejectedIn(text), spans.length);
      return { taken: spans.length - rejected, reason: rejected > 0 ? 'rejected' : null };
    } catch (error) {
      return { taken: 0, reason: reasonOf(error) };
    }
  };
}

/** An integer of 64 bits, which is a text in this JSON. */
const PartialSuccess = z.object({
  partialSuccess: z.object({ rejectedSpans: z.coerce.number().int().nonnegative() }),
});

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
function rejectedIn(text: string): number {
  try {
    return PartialSuccess.safeParse(JSON.parse(text)).data?.partialSuccess.rejectedSpans ?? 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}

/** The system's word; a message may quote what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { cause } = error;
  const isNamed = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  return isNamed ? String(cause.code) : error.name;
}
