import type { FastifyInstance, FastifyReply } from 'fastify';
import { isSameSecret } from './same-secret.ts';

/** Who may read the metrics: they name every provider. */
export type MetricsAccess =
  | { readonly kind: 'everybody' }
  | { readonly kind: 'token'; readonly token: string }
  /** Nobody is to know of every provider, and nobody has said who may. */
  | { readonly kind: 'nobody' };

export interface MetricsOptions {
  readonly access: MetricsAccess;
  readonly read: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Serves what is counted at `/metrics`, as Prometheus reads it. */
export function serveMetrics(app: FastifyInstance, { access, read }: MetricsOptions): void {
  app.get('/metrics', async ({ headers }, reply) => {
    void reply.header('cache-control', 'no-store');
    if (access.kind === 'nobody') {
      return refuse(reply, 403, 'metrics are served once telemetry.metricsToken is configured');
    }
    const [, shown = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (access.kind === 'token' && !isSameSecret(shown, access.token)) {
      void reply.header('www-authenticate', 'Bearer');
      return refuse(
        reply,
        401,
        'metrics need the token of telemetry.metricsToken: send authorization: Bearer <token>',
      );
    }
    const { contentType, text } = await read();
    return reply.header('content-type', contentType).send(text);
  });
}

function refuse(reply: FastifyReply, statusCode: number, message: string): FastifyReply {
  return reply.code(statusCode).send({ statusCode, message });
}
