import type { GraphServices } from '../graphql/context.ts';
import { Turnstile } from './callback-turnstile.ts';

/** What became of a message. */
export type Posting =
  | { readonly kind: 'taken'; readonly status: number }
  /** The router wants none of it; it has let the subscription go when the status is 404. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It was tried as often as it may be. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'canceled' };

/** Posts a message until the router answers it, as often as it may be tried. Never rejects. */
export type Post = (url: URL, body: string, signal: AbortSignal) => Promise<Posting>;

export interface PostOptions {
  readonly fetch: typeof fetch;
  readonly clock: GraphServices['clock'];
  /** 0 to 1. */
  readonly random: () => number;
}

export const CALLBACK_PROTOCOL = { 'subscription-protocol': 'callback/1.0' } as const;

/** Hive Gateway reads a message only when its type is exactly this. */
const HEADERS = { 'content-type': 'application/json', ...CALLBACK_PROTOCOL } as const;

/** What Apollo Server does. */
const MOST_ATTEMPTS = 5;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

const ANSWER_WITHIN_MS = 5_000;

/** A change that concerns thousands of subscriptions opens no thousands of sockets. */
const MOST_AT_ONCE = 100;

/** An answer has nothing to say; this much of it is read, so that its connection can be used again. */
const LONGEST_ANSWER_BYTES = 65_536;

export function createPost(options: PostOptions): Post {
  const turnstiles = new Map<string, Turnstile>();
  return async (url, body, signal) => {
    // One router that does not answer holds up none of the others.
    const turnstile = turnstiles.get(url.origin) ?? new Turnstile(MOST_AT_ONCE);
    turnstiles.set(url.origin, turnstile);
    for (let attempt = 1; ; attempt += 1) {
      const posting = await turnstile.pass(() => postOnce({ url, body, signal }, options));
      if (posting.kind !== 'failed' || attempt === MOST_ATTEMPTS) return posting;
      await pause(pauseAfter(attempt, options.random), options.clock, signal);
    }
  };
}

interface Posted {
  readonly url: URL;
  readonly body: string;
  readonly signal: AbortSignal;
}

async function postOnce(
  { url, body, signal }: Posted,
  { fetch, clock }: PostOptions,
): Promise<Posting> {
  if (signal.aborted) return { kind: 'canceled' };
  const attempt = new AbortController();
  const abort = (): void => attempt.abort();
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
      signal: attempt.signal,
    });
    await readAway(answer);
    return judge(answer);
  } catch (error) {
    if (signal.aborted) return { kind: 'canceled' };
    const reason = isLate ? `no answer within ${ANSWER_WITHIN_MS} ms` : reasonOf(error);
    return { kind: 'failed', reason };
  } finally {
    cancelDeadline();
    signal.removeEventListener('abort', abort);
  }
}

/** Where a router would send us instead, nobody has allowed us to go. */
function judge({ ok, status }: Response): Posting {
  if (ok) return { kind: 'taken', status };
  if (status >= 500) return { kind: 'failed', reason: `answered ${status}` };
  return { kind: 'refused', status };
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

/** Random, so that those that failed together do not come back together. */
function pauseAfter(attempt: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** attempt);
  return SHORTEST_PAUSE_MS + random() * (longest - SHORTEST_PAUSE_MS);
}

/** Over as soon as nobody waits for it any more. */
function pause(ms: number, clock: PostOptions['clock'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** What went wrong on the way, in a word; the rest of it may say what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return 'the connection failed';
}
