import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { RequestWatch } from './request-watch.ts';

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** What a request is called: as whoever sent it says in `x-request-id`, or a new name. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID();
}

/** Has every answer say what its request is called, and tells of each request once it is over. */
export function logRequests(
  app: FastifyInstance,
  { watch, logger }: { readonly watch: RequestWatch; readonly logger: Logger },
): void {
  /** A stream is written by whoever serves it, and is not sent as an answer is. */
  const answered = new WeakSet<ServerResponse>();
  app.addHook('onRequest', (request, reply, done) => {
    const { id, method, headers, routeOptions } = request;
    const route = routeOptions.url ?? null;
    const watched = watch.begin({ id, method, route, headers });
    void reply.header('x-request-id', id);
    const begunAt = performance.now();
    // A stream may run for days; what it was asked with is not kept for it.
    const { raw } = reply;
    // Also when its client leaves before the answer is whole.
    raw.once('close', () => {
      const { statusCode: status, writableFinished } = raw;
      const ms = performance.now() - begunAt;
      const seconds = writableFinished && answered.has(raw) ? ms / 1000 : null;
      watched.run(() => {
        logger.debug(
          { method, route, status, ms: Math.round(ms), isWhole: writableFinished },
          'answered',
        );
      });
      watched.end({ status, seconds });
    });
    // Fastify goes on as it was called, also once the body has come.
    watched.run(done);
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    answered.add(reply.raw);
    done();
  });
}
