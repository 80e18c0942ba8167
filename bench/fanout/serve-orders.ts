import { z } from 'zod';
import { Counter } from './counts.ts';
import type { Counts } from './counts.ts';
import { say, takeOrders } from './take-orders.ts';

/** A `next` message of the protocol as this service sends it, for a server that has no ledger. */
export const Sample = z.object({ first: z.string(), change: z.string(), states: z.number() });
export type Sample = z.infer<typeof Sample>;

const Order = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prepare'), sample: Sample }),
  z.object({ kind: z.literal('change'), index: z.number() }),
  z.object({ kind: z.literal('pass'), count: z.number(), imports: z.number() }),
  z.object({ kind: z.literal('cpu') }),
  z.object({ kind: z.literal('usage') }),
]);
export type ServerOrder = z.infer<typeof Order>;

/** One of the servers that are compared. */
export interface Contestant {
  readonly url: string;
  prepare(sample: Sample): void;
  /** Makes a change of an import known to all; answers when it was committed. */
  change(index: number): Promise<number>;
  /** Makes so many changes, of so many imports in turn. */
  pass(count: number, imports: number): Promise<void>;
  counts(): Counts;
}

/** Says where a server is, then takes orders about it. */
export async function serveOrders(start: () => Promise<Contestant>): Promise<void> {
  const counter = new Counter();
  const contestant = await start();
  takeOrders(async (message) => {
    const order = Order.parse(message);
    if (order.kind === 'prepare') return contestant.prepare(order.sample);
    if (order.kind === 'change') return contestant.change(order.index);
    if (order.kind === 'pass') return contestant.pass(order.count, order.imports);
    if (order.kind === 'usage') return counter.take(contestant.counts());
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  });
  say(contestant.url);
}
