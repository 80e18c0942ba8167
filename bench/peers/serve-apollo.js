import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createSchema, HOST, PORT } from './constants.js';

/** Inline traces, which a subgraph turns on by itself, are off here as they are in the service. */
export async function serveApollo(plugins) {
  const server = new ApolloServer({
    schema: createSchema(),
    introspection: false,
    plugins: [ApolloServerPluginInlineTraceDisabled(), ...plugins],
  });
  await startStandaloneServer(server, { listen: { host: HOST, port: PORT } });
}
