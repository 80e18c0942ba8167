import type { IncomingMessage, Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Context } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { GraphContext } from '../graphql/context.ts';

export interface WebSocketOptions {
  readonly schema: GraphQLSchema;
  /** Makes the context that one operation keeps for its whole life. */
  readonly context: () => GraphContext;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
  readonly maskError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** The largest message a client may send, in bytes. */
const LARGEST_MESSAGE = 1_048_576;

/** How long streams have to say that the server is stopping. */
const FAREWELL_MS = 2_000;
const FAREWELL_STEP_MS = 20;

/** How long a client has to answer that its socket is being closed. */
const GOODBYE_MS = 1_000;

/** More operations than this may not run on one socket at once. */
const MOST_OPERATIONS = 1_000;

export interface WebSocketEndpoint {
  /** Waits a moment for streams to end, then closes every socket. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql` of an HTTP server. */
export function serveWebSocket(
  server: Server,
  { schema, context, maskError, isIntrospectionOn }: WebSocketOptions,
): WebSocketEndpoint {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  const clients = new Set<Context>();
  const rules = isIntrospectionOn
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const endpoint = useServer(
    {
      schema,
      context,
      onSubscribe: ({ subscriptions }, _id, { query }) =>
        findParseErrors(query) ?? findExcess(Object.keys(subscriptions).length),
      validate: (schema, document) => validate(schema, document, rules),
      onConnect: (client) => {
        clients.add(client);
      },
      onClose: (client) => {
        clients.delete(client);
      },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => maskError(error.toJSON(), error)),
      onNext: (_context, _id, _payload, _args, result) => {
        if (result.errors === undefined) return undefined;
        const errors = result.errors.map((error) => maskError(error.toJSON(), error));
        return { data: result.data ?? null, errors };
      },
    },
    sockets,
  );
  server.on('upgrade', (request, socket, head) => {
    const refusal = findRefusal(request);
    if (refusal !== null) {
      // Node leaves the socket to us: without a listener, a reset would end the process.
      socket.on('error', () => socket.destroy());
      const answer = `HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
      socket.end(answer, () => socket.destroy());
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      sockets.emit('connection', client, request);
    });
  });

  return {
    close: async () => {
      // A stream is over once its last message is written, and only the library knows when.
      for (
        let waitedMs = 0;
        isBusy(clients) && waitedMs < FAREWELL_MS;
        waitedMs += FAREWELL_STEP_MS
      ) {
        await setTimeout(FAREWELL_STEP_MS);
      }
      const disposed = Promise.resolve(endpoint.dispose());
      // A peer that is gone never answers the goodbye.
      await Promise.race([disposed, setTimeout(GOODBYE_MS)]);
      for (const socket of sockets.clients) socket.terminate();
      await disposed;
    },
  };
}

/** A text that cannot be parsed is an answer, not a reason to close everything on the socket. */
function findParseErrors(query: string): readonly GraphQLError[] | undefined {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function findExcess(operations: number): readonly GraphQLError[] | undefined {
  if (operations <= MOST_OPERATIONS) return undefined;
  const message = `at most ${MOST_OPERATIONS} operations may run on one socket at once`;
  return [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })];
}

/** Whether any client still has an operation under way. */
function isBusy(clients: ReadonlySet<Context>): boolean {
  return [...clients].some(({ subscriptions }) => Object.keys(subscriptions).length > 0);
}

/** Browsers let any page open a socket to any server, so a page of another origin is refused here. */
function findRefusal({ url, headers }: IncomingMessage): string | null {
  if (url?.split('?')[0] !== '/graphql') return '404 Not Found';
  const { origin, host } = headers;
  if (origin === undefined) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : '403 Forbidden';
}
