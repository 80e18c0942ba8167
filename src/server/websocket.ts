import type { IncomingMessage, Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Context } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { GraphContext } from '../graphql/context.ts';

export interface WebSocketOptions {
  readonly schema: GraphQLSchema;
  /** Makes the context that one operation keeps for its whole life. */
  readonly context: () => GraphContext;
  readonly maskError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** The largest message a client may send, in bytes. */
const LARGEST_MESSAGE = 1_048_576;

/** How long streams have to say that the server is stopping. */
const FAREWELL_MS = 2_000;
const FAREWELL_STEP_MS = 20;

export interface WebSocketEndpoint {
  /** Waits a moment for streams to end, then closes every socket. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql` of an HTTP server. */
export function serveWebSocket(
  server: Server,
  { schema, context, maskError }: WebSocketOptions,
): WebSocketEndpoint {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  const clients = new Set<Context>();
  const endpoint = useServer(
    {
      schema,
      context,
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
      socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
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
      await endpoint.dispose();
    },
  };
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
