import type { GraphServices } from '../graphql/context.ts';

/** What became of a message. */
export type Posting =
  | { readonly kind: 'taken'; readonly status: number }
  /** The router wants none of it; it has let the subscription go when the status is 404. */
  | { readonly kind: 'refused'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** How long the router asks to be left alone; 0 when it does not say. */
      readonly retryAfterMs: number;
    }
  | { readonly kind: 'canceled' };

export interface AttemptOptions {
  readonly fetch: typeof fetch;
  readonly clock: GraphServices['clock'];
}

export interface Attempt {
  readonly url: URL;
  readonly body: string;
  readonly signal: AbortSignal;
}

export const CALLBACK_PROTOCOL = { 'subscription-protocol': 'callback/1.0' } as const;

/** Hive Gateway reads a message only when its type is exactly this. */
const HEADERS = { 'content-type': 'application/json', ...CALLBACK_PROTOCOL } as const;

const ANSWER_WITHIN_MS = 5_000;

/** An answer has nothing to say; this much of it is read, so that its connection can be used again. */
const LONGEST_ANSWER_BYTES = 65_536;

/** What says that there is too much, or that it came too early, is over after a while. */
const RETRYABLE = [408, 425, 429];

/** Posts a message once. Never rejects. */
export async function attempt(
  { url, body, signal }: Attempt,
  { fetch, clock }: AttemptOptions,
): Promise<Posting> {
  if (signal.aborted) return { kind: 'canceled' };
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  let isLate = false;
  const cancelDeadline = clock.after(ANSWER_WITHIN_MS, () => {
    isLate = true;
    abort();
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: HEADERS,
      body,
      redirect: 'manual',
      signal: ending.signal,
    });
    await readAway(answer);
    return judge(answer);
  } catch (error) {
    if (signal.aborted) return { kind: 'canceled' };
    const reason = isLate ? `no answer within ${ANSWER_WITHIN_MS} ms` : reasonOf(error);
    return { kind: 'failed', reason, retryAfterMs: 0 };
  } finally {
    cancelDeadline();
    signal.removeEventListener('abort', abort);
  }
}

/** Where a router would send us instead, nobody has allowed us to go. */
function judge({ ok, status, headers }: Response): Posting {
  if (ok) return { kind: 'taken', status };
  if (status < 500 && !RETRYABLE.includes(status)) return { kind: 'refused', status };
  return { kind: 'failed', reason: `answered ${status}`, retryAfterMs: retryAfterOf(headers) };
}

/** Only seconds are read: a date is by a clock that is not ours. */
function retryAfterOf(headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  return /^\d+$/.test(text) ? Number(text) * 1000 : 0;
}

/** The status has said everything: whatever becomes of the rest changes nothing. */
async function readAway({ body }: Response): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.length;
      if (bytes > LONGEST_ANSWER_BYTES) return;
    }
  } catch {
    return;
  }
}

/** What went wrong on the way, in a word; the rest of it may say what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return 'the connection failed';
}
