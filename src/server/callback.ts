import type { FastifyReply } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { findOutage, maskErrors, maskFailure } from '../graphql/errors.ts';
import { subscribe } from '../graphql/live/subscribe.ts';
import type { Join, LiveServices, SubscriptionRequest } from '../graphql/live/subscribe.ts';
import { failure } from '../graphql/operations.ts';
import { CALLBACK_PROTOCOL } from './callback-attempt.ts';
import type { Posting } from './callback-attempt.ts';
import type { Callback } from './callback-message.ts';
import { isCallbackAccepted, parseCallbackRequest } from './callback-request.ts';
import type { CallbackStream } from './callback-stream.ts';
import { findCallbackUrl } from './callback-url.ts';
import type { Callbacks } from './callbacks.ts';
import type { Gate } from './gate.ts';
import type { SubscriptionExchange } from './graphql-request.ts';
import type { LiveLimits } from './live-limits.ts';

export interface CallbackOptions extends LiveServices {
  readonly callbacks: Callbacks;
  readonly gate: Gate;
  readonly limits: LiveLimits;
}

/** What a router answers to a check that it agrees with. */
const CONFIRMED = 204;

/**
 * Serves a subscription by posting its results, when a router asks for it so. Answers false when
 * none does, and has then done nothing.
 */
export async function serveCallback(
  { request, reply, asked, operation }: SubscriptionExchange,
  options: CallbackOptions,
): Promise<boolean> {
  if (request.method !== 'POST' || !isCallbackAccepted(request.headers.accept)) return false;
  const caller = options.gate.callerOf(request);
  const subscription = { ...asked, operation, caller, resumeAfter: null };
  const callback = readCallback(asked.extensions, options.limits);
  const refused =
    'errors' in callback ? callback : await admit({ reply, callback, subscription }, options);
  void reply.header('cache-control', 'no-store').headers(CALLBACK_PROTOCOL);
  if (refused === null) void reply.send({ data: null });
  else void reply.code(refused.statusCode).send({ errors: refused.errors });
  return true;
}

/** Why a subscription cannot be; to routers only the status says that it is none. */
interface Refusal {
  readonly statusCode: number;
  readonly errors: readonly GraphQLFormattedError[];
}

function refuse(statusCode: number, code: string, message: string): Refusal {
  return { statusCode, errors: [failure(code, message).toJSON()] };
}

function readCallback(
  extensions: unknown,
  { callbackUrls }: Pick<LiveLimits, 'callbackUrls'>,
): Callback | Refusal {
  const asked = parseCallbackRequest(extensions);
  if (typeof asked === 'string') return refuse(400, 'BAD_REQUEST', asked);
  const { callbackUrl, subscriptionId, verifier, heartbeatIntervalMs } = asked;
  const url = findCallbackUrl(callbackUrl, callbackUrls);
  if (url !== null) return { url, id: subscriptionId, verifier, heartbeatIntervalMs };
  const message =
    'extensions.subscription.callbackUrl: results are posted only below the addresses in live.callbackUrls; have it set to where this router takes them';
  return refuse(403, 'CALLBACK_NOT_ALLOWED', message);
}

interface Admission {
  readonly reply: FastifyReply;
  readonly callback: Callback;
  readonly subscription: SubscriptionRequest;
}

/** Has a subscription begin once the router has its answer; or tells why it cannot be. */
async function admit(
  { reply, callback, subscription }: Admission,
  options: CallbackOptions,
): Promise<Refusal | null> {
  const { callbacks, limits, maskError } = options;
  const stream = callbacks.open(callback);
  if (stream === null) {
    const message = `the results of at most ${limits.maxCallbacks} subscriptions are posted at once, and of no new one while the server stops; ask again later`;
    return refuse(503, 'TOO_MANY_CALLBACKS', message);
  }
  let join: Join | null = null;
  afterAnswer(reply, (isAnswered) => {
    if (join !== null && isAnswered) callbacks.begin(callback, stream, join);
    else stream.close();
  });
  try {
    const joining = await subscribe(subscription, options);
    if (typeof joining !== 'function') {
      return { statusCode: 400, errors: maskErrors(joining, maskError) };
    }
    const refused = await confirm(stream, reply);
    if (refused === null) join = joining;
    return refused;
  } catch (error) {
    const statusCode = findOutage(error) === null ? 500 : 503;
    return { statusCode, errors: [maskFailure(error, maskError)] };
  }
}

/** A router that did not wait for its answer knows nothing of the subscription. */
function afterAnswer({ raw }: FastifyReply, callback: (isAnswered: boolean) => void): void {
  const over = (): void => callback(raw.writableFinished);
  if (raw.closed) over();
  else raw.once('close', over);
}

async function confirm(stream: CallbackStream, { raw }: FastifyReply): Promise<Refusal | null> {
  const posting = await stream.check();
  if (posting.kind === 'taken' && posting.status === CONFIRMED) return null;
  const message = `extensions.subscription.callbackUrl: the check that is posted there must be answered ${CONFIRMED}, but ${outcomeOf(posting, raw.closed)}`;
  return refuse(400, 'CALLBACK_FAILED', message);
}

function outcomeOf(posting: Posting, hasLeft: boolean): string {
  switch (posting.kind) {
    case 'taken':
    case 'refused':
      return `was answered ${posting.status}`;
    case 'failed':
      return `failed (${posting.reason})`;
    case 'canceled':
      return `was called off, as ${hasLeft ? 'whoever asked has left' : 'the server stops'}`;
  }
}
