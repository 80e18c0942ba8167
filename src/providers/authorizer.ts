import { AccessToken } from './access-token.ts';
import type { AccessTokenOptions } from './access-token.ts';

/** Where a request gets what shows who asks. */
export interface Authorizer<Grant> {
  /** Rejects with a `ProviderError` when no grant can be had. */
  get(): Promise<Grant>;
  /** Says that the vendor refused this grant; true when another one can be had. */
  refuse(grant: Grant): boolean;
}

/** A grant that cannot be renewed: its refusal is final. */
export function fixedAuthorizer<Grant>(grant: Grant): Authorizer<Grant> {
  return { get: () => Promise.resolve(grant), refuse: () => false };
}

/** A grant that is renewed before it dies and when it is refused. */
export function renewingAuthorizer<Grant>(options: AccessTokenOptions<Grant>): Authorizer<Grant> {
  const token = new AccessToken<Grant>(options);
  return {
    get: () => token.get(),
    refuse: (grant) => {
      token.refuse(grant);
      return true;
    },
  };
}

export interface AuthorizedRequest<Grant, Answer> {
  readonly authorizer: Authorizer<Grant>;
  readonly send: (grant: Grant) => Promise<Answer>;
  /** Whether an answer says that the grant is no longer good. */
  readonly isRefusal: (answer: Answer) => boolean;
  readonly signal: AbortSignal;
}

/** Sends a request; once more when its grant is refused and another one can be had. */
export async function sendAuthorized<Grant, Answer>({
  authorizer,
  send,
  isRefusal,
  signal,
}: AuthorizedRequest<Grant, Answer>): Promise<Answer> {
  const grant = await unlessAborted(authorizer.get(), signal);
  const answer = await send(grant);
  if (!isRefusal(answer) || !authorizer.refuse(grant)) return answer;
  return send(await unlessAborted(authorizer.get(), signal));
}

/** A grant is shared: who gives up waiting for it leaves the others to wait on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
