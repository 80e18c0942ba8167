import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { GraphQLError } from 'graphql';
import type { Caller } from '../graphql/caller.ts';
import { createContext } from '../graphql/context.ts';
import { maskFailure, resultText } from '../graphql/errors.ts';
import { subscribe } from '../graphql/live/subscribe.ts';
import type { LiveServices } from '../graphql/live/subscribe.ts';
import { failure, isOperation } from '../graphql/operations.ts';
import type { Operation, OperationRequest } from '../graphql/operations.ts';
import { createExecute } from '../graphql/traced-operation.ts';
import type { Connections } from './connections.ts';
import { EVENT_STREAM } from './event-stream.ts';
import type { Gate } from './gate.ts';
import {
  ALLOWED,
  findBodyFault,
  METHODS,
  NOT_ALLOWED,
  OTHER_METHODS,
  readRequest,
} from './graphql-request.ts';
import type { SubscriptionExchange } from './graphql-request.ts';
import type { LiveLimits } from './live-limits.ts';
import type { OriginCheck } from './origin.ts';
import { isMultipartAccepted, MULTIPART } from './multipart.ts';
import { ResponseStream } from './response-stream.ts';
import type { StreamFormat } from './response-stream.ts';

export interface StreamsOptions extends LiveServices {
  readonly gate: Gate;
  readonly isForeign: OriginCheck;
  readonly connections: Connections;
  readonly limits: LiveLimits;
}

const STREAM_PATH = '/graphql/stream';

/** Serves operations as server-sent events at `/graphql/stream`. */
export function serveEventStreams(app: FastifyInstance, options: StreamsOptions): void {
  app.route({
    method: [...METHODS],
    url: STREAM_PATH,
    errorHandler: (error, _request, reply) => {
      const fault = findBodyFault(error);
      if (fault === null) throw error;
      void refuse(reply, fault.statusCode, fault.message);
    },
    handler: async (request, reply) => {
      if (options.isForeign(request.headers)) {
        return refuse(reply, 403, 'a page of another origin may not ask here');
      }
      if (!/text\/event-stream|\*\/\*/.test(request.headers.accept ?? '*/*')) {
        return refuse(reply, 406, 'accept: must be text/event-stream here');
      }
      const asked = readRequest(request);
      if (typeof asked === 'string') return refuse(reply, 400, asked);
      const operation = options.operations.prepare(asked);
      const isMutation = isOperation(operation) && operation.type === OperationTypeNode.MUTATION;
      if (request.method === 'GET' && isMutation) {
        return refuse(reply, 405, 'a mutation must be sent by POST', { allow: 'POST' });
      }
      return stream({ request, reply, asked, operation, format: EVENT_STREAM }, options);
    },
  });
  app.route({
    method: [...OTHER_METHODS],
    url: STREAM_PATH,
    // Before a body is read.
    onRequest: refuseMethod,
    handler: refuseMethod,
  });
}

/**
 * Serves a subscription in parts, when a request asks for it so. Answers false when it does not, and
 * has then done nothing.
 */
export async function serveMultipart(
  exchange: SubscriptionExchange,
  options: StreamsOptions,
): Promise<boolean> {
  const { method, headers } = exchange.request;
  if (method !== 'POST' || !isMultipartAccepted(headers.accept)) return false;
  await stream({ ...exchange, format: MULTIPART }, options);
  return true;
}

interface Streaming extends Omit<SubscriptionExchange, 'operation'> {
  readonly operation: Operation | readonly GraphQLError[];
  readonly format: StreamFormat;
}

async function stream(streaming: Streaming, options: StreamsOptions): Promise<unknown> {
  const { request, reply, asked, operation, format } = streaming;
  const { connections, limits, maskError, gate } = options;
  const caller = gate.callerOf(request);
  const release = connections.open(request.socket.remoteAddress ?? '');
  if (release === null) {
    const message = `at most ${limits.maxConnections} sockets and streams may be open at once; close some`;
    return refuse(reply, 429, message);
  }
  reply.hijack();
  // Fastify keeps the request as long as the stream runs.
  request.body = undefined;
  const response = new ResponseStream({
    response: reply.raw,
    headers: headersOf(reply),
    format,
    heartbeatEveryMs: limits.pingEveryMs,
    failure: (error) => JSON.stringify({ errors: [maskFailure(error, maskError)] }),
    onClose: release,
  });
  try {
    if (!isOperation(operation)) {
      response.answer(resultText({ errors: operation }, maskError));
    } else if (operation.type !== OperationTypeNode.SUBSCRIPTION) {
      response.answer(await run({ asked, operation, caller }, options));
    } else {
      const resumeAfter = lastEventId(request);
      const join = await subscribe({ ...asked, operation, caller, resumeAfter }, options);
      if (typeof join === 'function') response.open(join);
      else response.answer(resultText({ errors: join }, maskError));
    }
  } catch (error) {
    response.fail(error);
  }
  return reply;
}

interface Running {
  readonly asked: OperationRequest;
  readonly operation: Operation;
  readonly caller: Caller;
}

/** Runs what has one result. */
async function run(
  { asked: { operationName, variables }, operation: { document }, caller }: Running,
  { operations, services, maskError }: StreamsOptions,
): Promise<string> {
  const result = await createExecute(services.tracer)({
    schema: operations.schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: createContext({ services, caller }),
  });
  return resultText(result, maskError);
}

/** What was to be said with any answer; Fastify says none of it once the answer is ours. */
function headersOf(reply: FastifyReply): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) headers[name] = value;
  return headers;
}

/** What a browser's `EventSource` has seen when it comes back by itself. */
function lastEventId({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

async function refuseMethod(_request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return refuse(reply, 405, NOT_ALLOWED, ALLOWED);
}

function refuse(
  reply: FastifyReply,
  statusCode: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  const errors = [failure('BAD_REQUEST', message)];
  return reply.code(statusCode).headers(headers).send({ errors });
}
