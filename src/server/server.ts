import cors from '@fastify/cors';
import type { FastifyCorsOptions } from '@fastify/cors';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphServices } from '../graphql/context.ts';
import { createErrorMask, findOutage, OUTAGE } from '../graphql/errors.ts';
import type { OperationLimits } from '../graphql/operation-limits.ts';
import { Operations } from '../graphql/operations.ts';
import type { PersistedList } from '../graphql/persisted-operations.ts';
import { Callbacks } from './callbacks.ts';
import type { CallbacksObserver } from './callbacks.ts';
import { Connections } from './connections.ts';
import type { Gate } from './gate.ts';
import { serveGraphiql } from './graphiql-page.ts';
import { serveGraphql } from './graphql-http.ts';
import { serveHealth } from './health.ts';
import { createHostCheck, refuseOtherHosts } from './hosts.ts';
import { HttpConnections } from './http-connections.ts';
import type { LiveLimits } from './live-limits.ts';
import { serveMetrics } from './metrics.ts';
import type { MetricsOptions } from './metrics.ts';
import { createOriginCheck } from './origin.ts';
import { createOutageLog } from './outage-log.ts';
import { logRequests, requestIdOf } from './request-log.ts';
import { UNWATCHED } from './request-watch.ts';
import type { RequestWatch } from './request-watch.ts';
import { serveRowsExport } from './rows-export.ts';
import { secure } from './security-headers.ts';
import { serveEventStreams } from './streams.ts';
import { serveWebSocket } from './websocket.ts';

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: Omit<GraphServices, 'publicUrl'>;
  /** Where callers reach this server; null when only its own address says so. */
  readonly publicUrl: string | null;
  /** Who may ask. */
  readonly gate: Gate;
  /** 0 to 1. */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly logger: Logger;
  /** Absent: nobody looks on. */
  readonly watch?: RequestWatch;
  /** Absent: nobody counts what routers are posted. */
  readonly callbacksObserver?: CallbacksObserver;
  /** Absent: nothing is served at `/metrics`. */
  readonly metrics?: MetricsOptions;
  /** Absent: routers are told how long each field took, when they ask. */
  readonly isFederatedTracingOn?: boolean;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Whether `/` shows GraphiQL. */
  readonly isGraphiqlOn: boolean;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
  /** Absent: it is there for other machines, too, or callers show who they are. */
  readonly isLocalOnly?: boolean;
  /** Pages of these origins may ask, beside our own. */
  readonly corsOrigins: readonly string[];
  readonly operationLimits: OperationLimits;
  /** Operations that callers may name; null for none. */
  readonly persistedOperations: PersistedList | null;
  /** The largest request body, in bytes. */
  readonly maxRequestBytes: number;
  readonly limits: LiveLimits;
}

export interface RunningServer {
  /** `http://host:port` */
  readonly url: string;
  /**
   * Listens no more, answers everything that was asked, and resolves when nobody is connected. What
   * is under way when `cutOff` is aborted is cut off. Subscribers must have been told before.
   */
  close(cutOff: AbortSignal): Promise<void>;
}

/** From the first byte of a request to the last of its body. */
const REQUEST_TIMEOUT_MS = 30_000;

/** An import's id with every character percent-encoded is shorter. */
const LONGEST_PATH_PART = 1_000;

/** Files are taken by people: they may pause so many times as long as a subscriber. */
const FILE_PATIENCE = 6;

