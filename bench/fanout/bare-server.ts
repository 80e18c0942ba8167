import { setImmediate } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { listen } from './listen.ts';
import { monotonicMs } from './monotonic.ts';
import { serveOrders } from './serve-orders.ts';

/*
 * A `ws` server that sends the same bytes to every socket in a plain loop. It knows so much of the
 * protocol as a client waits for, and nothing of GraphQL.
 */

const Asked = z.object({ type: z.enum(['connection_init', 'subscribe']) });

const Message = z.instanceof(Buffer);

const SLICE = 50;
const ACK = '{"type":"connection_ack"}';

await serveOrders(async () => {
  const { sockets, url } = await listen();
  const subscribers = new Set<WebSocket>();
  let first = Buffer.alloc(0);
  let changed = Buffer.alloc(0);
  let states = 0;
  sockets.on('connection', (socket) => {
    socket.on('close', () => subscribers.delete(socket));
    socket.on('message', (data) => {
      const { type } = Asked.parse(JSON.parse(String(Message.parse(data))));
      if (type === 'connection_init') {
        socket.send(ACK);
        return;
      }
      subscribers.add(socket);
      void greet(socket);
    });
  });
  const greet = async (socket: WebSocket): Promise<void> => {
    for (let sent = 0; sent < states; sent += 1) {
      socket.send(first, { binary: false });
      // What waits in memory for many clients at once would look like memory that they need.
      if (sent % SLICE === SLICE - 1) await setImmediate();
    }
  };
  const change = async (): Promise<number> => {
    const startedAt = monotonicMs();
    for (const socket of subscribers) socket.send(changed, { binary: false });
    return startedAt;
  };
  return {
    url,
    prepare: (sample) => {
      first = Buffer.from(sample.first);
      changed = Buffer.from(sample.change);
      states = sample.states;
    },
    change,
    pass: async (count) => {
      for (let done = 0; done < count; done += 1) await change();
    },
    counts: () => ({ listeners: 0, topics: 0 }),
  };
});
