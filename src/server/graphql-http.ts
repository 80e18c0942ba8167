import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createContext } from '../graphql/context.ts';
import type { GraphContext } from '../graphql/context.ts';
import { createExecutor } from '../graphql/executor.ts';
import { serveMultipart } from './streams.ts';
import type { StreamsOptions } from './streams.ts';

export interface GraphqlOptions extends StreamsOptions {
  readonly logger: Logger;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
}

/** Serves operations over HTTP at `/graphql`. */
export async function serveGraphql(scope: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { services, gate, operations, maskError, logger, isIntrospectionOn } = options;
  const apollo = new ApolloServer<GraphContext>({
    gateway: createExecutor(operations.schema),
    introspection: isIntrospectionOn,
    includeStacktraceInErrorResponses: false,
    formatError: maskError,
    logger,
    // Both watch every field, which costs a third of the throughput each: traces, which a subgraph
    // turns on by itself, and cache hints, of which the schema has none.
    plugins: [ApolloServerPluginInlineTraceDisabled(), ApolloServerPluginCacheControlDisabled()],
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  scope.addHook('onClose', () => apollo.stop());
  scope.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler: async (request, reply) => {
      if (await serveMultipart({ request, reply }, options)) return reply;
      return undefined;
    },
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return createContext({ services, caller: gate.callerOf(request) });
      },
    }),
  });
}
