/** A subscription whose results a router wants posted to it. */
export interface Callback {
  readonly url: URL;
  /** What the router calls it. */
  readonly id: string;
  /** Shows the router that it is us who post; nobody else is told. */
  readonly verifier: string;
  /** How often the router wants to hear that we are there; 0 for never. */
  readonly heartbeatIntervalMs: number;
}

export type CallbackMessage =
  | { readonly action: 'check' }
  /** A result, as JSON. */
  | { readonly action: 'next'; readonly payload: string }
  /** A list of errors, as JSON; null when it ends as it should. */
  | { readonly action: 'complete'; readonly errors: string | null };

/** A message as it is posted, as JSON. */
export function bodyOf({ id, verifier }: Callback, message: CallbackMessage): string {
  const { action } = message;
  const head = JSON.stringify({ kind: 'subscription', action, id, verifier });
  return `${head.slice(0, -1)}${contentOf(message)}}`;
}

function contentOf(message: CallbackMessage): string {
  switch (message.action) {
    case 'check':
      return '';
    case 'next':
      return `,"payload":${message.payload}`;
    case 'complete':
      // To Hive Gateway any list is a failure, also one that is empty.
      return message.errors === null ? '' : `,"errors":${message.errors}`;
  }
}
