import { ReadableStream } from 'node:stream/web';
import type { TestContext } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import type { ApolloLink } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, subscriptionExchange } from '@urql/core';
import { parse } from 'graphql';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import type { Client as SocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { atEnd } from './at-end.ts';
import { bearer } from './callers.ts';
import type { Answer } from './world.ts';

export interface Following {
  /** Of the server: `http://host:port`. */
  readonly url: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What the client shows; none when absent. */
  readonly token?: string;
}

/** A client that others wrote. */
export interface Follower {
  readonly name: string;
  /**
   * Runs a subscription on a connection of its own, which is gone when the stream is left or the
   * test ends. What is refused is an answer with errors; a connection that breaks rejects.
   */
  readonly follow: (t: TestContext, following: Following) => AsyncIterableIterator<Answer>;
}

const GRAPHQL_WS: Follower = {
  name: 'graphql-ws over WebSocket',
  follow: (t, { url, query, variables = {}, token }) => {
    const client = connectSocket(t, url, token);
    return streamOf(({ next, end, fail }) =>
      client.subscribe(
        { query, variables },
        {
          next: (result) => next(answerOf(result)),
          complete: end,
          error: refusalOr({ next, end, fail }),
        },
      ),
    );
  },
};

const GRAPHQL_SSE: Follower = {
  name: 'graphql-sse over server-sent events',
  follow: (t, { url, query, variables = {}, token }) => {
    const client = createEventClient({
      url: `${url}/graphql/stream`,
      retryAttempts: 0,
      headers: bearer(token ?? null),
    });
    atEnd(t, () => client.dispose());
    return streamOf(({ next, end, fail }) =>
      client.subscribe(
        { query, variables },
        { next: (result) => next(answerOf(result)), complete: end, error: fail },
      ),
    );
  },
};

const APOLLO_MULTIPART: Follower = {
  name: 'Apollo Client over multipart HTTP',
  follow: (t, following) =>
    followWithApollo(
      t,
      new HttpLink({
        uri: `${following.url}/graphql`,
        headers: bearer(following.token ?? null),
      }),
      following,
    ),
};

const APOLLO_SOCKET: Follower = {
  name: 'Apollo Client over WebSocket',
  follow: (t, following) =>
    followWithApollo(
      t,
      new GraphQLWsLink(connectSocket(t, following.url, following.token)),
      following,
    ),
};

const URQL: Follower = {
  name: 'urql over WebSocket',
  follow: (t, { url, query, variables = {}, token }) => {
    const sockets = connectSocket(t, url, token);
    const forward = subscriptionExchange({
      forwardSubscription: ({ query: text = '', variables: own }) => ({
        subscribe: (sink) => ({
          unsubscribe: sockets.subscribe(
            { query: text, variables: { ...own } },
            {
              ...sink,
              next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors }) }),
            },
          ),
        }),
      }),
    });
    const client = new UrqlClient({
      url: `${url}/graphql`,
      exchanges: [forward],
      preferGetMethod: false,
    });
    return streamOf(({ next, end, fail }) => {
      const subscription = client
        .subscription(query, { ...variables })
        .subscribe(({ data, error, hasNext }) => {
          if (error?.networkError) fail(error);
          else if (hasNext) next(answerOf({ data, errors: error?.graphQLErrors }));
          // It does not tell that an operation which was refused is over.
          if (!hasNext || (error !== undefined && !data)) end();
        });
      return () => subscription.unsubscribe();
    });
  },
};

/** One for each way in which this server serves subscriptions. */
export const TRANSPORTS: readonly Follower[] = [GRAPHQL_WS, GRAPHQL_SSE, APOLLO_MULTIPART];

export const FOLLOWERS: readonly Follower[] = [...TRANSPORTS, APOLLO_SOCKET, URQL];

/** A socket that opens with the first operation, and never opens again by itself. */
export function connectSocket(t: TestContext, url: string, token?: string): SocketClient {
  const client = createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: bearer(token ?? null),
  });
  atEnd(t, () => client.dispose());
  return client;
}

function followWithApollo(
  t: TestContext,
  link: ApolloLink,
  { query, variables = {} }: Following,
): AsyncIterableIterator<Answer> {
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  atEnd(t, () => client.stop());
  return streamOf(({ next, end, fail }) => {
    const subscription = client
      .subscribe({ query: parse(query), variables: { ...variables }, fetchPolicy: 'no-cache' })
      .subscribe({
        next: ({ data, error }) => {
          if (error === undefined) next(answerOf({ data }));
          else if (CombinedGraphQLErrors.is(error)) next(answerOf({ data, errors: error.errors }));
          else fail(error);
        },
        complete: end,
        error: fail,
      });
    return () => subscription.unsubscribe();
  });
}

interface Receiver {
  readonly next: (answer: Answer) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** What is pushed, for a reader that pulls; whoever stops reading leaves. */
function streamOf(start: (receiver: Receiver) => () => void): AsyncIterableIterator<Answer> {
  let isOver = false;
  let leave: (() => void) | null = null;
  const once = (act: () => void): void => {
    if (!isOver) act();
    isOver = true;
  };
  const stream = new ReadableStream<Answer>({
    start: (controller) => {
      leave = start({
        next: (answer) => {
          if (!isOver) controller.enqueue(answer);
        },
        end: () => once(() => controller.close()),
        fail: (error) => once(() => controller.error(error)),
      });
    },
    cancel: () => once(() => leave?.()),
  });
  return stream.values();
}

/** `graphql-ws` gives the errors of a refused operation as a list, and what breaks as an event. */
function refusalOr({ next, end, fail }: Receiver): (error: unknown) => void {
  return (error) => {
    if (!Array.isArray(error)) return fail(error);
    next(answerOf({ errors: error }));
    end();
  };
}

function answerOf({ data, errors }: { data?: unknown; errors?: unknown }): Answer {
  return { data: data ?? null, errors: JSON.parse(JSON.stringify(errors ?? [])) };
}
