import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { CloseCode, handleProtocols } from 'graphql-ws';
import type { Server as ProtocolServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { LiveLimits } from './live-limits.ts';
import { createProtocol } from './socket-protocol.ts';
import type { Client, ProtocolOptions } from './socket-protocol.ts';

export interface WebSocketOptions extends ProtocolOptions {
  readonly connections: Connections;
  readonly logger: Logger;
}

/** How long operations that were told to end have to be over. */
const FAREWELL_MS = 2_000;
const FAREWELL_STEP_MS = 20;

/** How long a client has to answer that its socket is being closed. */
const GOODBYE_MS = 1_000;

export interface WebSocketEndpoint {
  /** Waits a moment for operations to end, then closes every socket. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql` of an HTTP server. */
export function serveWebSocket(server: Server, options: WebSocketOptions): WebSocketEndpoint {
  const { connections, limits, logger } = options;
  const { draining } = options.services;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    handleProtocols,
  });
  const clients = new Set<Client>();
  const protocol = createProtocol(options, clients);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node leaves the socket to us: without a listener, a reset would end the process.
    stream.on('error', () => stream.destroy());
    const release = connections.open(request.socket.remoteAddress ?? '');
    const refusal = release === null ? '429 Too Many Requests' : refusalOf(request, draining);
    if (refusal !== null) {
      release?.();
      const answer = `HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
      stream.end(answer, () => stream.destroy());
      return;
    }
    stream.once('close', () => release?.());
    sockets.handleUpgrade(request, stream, head, (webSocket) => {
      open(webSocket, { stream, protocol, limits, logger });
    });
  });

  return {
    close: async () => {
      // An operation is over once its last message is written, and only the library knows when.
      for (
        let waitedMs = 0;
        isBusy(clients) && waitedMs < FAREWELL_MS;
        waitedMs += FAREWELL_STEP_MS
      ) {
        await setTimeout(FAREWELL_STEP_MS);
      }
      const gone = [...sockets.clients].map((webSocket) => once(webSocket, 'close'));
      for (const webSocket of sockets.clients) webSocket.close(1001, 'Going away');
      // A peer that is gone never answers the goodbye.
      await Promise.race([Promise.all(gone), setTimeout(GOODBYE_MS)]);
      for (const webSocket of sockets.clients) webSocket.terminate();
      await Promise.all(gone);
    },
  };
}

interface Opening {
  readonly stream: Duplex;
  readonly protocol: ProtocolServer<Connection>;
  readonly limits: LiveLimits;
  readonly logger: Logger;
}

function open(webSocket: WebSocket, { stream, protocol, limits, logger }: Opening): void {
  const connection = new Connection({ webSocket, stream });
  // What a client breaks of the protocol closes its socket by itself.
  webSocket.on('error', (error) => logger.debug({ err: error }, 'a socket was closed'));
  webSocket.on('pong', () => connection.heard());
  const closed = protocol.opened(
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
          receive(textOf(data)).catch((error: unknown) => {
            logger.error({ err: error }, 'a message of a socket failed inside');
            connection.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    connection,
  );
  const prober = setInterval(() => connection.probe(), limits.pingEveryMs);
  webSocket.once('close', (code, reason) => {
    clearInterval(prober);
    connection.endAll();
    closed(code, String(reason)).catch((error: unknown) => {
      logger.error({ err: error }, 'a socket could not be cleaned up');
    });
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

/** Whether any client still has an operation under way. */
function isBusy(clients: ReadonlySet<Client>): boolean {
  return [...clients].some(({ subscriptions }) => Object.keys(subscriptions).length > 0);
}

/** Browsers let any page open a socket to any server, so a page of another origin is refused here. */
function refusalOf({ url, headers }: IncomingMessage, draining: AbortSignal): string | null {
  if (draining.aborted) return '503 Service Unavailable';
  if (url?.split('?')[0] !== '/graphql') return '404 Not Found';
  const { origin, host } = headers;
  if (origin === undefined) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : '403 Forbidden';
}
