import { execFileSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { parse } from 'graphql';
import { pino } from 'pino';
import { compose } from '../../../docs/supergraph/compose.ts';
import { startGateway } from '../../../docs/supergraph/gateway.ts';
import { atEnd } from '../../support/at-end.ts';
import type { Subgraphs } from './supergraph.ts';

/** A gateway that others wrote. */
export interface GatewayKind {
  readonly name: string;
  /** Starts it before these subgraphs; answers where. It is gone when the test ends. */
  readonly start: (t: TestContext, subgraphs: Subgraphs) => Promise<string>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Each on the supergraph that its own vendor's composer makes. */
export const GATEWAYS: readonly GatewayKind[] = [
  {
    name: '@apollo/gateway',
    start: (t, subgraphs) => {
      const args = ['.schema.ts', 'print', '--without-authorization'];
      const sdl = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
      return startApolloGateway(t, { ...subgraphs, imports: { ...subgraphs.imports, sdl } });
    },
  },
  {
    name: 'Hive Gateway',
    start: async (t, subgraphs) => {
      const gateway = await startGateway({
        supergraph: compose(subgraphs),
        subscriptions: 'eventStream',
      });
      atEnd(t, () => gateway.stop());
      return new URL(gateway.url).origin;
    },
  },
];

export async function startApolloGateway(t: TestContext, subgraphs: Subgraphs): Promise<string> {
  const services = Object.entries(subgraphs).map(([name, { url, sdl }]) => ({
    name,
    url,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl = '' } = composeServices(services);
  const logger = pino({ level: 'silent' });
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl, logger }),
    logger,
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  atEnd(t, () => server.stop());
  return new URL(url).origin;
}
