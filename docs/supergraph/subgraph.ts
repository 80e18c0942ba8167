import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export interface Subgraph {
  /** Where it answers. */
  readonly url: string;
  readonly sdl: string;
  stop(): Promise<void>;
}

type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly resolvers?: unknown }>;

/** Serves a schema of this folder on loopback; 0 is any free port. */
export async function serve(
  name: string,
  resolvers: NonNullable<Module['resolvers']>,
  port = 0,
): Promise<Subgraph> {
  const sdl = readFileSync(new URL(`${name}.graphql`, import.meta.url), 'utf8');
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const plugins = [ApolloServerPluginInlineTraceDisabled()];
  const server = new ApolloServer({ schema, plugins, stopOnTerminationSignals: false });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
  return { url, sdl, stop: () => server.stop() };
}
