import { z } from 'zod';
import type { WebSocket } from 'ws';
import { monotonicMs } from './monotonic.ts';
import type { Payload } from './modes.ts';
import { connect, idOfNext, subscribe } from './subscriber.ts';
import { readSettings, say, takeOrders } from './take-orders.ts';

/*
 * Many subscribers in one process. Says when the last of them has its first states, then each time
 * that all have one message more.
 */

const Settings = z.object({
  url: z.string(),
  payload: z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) }),
  sockets: z.number(),
  states: z.number(),
  batch: z.number(),
  isSayingWhen: z.boolean(),
});

const Order = z.object({ kind: z.enum(['sample', 'count', 'pause']) });

const { url, payload, sockets, states, batch, isSayingWhen } = readSettings(Settings);
const opened: WebSocket[] = [];
let messages = 0;
let latest: unknown = null;
let isReady = false;

function hear(data: unknown): void {
  messages += 1;
  if (messages === 1) idOfNext(String(data));
  latest = data;
  if (!isReady || !isSayingWhen) return;
  if (messages % sockets === 0) say(monotonicMs());
}

async function open(subscription: Payload): Promise<void> {
  const socket = await connect(url);
  const ready = Promise.withResolvers<void>();
  let waitedFor = states;
  socket.on('message', (data) => {
    hear(data);
    waitedFor -= 1;
    if (waitedFor === 0) ready.resolve();
  });
  subscribe(socket, subscription);
  await ready.promise;
  opened.push(socket);
}

for (let left = sockets; left > 0; left -= batch) {
  const some = Array.from({ length: Math.min(left, batch) }, () => open(payload));
  await Promise.all(some);
}
messages = 0;
isReady = true;
takeOrders(async (message) => {
  const { kind } = Order.parse(message);
  if (kind === 'sample') return String(latest);
  if (kind === 'pause') for (const socket of opened) socket.pause();
  return messages;
});
say('ready');
