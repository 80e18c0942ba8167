import { Client, subscriptionExchange } from '@urql/core';
import type { SubscriptionForwarder } from '@urql/core';
import { make, pipe, takeUntil, toAsyncIterable } from 'wonka';
import { FOLLOW, pause, recover } from './following.ts';
import type { Followed, FollowData, ImportEvent } from './following.ts';
import { connect } from './socket.ts';

/** Over a WebSocket: `wss://example.com/graphql`. */
export function overSocket(url: string): Client {
  const sockets = connect(url);
  const forwardSubscription: SubscriptionForwarder = ({ query = '', variables }) => ({
    subscribe: ({ next, ...sink }) => ({
      unsubscribe: sockets.subscribe(
        { query, variables },
        { ...sink, next: ({ data = null, errors }) => next(errors ? { data, errors } : { data }) },
      ),
    }),
  });
  return new Client({ url, exchanges: [subscriptionExchange({ forwardSubscription })] });
}

/** Every change of an import, each once, over any number of sockets, until it has settled. */
export async function* follow(
  client: Client,
  { id, after = null, signal }: Followed,
): AsyncGenerator<ImportEvent> {
  const left = make<void>((observer) => {
    const leave = (): void => observer.next();
    signal.addEventListener('abort', leave);
    return () => signal.removeEventListener('abort', leave);
  });
  for (let failures = 0; !signal.aborted; failures += 1) {
    const results = client.subscription<FollowData>(FOLLOW, { id, after });
    for await (const { data, error } of pipe(results, takeUntil(left), toAsyncIterable)) {
      if (!data) {
        after = recover(after, error?.graphQLErrors ?? []);
        break;
      }
      const event = data.importChanged;
      after = event.position;
      if (event.import) failures = 0;
      yield event;
      if (event.end?.reason === 'SETTLED') return;
    }
    await pause(failures);
  }
}
