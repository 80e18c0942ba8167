import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { CloseCode, handleProtocols, MessageType, parseMessage } from 'graphql-ws';
import type { Server as ProtocolServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { HostCheck } from './hosts.ts';
import { isNestedDeeper } from './nesting.ts';
import type { OriginCheck } from './origin.ts';
import { Prober } from './prober.ts';
import { requestIdOf } from './request-log.ts';
import type { RequestWatch, WatchedRequest } from './request-watch.ts';
import { createProtocol } from './socket-protocol.ts';
import type { Client, ProtocolOptions } from './socket-protocol.ts';

export interface WebSocketOptions extends ProtocolOptions {
  readonly connections: Connections;
  readonly isForeign: OriginCheck;
  readonly isOtherHost: HostCheck;
  readonly logger: Logger;
  readonly watch: RequestWatch;
}

/** Far below what a stack can take, and what variables may have anyway. */
const MOST_NESTING = 250;

/** How often it is seen whether operations are over, and sockets are gone. */
const STEP_MS = 20;

/** How long clients have to close a socket on which nothing runs any more. */
const LEAVE_MS = 300;

/** How long a client has to answer that its socket is being closed. */
const GOODBYE_MS = 1_000;

export interface WebSocketEndpoint {
  /** Opens no more sockets; waits for operations to end, until it is aborted, then closes each socket. */
  close(cutOff: AbortSignal): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql` of an HTTP server. */
export function serveWebSocket(server: Server, options: WebSocketOptions): WebSocketEndpoint {
  const { connections, limits, logger, watch } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    handleProtocols,
    // One message after the other: the library is not done with one that completes an operation when
    // the next takes its id again.
    allowSynchronousEvents: false,
  });
  const prober = new Prober(limits.pingEveryMs);
  const clients = new Set<Client>();
  let isClosing = false;
  const protocol = createProtocol(options, clients);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node leaves the socket to us: without a listener, a reset would end the process.
    stream.on('error', () => stream.destroy());
    const release = connections.open(request.socket.remoteAddress ?? '');
    const refusal = release === null ? '429 Too Many Requests' : refusalOf(request, options);
    if (refusal !== null || isClosing) {
      release?.();
      const status = refusal ?? '503 Service Unavailable';
      const answer = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
      stream.end(answer, () => stream.destroy());
      return;
    }
    stream.on('close', () => release?.());
    const opening = openingOf(request, watch);
    // What a closure here knows is kept as long as the socket is open: no request.
    sockets.handleUpgrade(request, stream, head, (webSocket) => {
      open(webSocket, { ...opening, stream, protocol, prober, logger });
    });
  });

  return {
    close: async (cutOff) => {
      isClosing = true;
      // An operation is over once its last message is written.
      while (isBusy(clients) && !cutOff.aborted) await setTimeout(STEP_MS);
      // Clients close their socket themselves then. One that is closed from both ends at once looks
      // broken off to a client that already subscribes anew.
      let leftMs = LEAVE_MS;
      while (sockets.clients.size > 0 && leftMs > 0 && !cutOff.aborted) {
        await setTimeout(STEP_MS);
        leftMs -= STEP_MS;
      }
      prober.stop();
      const gone = [...sockets.clients].map(closed);
      for (const webSocket of sockets.clients) webSocket.close(1001, 'Going away');
      // A peer that is gone never answers the goodbye.
      await Promise.race([Promise.all(gone), setTimeout(GOODBYE_MS)]);
      for (const webSocket of sockets.clients) webSocket.terminate();
      await Promise.all(gone);
    },
  };
}

/** What is kept of the request that opens a socket. */
interface Opening {
  readonly authorization: string | undefined;
  readonly address: string;
  /** Runs what is done for the socket. */
  readonly run: WatchedRequest['run'];
}

function openingOf(request: IncomingMessage, watch: RequestWatch): Opening {
  const { headers, socket } = request;
  return {
    authorization: headers.authorization,
    address: socket.remoteAddress ?? '',
    run: watch.attach({ id: requestIdOf(request), headers }),
  };
}

interface Opened extends Opening {
  readonly stream: Duplex;
  readonly protocol: ProtocolServer<Connection>;
  readonly prober: Prober;
  readonly logger: Logger;
}

function open(webSocket: WebSocket, opened: Opened): void {
  const { authorization, address, run, stream, protocol, prober, logger } = opened;
  const connection = new Connection({ webSocket, stream, authorization, address });
  // What a client breaks of the protocol closes its socket by itself.
  webSocket.on('error', (error) => logger.debug({ err: error }, 'a socket was closed'));
  webSocket.on('pong', () => connection.heard());
  const cleanUp = protocol.opened(
    {
      protocol: webSocket.protocol,
      send: (text) => connection.send(text),
      close: (code, reason) => connection.close(code, reason),
      onMessage: (receive) =>
        webSocket.on('message', (data) => {
          // What comes after the goodbye, however much, is read by nobody.
          if (!connection.isOpen) return;
          connection.heard();
          if (!connection.checkUnsent()) return;
          const text = textOf(data);
          if (isNestedDeeper(MOST_NESTING, text)) {
            const reason = `a message must not nest more than ${MOST_NESTING} levels deep`;
            connection.close(CloseCode.BadRequest, reason);
            return;
          }
          const completed = findCompleted(text);
          if (completed !== null) connection.complete(completed);
          run(() => receive(text)).catch((error: unknown) => {
            logger.error({ err: error }, 'a message of a socket failed inside');
            connection.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    connection,
  );
  prober.add(connection);
  webSocket.on('close', (code, reason) => {
    prober.forget(connection);
    connection.endAll();
    cleanUp(code, String(reason)).catch((error: unknown) => {
      logger.error({ err: error }, 'a socket could not be cleaned up');
    });
  });
}

/** However it closes, and whatever its client does meanwhile. */
function closed(webSocket: WebSocket): Promise<void> {
  return new Promise((resolve) => webSocket.on('close', () => resolve()));
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

/** The id of the operation that a client completes; the library says what else is wrong with a text. */
function findCompleted(text: string): string | null {
  if (!text.includes(MessageType.Complete)) return null;
  try {
    const message = parseMessage(text);
    return message.type === MessageType.Complete ? message.id : null;
  } catch {
    return null;
  }
}

/** Whether any client still has an operation under way. */
function isBusy(clients: ReadonlySet<Client>): boolean {
  return [...clients].some(
    ({ subscriptions, extra }) => extra.subscriptions + Object.keys(subscriptions).length > 0,
  );
}

function refusalOf(
  { url, headers }: IncomingMessage,
  { gate, isForeign, isOtherHost }: WebSocketOptions,
): string | null {
  if (url?.split('?')[0] !== '/graphql') return '404 Not Found';
  if (isOtherHost(headers)) return '421 Misdirected Request';
  if (isForeign(headers)) return '403 Forbidden';
  return gate.checkRouter(headers['router-authorization']) === null ? null : '403 Forbidden';
}
