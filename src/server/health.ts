import type { FastifyInstance } from 'fastify';
import type { GraphServices } from '../graphql/context.ts';

/**
 * `/health/live`: the process answers. `/health/ready`: it can be sent requests: its store answers
 * and it is not stopping. A vendor that is down changes neither.
 */
export function serveHealth(
  app: FastifyInstance,
  { ledger, draining }: Pick<GraphServices, 'ledger' | 'draining'>,
): void {
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    if (draining.aborted) return reply.code(503).send({ status: 'draining' });
    await ledger.getLatestPosition();
    return { status: 'ready' };
  });
}
