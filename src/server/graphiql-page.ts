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
export function serveGraphiql(app: FastifyInstance, { services, gate }: GraphiqlOptions): void {
  app.get('/', { helmet: PAGE }, async ({ headers }, reply) => {
    const admission = await gate.authenticate({ authorization: headers.authorization });
    const mayRead = admission.kind === 'admitted' && admission.caller.scopes.has('imports:read');
    const example = mayRead
      ? await findExampleImport(createContext({ services, caller: admission.caller }))
      : null;
    return reply.type('text/html; charset=utf-8').send(await renderGraphiqlPage(example));
  });
}
