import type { IncomingHttpHeaders } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { GraphContext } from '../graphql/context.ts';

/** What a router says that wants to know how long each field took. */
const HEADER = 'apollo-federation-include-trace';
const FORMAT = 'ftv1';

/**
 * Answers routers that ask for federated traces (`extensions.ftv1`), by a server of its own: watching
 * every field costs a third of the throughput, and one that watches none costs nothing. It is made
 * when it is first asked for.
 */
export class FederatedTracing {
  readonly #create: () => ApolloServer<GraphContext>;
  #server: Promise<ApolloServer<GraphContext>> | null = null;

  constructor(create: () => ApolloServer<GraphContext>) {
    this.#create = create;
  }

  /** The server that is to answer a request; null when it asks for no trace. */
  async find(headers: IncomingHttpHeaders): Promise<ApolloServer<GraphContext> | null> {
    if (headers[HEADER] !== FORMAT) return null;
    this.#server ??= start(this.#create()).catch((error: unknown) => {
      this.#server = null;
      throw error;
    });
    return this.#server;
  }

  async stop(): Promise<void> {
    await (await this.#server)?.stop();
  }
}

async function start(server: ApolloServer<GraphContext>): Promise<ApolloServer<GraphContext>> {
  await server.start();
  return server;
}
