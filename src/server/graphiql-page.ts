import type { FastifyInstance } from 'fastify';
import { createContext } from '../graphql/context.ts';
import type { GraphServices } from '../graphql/context.ts';
import { findExampleImport } from '../graphql/example-import.ts';
import type { Gate } from './gate.ts';
import { renderGraphiqlPage } from './graphiql.ts';
import { PAGE } from './security-headers.ts';

export interface GraphiqlOptions {
  readonly services: GraphServices;
  readonly gate: Gate;
}

/** Serves GraphiQL at `/`, with examples on an import of which whoever opens the page may know. */
export function serveGraphiql(scope: FastifyInstance, { services, gate }: GraphiqlOptions): void {
  scope.get('/', { helmet: PAGE }, async (request, reply) => {
    const caller = gate.callerOf(request);
    const example = caller.scopes.has('imports:read')
      ? await findExampleImport(createContext({ services, caller }))
      : null;
    return reply.type('text/html; charset=utf-8').send(await renderGraphiqlPage(example));
  });
}
