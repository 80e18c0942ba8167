import { on } from 'node:events';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { oneImport } from './modes.ts';
import { complete, connect, idOfNext, subscribe } from './subscriber.ts';
import { readSettings, say, takeOrders } from './take-orders.ts';

/* A few sockets on which one subscription follows another. An order names how many. */

const Settings = z.object({ url: z.string(), sockets: z.number(), imports: z.number() });
const Order = z.number();
const Heard = z.object({ value: z.tuple([z.instanceof(Buffer)]).rest(z.unknown()) });

/** Subscriptions at once on one socket. */
const BATCH = 50;
/** One of so many leaves before it has heard anything. */
const HASTY = 10;

const { url, sockets, imports } = readSettings(Settings);
const opened: WebSocket[] = [];
for (let index = 0; index < sockets; index += 1) opened.push(await connect(url));

async function comeAndGo(socket: WebSocket, count: number): Promise<void> {
  const messages = on(socket, 'message');
  const next = async (): Promise<string> => String(Heard.parse(await messages.next()).value[0]);
  for (let done = 0; done < count; done += BATCH) {
    const waiting = new Set<string>();
    const size = Math.min(BATCH, count - done);
    for (let index = 0; index < size; index += 1) {
      const id = subscribe(socket, oneImport((done + index) % imports).payload);
      if (index % HASTY === 0) complete(socket, id);
      else waiting.add(id);
    }
    while (waiting.size > 0) {
      const id = idOfNext(await next());
      if (waiting.delete(id)) complete(socket, id);
    }
  }
  // Who is answered this has been heard to the end.
  socket.send('{"type":"ping"}');
  for (let text = ''; !text.startsWith('{"type":"pong"'); text = await next());
  await messages.return?.();
}

takeOrders(async (message) => {
  const each = Math.ceil(Order.parse(message) / sockets);
  await Promise.all(opened.map((socket) => comeAndGo(socket, each)));
});
say('ready');
