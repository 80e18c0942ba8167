import { once } from 'node:events';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { MemPubSub } from '@graphql-hive/pubsub';

export interface GatewayOptions {
  /** The schema of the supergraph. */
  readonly supergraph: string;
  /** How the gateway hears of changes. */
  readonly subscriptions: keyof typeof SUBSCRIPTIONS;
  /** Where this subgraph calls back; its own address when absent. */
  readonly publicUrl?: string;
  /** What proves to this subgraph that requests come through the gateway. */
  readonly routerSecret?: string;
  /** 0 is any free port. */
  readonly port?: number;
}

export interface Gateway {
  /** Where clients find it, also for server-sent events. */
  readonly url: string;
  stop(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

/** The ways in which this subgraph tells of changes. */
const SUBSCRIPTIONS = {
  webSocket: (_host: string, headers: Headers) => ({
    kind: 'ws',
    location: '/graphql',
    headers: Object.entries(headers),
    options: { connectionParams: { authorization: '{context.headers.authorization}' } },
  }),
  // By GET, as it would else be, a long filter does not fit into the address.
  eventStream: () => ({
    kind: 'http',
    location: '/graphql/stream',
    options: { method: 'POST' },
  }),
  callback: (host: string) => ({
    kind: 'http-callback',
    options: { public_url: `${host}/callback`, path: '/callback', heartbeat_interval: 5_000 },
  }),
};

/** Starts Hive Gateway on loopback. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { supergraph, routerSecret, port = 0 } = options;
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  const host = `http://127.0.0.1:${address.port}`;
  const proof: Headers = routerSecret ? { 'router-authorization': routerSecret } : {};
  const subscriptions = SUBSCRIPTIONS[options.subscriptions](options.publicUrl ?? host, proof);
  const gateway = createGatewayRuntime({
    supergraph,
    transportEntries: { imports: { options: { subscriptions } } },
    propagateHeaders: {
      fromClientToSubgraphs: ({ request, subgraphName }) => ({
        authorization: request.headers.get('authorization'),
        traceparent: request.headers.get('traceparent'),
        ...(subgraphName === 'imports' && proof),
      }),
    },
    // Changes that are called back come in as webhooks.
    webhooks: true,
    pubsub: new MemPubSub(),
    logging: 'error',
  });
  server.on('request', (request, response) => void gateway(request, response));
  return {
    url: `${host}/graphql`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await gateway[Symbol.asyncDispose]();
    },
  };
}
