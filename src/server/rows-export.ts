import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { GraphServices } from '../graphql/context.ts';
import { findRowsFile } from '../graphql/export/rows-export.ts';
import type { Gate } from './gate.ts';

export interface RowsExportOptions {
  readonly services: Pick<GraphServices, 'ledger' | 'watcher' | 'clock'>;
  readonly gate: Gate;
  readonly logger: Logger;
  /** How long a client may take nothing of its file, in milliseconds. */
  readonly stalledAfterMs: number;
}

interface RowsRoute {
  readonly Params: { readonly id: string; readonly file: string };
  readonly Querystring: { readonly outcome?: string | readonly string[] };
}

/**
 * `/imports/:id/rows.csv` and `/imports/:id/rows.ndjson`: an import's rows as a file, read as fast
 * as the client takes it and no further. `x-rows-availability` says how much of the rows is held.
 * A file that cannot be finished ends in a reset, so that it never looks whole.
 */
export function serveRowsExport(
  app: FastifyInstance,
  { services, gate, logger, stalledAfterMs }: RowsExportOptions,
): void {
  app.route<RowsRoute>({
    method: ['GET', 'HEAD'],
    url: '/imports/:id/:file',
    handler: async (request, reply) => {
      void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      const { id, file } = request.params;
      const caller = gate.callerOf(request);
      const outcomes = [request.query.outcome ?? []].flat().flatMap((text) => text.split(','));
      const found = await findRowsFile({ importId: id, file, outcomes, caller }, services);
      if (found.kind === 'refused') {
        const { statusCode, code, message } = found;
        return reply.code(statusCode).send({ statusCode, code, message });
      }
      const { contentType, name, availability } = found;
      const headers = {
        'content-type': contentType,
        'content-disposition': `attachment; filename="${name}"`,
        'x-rows-availability': availability,
      };
      if (request.method === 'HEAD') return reply.headers(headers).send();
      const stream = Readable.from(found.pieces());
      // A store that cannot be read is an error with a status, as long as nothing was sent.
      await once(stream, 'readable');
      // What was read for a client that takes nothing would be held for as long as it likes.
      reply.raw.setTimeout(stalledAfterMs, () => {
        stream.destroy(new Error(`its client took nothing for ${stalledAfterMs} ms`));
      });
      stream.once('error', (error) => {
        // Without a reset, HTTP/1.0 takes the end of the connection for that of the file.
        reply.raw.socket?.resetAndDestroy();
        logger.warn({ err: error, importId: id }, 'an export was cut off');
      });
      return reply.headers(headers).send(stream);
    },
  });
}
