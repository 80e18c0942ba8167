import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** The imports that every peer holds in memory, in the shape of the graph. */
export const IMPORTS = JSON.parse(readFileSync(process.env.BENCH_CONSTANTS, 'utf8'));

export const BY_ID = new Map(IMPORTS.map((node) => [node.id, node]));

export const PORT = Number(process.env.PORT);
export const HOST = '127.0.0.1';

/** The service's own SDL; all but two root fields and references are read off plain objects. */
export function createSchema() {
  const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  return buildSubgraphSchema({
    typeDefs: parse(sdl),
    resolvers: {
      Query: {
        imports: (_, { first }) => ({ nodes: IMPORTS.slice(0, first) }),
        import: (_, { id }) => BY_ID.get(id) ?? null,
      },
      Import: {
        __resolveReference: ({ id, providerId, externalId }) =>
          BY_ID.get(id ?? `${providerId}:${externalId}`) ?? null,
      },
    },
  });
}
