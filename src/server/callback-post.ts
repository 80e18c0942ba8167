import { attempt } from './callback-attempt.ts';
import type { AttemptOptions, Posting } from './callback-attempt.ts';
import { bodyOf } from './callback-message.ts';
import type { Callback, CallbackMessage } from './callback-message.ts';
import { Turnstiles } from './callback-turnstile.ts';
import type { Turnstile } from './callback-turnstile.ts';

/** Posts a message until the router answers it, or patience is at an end. Never rejects. */
export type Post = (
  callback: Callback,
  message: CallbackMessage,
  signal: AbortSignal,
) => Promise<Posting>;

export interface Posts {
  /** For what a subscription brings: a router that fails for a moment is tried again. */
  readonly post: Post;
  /** For what a router is to hear although it fails for longer. */
  readonly insist: Post;
}

export interface PostOptions extends AttemptOptions {
  /** 0 to 1. */
  readonly random: () => number;
}

interface Patience {
  readonly mostAttempts: number;
  readonly forMs: number;
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
}

/** What Apollo Server does. */
const BRIEF: Patience = {
  mostAttempts: 5,
  forMs: Infinity,
  shortestPauseMs: 100,
  longestPauseMs: 1_000,
};

/** As long as a router may take to start anew. */
const LONG: Patience = {
  mostAttempts: Infinity,
  forMs: 60_000,
  shortestPauseMs: 1_000,
  longestPauseMs: 10_000,
};

const LONGEST_RETRY_AFTER_MS = 5_000;

/** A change that concerns thousands of subscriptions opens no thousands of sockets. */
const MOST_RESULTS_AT_ONCE = 100;

/** Checks are never late because of results: a router ends a subscription whose checks are. */
const MOST_CHECKS_AT_ONCE = 1_000;

/** Those of whom a router has not heard for a while delay nobody else. */
const MOST_INSISTENT_AT_ONCE = 100;

export function createPosts(options: PostOptions): Posts {
  const { clock } = options;
  const results = new Turnstiles(MOST_RESULTS_AT_ONCE, clock);
  const checks = new Turnstiles(MOST_CHECKS_AT_ONCE, clock);
  const insistent = new Turnstiles(MOST_INSISTENT_AT_ONCE, clock);
  const send =
    (patience: Patience, turnstilesFor: (message: CallbackMessage) => Turnstiles): Post =>
    (callback, message, signal) => {
      const { url } = callback;
      const turnstile = turnstilesFor(message).at(url);
      return persist(
        { url, body: bodyOf(callback, message), signal, turnstile, patience },
        options,
      );
    };
  return {
    post: send(BRIEF, ({ action }) => (action === 'check' ? checks : results)),
    insist: send(LONG, () => insistent),
  };
}

interface Sending {
  readonly url: URL;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly turnstile: Turnstile;
  readonly patience: Patience;
}

async function persist(
  { url, body, signal, turnstile, patience }: Sending,
  options: PostOptions,
): Promise<Posting> {
  const { clock, random } = options;
  const endsAt = clock.now() + patience.forMs;
  for (let attempts = 1; ; attempts += 1) {
    const posting = await turnstile.pass(() => attempt({ url, body, signal }, options));
    if (posting.kind !== 'failed' || attempts === patience.mostAttempts) return posting;
    const askedMs = Math.min(LONGEST_RETRY_AFTER_MS, posting.retryAfterMs);
    const pauseMs = askedMs + pauseAfter(attempts, patience, random);
    if (clock.now() + pauseMs > endsAt) return posting;
    await pause(pauseMs, clock, signal);
  }
}

/** Random, so that those that failed together do not come back together. */
function pauseAfter(
  attempts: number,
  { shortestPauseMs, longestPauseMs }: Patience,
  random: () => number,
): number {
  const longest = Math.min(longestPauseMs, shortestPauseMs * 2 ** attempts);
  return shortestPauseMs + random() * (longest - shortestPauseMs);
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