/** Serves the graph over HTTP and WebSocket at `/graphql`, and streams beside it. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { schema, gate, logger, host, port, corsOrigins, isIntrospectionOn, limits } = options;
  const { fetch, random, metrics, watch = UNWATCHED } = options;
  let publicUrl = options.publicUrl ?? '';
  const services: GraphServices = {
    ...options.services,
    get publicUrl() {
      return publicUrl;
    },
  };
  const { clock, draining } = services;
  const onOutage = createOutageLog({ clock, logger });
  const maskError = createErrorMask(logger, { hidesSuggestions: !isIntrospectionOn, onOutage });
  const app = Fastify({
    routerOptions: { maxParamLength: LONGEST_PATH_PART },
    bodyLimit: options.maxRequestBytes,
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    genReqId: requestIdOf,
    // Others, such as an offer of HTTP/2, are requests like any.
    http: { shouldUpgradeCallback: ({ headers }) => /^websocket$/i.test(headers.upgrade ?? '') },
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
  });
  const httpConnections = new HttpConnections(app.server);
  app.setErrorHandler(async (error, _request, reply) => {
    const outage = findOutage(error);
    if (outage !== null) {
      onOutage(outage);
      return reply
        .code(503)
        .header('retry-after', '1')
        .send({ statusCode: 503, ...OUTAGE });
    }
    const statusCode = statusOf(error);
    if (statusCode >= 500) logger.error({ err: error }, 'a request failed inside');
    const message = statusCode >= 500 || !(error instanceof Error) ? 'failed' : error.message;
    return reply.code(statusCode).send({ statusCode, message });
  });
  const operations = new Operations({
    schema,
    isIntrospectionOn,
    limits: options.operationLimits,
    persisted: options.persistedOperations,
  });
  const connections = new Connections(limits.maxConnections);
  const { callbacksObserver: observer } = options;
  const posting = { fetch, clock, random, limits, maskError, logger };
  const callbacks = new Callbacks({ ...posting, ...(observer && { observer }) });
  const isForeign = createOriginCheck({ services, corsOrigins });
  const live = { services, operations, maskError, gate, connections, limits, isForeign };
  const isOtherHost = createHostCheck({ services, isLocalOnly: options.isLocalOnly ?? false });
  logRequests(app, { watch, logger });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // Whoever keeps connections goes elsewhere with the next request.
    const mayEnd = draining.aborted && httpConnections.mayEnd(request.raw.socket);
    if (mayEnd) void reply.header('connection', 'close');
    done();
  });
  refuseOtherHosts(app, isOtherHost);
  await secure(app);
  if (corsOrigins.length > 0) await app.register(cors, corsOptions(corsOrigins));
  serveHealth(app, { services, onOutage });
  if (metrics !== undefined) serveMetrics(app, metrics);
  await app.register(async (scope) => {
    gate.guard(scope, ({ code, message }) => ({ errors: [{ message, extensions: { code } }] }));
    const { isFederatedTracingOn = true } = options;
    await serveGraphql(scope, {
      ...live,
      callbacks,
      logger,
      isIntrospectionOn,
      isFederatedTracingOn,
    });
    serveEventStreams(scope, live);
  });
  await app.register(async (scope) => {
    gate.guard(scope, ({ statusCode, code, message }) => ({ statusCode, code, message }));
    serveRowsExport(scope, {
      services,
      gate,
      logger,
      stalledAfterMs: limits.laggedAfterMs * FILE_PATIENCE,
    });
    if (options.isGraphiqlOn) serveGraphiql(scope, { services, gate });
  });
  const sockets = serveWebSocket(app.server, { ...live, isOtherHost, logger, watch });
  const url = await listen(app, { host, port });
  if (options.publicUrl === null && !listensOnAnyAddress(app)) publicUrl = url;

  return {
    url,
    close: async (cutOff) => {
      await httpConnections.stopListening();
      const ends = [httpConnections.close(cutOff), sockets.close(cutOff), callbacks.close(cutOff)];
      await Promise.allSettled(ends);
      // Only now: what it closes answers nobody any more.
      await app.close();
      await Promise.all(ends);
    },
  };
}

/** What pages of other origins may send, and see of an answer. */
function corsOptions(corsOrigins: readonly string[]): FastifyCorsOptions {
  return {
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: ['content-disposition', 'retry-after', 'x-request-id', 'x-rows-availability'],
    maxAge: 600,
  };
}

/** Fastify's own errors name the status that the caller is to see; any other is ours. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}

const ANY_ADDRESS = ['0.0.0.0', '::'];

/** Such an address is none that a caller could ask at. */
function listensOnAnyAddress(app: FastifyInstance): boolean {
  const bound = app.server.address();
  return bound !== null && typeof bound !== 'string' && ANY_ADDRESS.includes(bound.address);
}

/** The server cannot listen where it was told to; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

async function listen(
  app: FastifyInstance,
  { host, port }: Pick<ServerOptions, 'host' | 'port'>,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ListenError(
      `cannot listen on ${host}, port ${port} (${reason}); set PORT or HOST to a free one, such as PORT=4001`,
      { cause: error },
    );
  }
}
