import { z } from 'zod';

const PATH = 'extensions.subscription';

/** Routers make these up, and none as long as that. */
const LONGEST_ID = 256;
const LONGEST_VERIFIER = 4_096;
const LONGEST_URL = 2_048;

/** More often, heartbeats would keep everybody busy and nobody better informed. */
const SHORTEST_HEARTBEAT_MS = 100;

function text(key: string, longest: number): z.ZodString {
  const error = `${PATH}.${key}: must be a text of 1 to ${longest} characters`;
  return z.string({ error }).min(1, { error }).max(longest, { error });
}

function heartbeat(): z.ZodNumber {
  const error = `${PATH}.heartbeatIntervalMs: must be 0 for none, or ${SHORTEST_HEARTBEAT_MS} and more milliseconds`;
  return z.int({ error }).refine((ms) => ms === 0 || ms >= SHORTEST_HEARTBEAT_MS, { error });
}

const Extensions = z.object(
  {
    subscription: z.object(
      {
        callbackUrl: text('callbackUrl', LONGEST_URL),
        subscriptionId: text('subscriptionId', LONGEST_ID),
        verifier: text('verifier', LONGEST_VERIFIER),
        heartbeatIntervalMs: heartbeat(),
      },
      { error: `${PATH}: must be an object that says where results are to be posted` },
    ),
  },
  { error: `extensions: must be an object that has a subscription` },
);

/** How a router wants its results, as it says beside the operation. */
export type CallbackRequest = z.infer<typeof Extensions>['subscription'];

/** Whether a request asks for its results to be posted. */
export function isCallbackAccepted(accept: string | undefined): boolean {
  return accept !== undefined && /application\/json[^,]*;\s*callbackSpec="?1\.0/i.test(accept);
}

/**
 * Reads the extensions of such a request; a text says what is wrong with them.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol
 */
export function parseCallbackRequest(extensions: unknown): CallbackRequest | string {
  const parsed = Extensions.safeParse(extensions);
  if (parsed.success) return parsed.data.subscription;
  return parsed.error.issues.map(({ message }) => message).join('; ');
}
