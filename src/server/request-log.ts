import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { RequestWatch, WatchedRequest } from './request-watch.ts';

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** What a request is called: as whoever sent it says in `x-request-id`, or a new name. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID();
}

interface Answering {
  readonly watched: WatchedRequest;
  /** Whether its answer went out by itself: a stream is written by us. */
  isAnswered: boolean;
}

/** Has every answer say what its request is called, and tells of each request once it is over. */
export function logRequests(
  app: FastifyInstance,
  { watch, logger }: { readonly watch: RequestWatch; readonly logger: Logger },
): void {
  const answering = new WeakMap<FastifyRequest, Answering>();
  app.addHook('onRequest', (request, reply, done) => {
    const { id, method, headers, routeOptions } = request;
    const route = routeOptions.url ?? null;
    const one: Answering = {
      watched: watch.begin({ id, method, route, headers }),
      isAnswered: false,
    };
    answering.set(request, one);
    void reply.header('x-request-id', id);
    const begunAt = performance.now();
    // Also when its client leaves before the answer is whole.
    reply.raw.once('close', () => {
      const { statusCode: status, writableFinished } = reply.raw;
      const ms = performance.now() - begunAt;
      const seconds = one.isAnswered && writableFinished ? ms / 1000 : null;
      one.watched.run(() => {
        logger.debug(
          { method, route, status, ms: Math.round(ms), isWhole: writableFinished },
          'answered',
        );
      });
      one.watched.end({ status, seconds });
    });
    // Fastify goes on as it was called, also once the body has come.
    one.watched.run(done);
  });
  app.addHook('onSend', (request, _reply, _payload, done) => {
    const one = answering.get(request);
    if (one !== undefined) one.isAnswered = true;
    done();
  });
}
