import { Readable } from 'node:stream';
import { ApolloServer, HeaderMap } from '@apollo/server';
import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { createContext } from '../graphql/context.ts';
import type { GraphContext } from '../graphql/context.ts';
import { isOutage, resultText } from '../graphql/errors.ts';
import { createExecutor } from '../graphql/executor.ts';
import { failure, isOperation } from '../graphql/operations.ts';
import type { Operation } from '../graphql/operations.ts';
import { createSchema } from '../graphql/schema.ts';
import { traceExecutor } from '../graphql/traced-operation.ts';
import { chooseResultType, namesResultType } from './accept.ts';
import type { ResultType } from './accept.ts';
import { serveCallback } from './callback.ts';
import type { CallbackOptions } from './callback.ts';
import { isCallbackAccepted } from './callback-request.ts';
import { FederatedTracing } from './federated-tracing.ts';
import {
  ALLOWED,
  findBodyFault,
  METHODS,
  NOT_ALLOWED,
  OTHER_METHODS,
  readRequest,
} from './graphql-request.ts';
import { isMultipartAccepted } from './multipart.ts';
import { serveMultipart } from './streams.ts';
import type { StreamsOptions } from './streams.ts';

export interface GraphqlOptions extends StreamsOptions, CallbackOptions {
  readonly logger: Logger;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
  /** Whether routers are told how long each field took, when they ask. */
  readonly isFederatedTracingOn: boolean;
}

/**
 * Serves operations over HTTP at `/graphql`. What is wrong with one is told before Apollo Server sees
 * it, which is handed what was found right and nothing else.
 */
export async function serveGraphql(scope: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { services, gate, operations } = options;
  const apollo = createApollo(options, {
    gateway: traceExecutor(createExecutor(operations.schema), services.tracer),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  await apollo.start();
  const tracing = options.isFederatedTracingOn
    ? new FederatedTracing(() =>
        createApollo(options, {
          // Apollo Server changes each field of the schema that it watches.
          schema: createSchema(services.tracer),
          plugins: [ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })],
        }),
      )
    : null;
  scope.addHook('onClose', async () => {
    await Promise.all([apollo.stop(), tracing?.stop()]);
  });
  scope.route({
    method: [...METHODS],
    url: GRAPHQL_PATH,
    errorHandler: (error, { headers }, reply) => {
      const fault = findBodyFault(error);
      if (fault === null) throw error;
      const type = chooseResultType(headers.accept) ?? 'application/json';
      void refuse(
        reply,
        { ...malformed(type, fault.message), statusCode: fault.statusCode },
        options,
      );
    },
    handler: async (request, reply) => {
      const { accept } = request.headers;
      const accepted = chooseResultType(accept);
      if (accepted === null && !isMultipartAccepted(accept)) {
        return refuse(reply, NOT_ACCEPTABLE, options);
      }
      // Whoever takes nothing but parts is told why there are none.
      const type = accepted ?? 'application/json';
      const asked = readRequest(request);
      if (typeof asked === 'string') return refuse(reply, malformed(type, asked), options);
      const operation = operations.prepare(asked);
      if (!isOperation(operation))
        return refuse(reply, refusal(operation, { request, type }), options);
      if (operation.type === OperationTypeNode.SUBSCRIPTION) {
        const exchange = { request, reply, asked, operation };
        if (await serveCallback(exchange, options)) return reply;
        if (await serveMultipart(exchange, options)) return reply;
      }
      if (accepted === null) return refuse(reply, NOT_ACCEPTABLE, options);
      const misuse = findMisuse(operation, { request, type });
      if (misuse !== null) return refuse(reply, misuse, options);
      const { operationName, variables } = asked;
      const server = (await tracing?.find(request.headers)) ?? apollo;
      const { status, headers, body } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: 'POST',
          headers: headersFor({ request, type }, options),
          search: '',
          body: { query: operation.text, operationName, variables },
        },
        context: async () => createContext({ services, caller: gate.callerOf(request) }),
      });
      return reply
        .code(status ?? 200)
        .headers({ ...Object.fromEntries(headers), ...NOT_STORED })
        .send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
    },
  });
  const refuseMethod = async (
    { headers }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> => {
    const type = chooseResultType(headers.accept) ?? 'application/json';
    const refused = { ...malformed(type, NOT_ALLOWED), statusCode: 405, headers: ALLOWED };
    return refuse(reply, refused, options);
  };
  scope.route({
    method: [...OTHER_METHODS],
    url: GRAPHQL_PATH,
    // Before a body is read.
    onRequest: refuseMethod,
    handler: refuseMethod,
  });
}

const GRAPHQL_PATH = '/graphql';

