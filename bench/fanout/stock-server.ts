import { useServer } from 'graphql-ws/use/ws';
import { z } from 'zod';
import { createContext } from '../../src/graphql/context.ts';
import type { EventModel } from '../../src/graphql/models.ts';
import { EventQueue } from './event-queue.ts';
import { idOf } from './imports.ts';
import { listen } from './listen.ts';
import { openParts, Settings } from './parts.ts';
import type { Parts } from './parts.ts';
import { serveOrders } from './serve-orders.ts';
import { readSettings } from './take-orders.ts';

/*
 * The server of `graphql-ws` as its documentation starts it, on the same schema and a store like
 * this service's, with the usual publish and subscribe: a change is read once for all, and executed
 * for each subscriber. A subscriber of a list is sent the first of its imports, then changes.
 */

const Arguments = z.object({ id: z.string().optional() });

/** Has a change published to all whom it concerns. */
function publish({ ledger, schema }: Parts): void {
  const queues = new Set<EventQueue>();
  const read = async (id: string): Promise<EventModel> => {
    const found = (await ledger.findImports([id])).get(id) ?? null;
    const position = found?.position ?? 0;
    const rest = { skippedRevisions: 0, membership: null, toldGap: 0, gap: null, end: null };
    return { import: found, position, ...rest };
  };
  const announce = async (id: string): Promise<void> => {
    const event = await read(id);
    for (const queue of queues) if (queue.about === null || queue.about === id) queue.push(event);
  };
  ledger.subscribe(({ importId }) => void announce(importId));
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    field.subscribe = async (_source, given: unknown) => {
      const { id = null } = Arguments.parse(given);
      const queue = new EventQueue(id, () => queues.delete(queue));
      queues.add(queue);
      queue.push(await read(id ?? idOf(0)));
      return queue;
    };
  }
}

await serveOrders(async () => {
  const settings = readSettings(Settings);
  const parts = await openParts(settings);
  publish(parts);
  const { schema, caller, change, pass, counts } = parts;
  const services = { ...parts.services, publicUrl: '' };
  const { sockets, url } = await listen();
  const context = () => createContext({ services, caller });
  useServer({ schema, context, isProd: true }, sockets, settings.pingEveryMs);
  return { url, prepare: () => {}, change, pass, counts };
});
