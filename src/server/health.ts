import type { FastifyInstance } from 'fastify';
import type { GraphLedger, GraphServices } from '../graphql/context.ts';

export interface HealthOptions {
  readonly services: Pick<GraphServices, 'draining' | 'clock'> & {
    readonly ledger: Pick<GraphLedger, 'getLatestPosition'>;
  };
  /** Told each time that the store does not answer. */
  readonly onOutage: (error: unknown) => void;
}

/** Whoever asks every few seconds has an answer before they ask again. */
const STORE_WITHIN_MS = 2_000;

/**
 * `/health/live`: the process answers. `/health/ready`: it can be sent requests: its store answers
 * (else it is `storeless`) and it is not stopping (else it is `draining`). A vendor that is down
 * changes neither.
 */
export function serveHealth(app: FastifyInstance, { services, onOutage }: HealthOptions): void {
  const { ledger, draining, clock } = services;
  /** However many ask, the store is asked once. */
  let asking: Promise<boolean> | null = null;
  const asked = async (): Promise<boolean> => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(STORE_WITHIN_MS, () =>
      late.reject(new Error(`the store did not answer within ${STORE_WITHIN_MS} ms`)),
    );
    try {
      await Promise.race([ledger.getLatestPosition(), late.promise]);
      return true;
    } catch (error) {
      onOutage(error);
      return false;
    } finally {
      cancel();
      asking = null;
    }
  };
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    if (draining.aborted) return reply.code(503).send({ status: 'draining' });
    asking ??= asked();
    if (!(await asking)) return reply.code(503).send({ status: 'storeless' });
    return { status: 'ready' };
  });
}
