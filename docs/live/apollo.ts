import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import type { TypedDocumentNode } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { defer, map, repeat, retry, takeWhile, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { FOLLOW, pause, recover } from './following.ts';
import type { Followed, FollowData, ImportEvent, Position } from './following.ts';
import { connect } from './socket.ts';

/** Over a WebSocket: `wss://example.com/graphql`. */
export function overSocket(url: string): ApolloClient {
  return new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(connect(url)) });
}

/** Over multipart HTTP: `https://example.com/graphql`. */
export function overHttp(uri: string): ApolloClient {
  return new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri }) });
}

const query: TypedDocumentNode<FollowData, { id: string; after: Position }> = gql(FOLLOW);

/**
 * Every change of an import, each once, over any number of connections, until it has settled. For
 * one subscriber.
 */
export function follow(
  client: ApolloClient,
  { id, after = null }: Pick<Followed, 'id' | 'after'>,
): Observable<ImportEvent> {
  let failures = 0;
  const delay = (): Promise<void> => pause(failures++);
  return defer(() => client.subscribe({ query, variables: { id, after } })).pipe(
    // Apollo Client tells every failure as a result, and then completes.
    map(({ data, error }) => {
      if (!data) throw error;
      return data.importChanged;
    }),
    tap((event) => {
      after = event.position;
      if (event.import) failures = 0;
    }),
    retry({
      delay: (error) => {
        after = recover(after, CombinedGraphQLErrors.is(error) ? error.errors : []);
        return delay();
      },
    }),
    repeat({ delay }),
    takeWhile(({ end }) => end?.reason !== 'SETTLED', true),
  );
}