/** `execution` says by what, and with whom looking on. */
function createApollo(
  options: GraphqlOptions,
  { plugins = [], ...execution }: ApolloServerOptions<GraphContext>,
): ApolloServer<GraphContext> {
  const { operations, maskError, logger, isIntrospectionOn } = options;
  return new ApolloServer<GraphContext>({
    ...execution,
    introspection: isIntrospectionOn,
    includeStacktraceInErrorResponses: false,
    formatError: maskError,
    logger,
    // Nothing is read or checked twice.
    documentStore: {
      get: async (key) => operations.findDocument(key.slice(-HASH_LENGTH)) ?? undefined,
      set: async () => undefined,
      delete: async () => false,
    },
    persistedQueries: false,
    plugins: [
      ...plugins,
      STATUS_PLUGIN,
      // It watches every field, which costs a third of the throughput, for cache hints, of which the
      // schema has none.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    stopOnTerminationSignals: false,
  });
}

/** A SHA-256 in hexadecimal; what stands before it tells schemas apart. */
const HASH_LENGTH = 64;

const NOT_STORED = { 'cache-control': 'no-store' } as const;

/**
 * What a request is answered with that is well-formed and not executed. Those that read the older
 * type take any other status for one of HTTP itself.
 * https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
 */
const STATUS_OF_REFUSAL: Readonly<Record<ResultType, number>> = {
  'application/graphql-response+json': 400,
  'application/json': 200,
};

/**
 * The status where there are no data: variables of the wrong type show only when an operation is about
 * to be executed, and a store that cannot be reached when it is.
 */
const STATUS_PLUGIN: ApolloServerPlugin<GraphContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request, response: { body, http } }) => {
      const type = chooseResultType(request.http?.headers.get('accept'));
      if (body.kind !== 'single' || type === null) return;
      const isRefusal = body.singleResult.data === undefined && http.status === 400;
      if (isRefusal) http.status = STATUS_OF_REFUSAL[type];
      if (type === 'application/json' || !isOutage(body.singleResult)) return;
      // Proxies and monitors see that nothing was answered, and may ask again.
      http.status = 503;
      http.headers.set('retry-after', '1');
    },
  }),
};

interface Refusal {
  readonly type: ResultType;
  readonly statusCode: number;
  readonly errors: readonly GraphQLError[];
  readonly headers?: Readonly<Record<string, string>>;
}

const NOT_ACCEPTABLE: Refusal = {
  type: 'application/json',
  statusCode: 406,
  errors: [
    failure(
      'BAD_REQUEST',
      'accept: must allow application/graphql-response+json or application/json; subscriptions are sent as multipart/mixed',
    ),
  ],
};

function malformed(type: ResultType, message: string): Refusal {
  return { type, statusCode: 400, errors: [failure('BAD_REQUEST', message)] };
}

function refusal(errors: readonly GraphQLError[], { request, type }: Exchange): Refusal {
  const { accept } = request.headers;
  // To those that want no result but one that is posted, or in parts, the status says that there is none.
  const isStatusRead = isCallbackAccepted(accept) || chooseResultType(accept) === null;
  return { type, statusCode: isStatusRead ? 400 : STATUS_OF_REFUSAL[type], errors };
}

/** Why an operation cannot be executed in answer to this request, or null. */
function findMisuse(
  { type: kind }: Operation,
  { request: { method }, type }: Exchange,
): Refusal | null {
  if (kind === OperationTypeNode.SUBSCRIPTION) {
    const message =
      'subscriptions are served over WebSocket (graphql-transport-ws) and multipart/mixed at this path, and as server-sent events at /graphql/stream';
    return malformed(type, message);
  }
  if (kind !== OperationTypeNode.MUTATION || method === 'POST') return null;
  const errors = [failure('BAD_REQUEST', 'a mutation must be sent by POST')];
  return { type, statusCode: 405, errors, headers: { allow: 'POST' } };
}

function refuse(
  reply: FastifyReply,
  { type, statusCode, errors, headers = {} }: Refusal,
  { maskError }: GraphqlOptions,
): FastifyReply {
  return reply
    .code(statusCode)
    .type(`${type}; charset=utf-8`)
    .headers({ ...headers, ...NOT_STORED })
    .send(resultText({ errors }, maskError));
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly type: ResultType;
}

/**
 * What Apollo Server is shown of the headers: the type that was chosen, and that a GET which names
 * the type of its result comes from a program or a page of ours. Any page can have a browser send a
 * GET; one that another origin makes is told by its other headers.
 */
function headersFor({ request, type }: Exchange, { isForeign }: GraphqlOptions): HeaderMap {
  const { method, headers } = request;
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  map.set('accept', type);
  if (method !== 'POST' && namesResultType(headers.accept) && !isForeign(headers)) {
    map.set('apollo-require-preflight', 'true');
  }
  return map;
}
