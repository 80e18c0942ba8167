import { z } from 'zod';
import { findProvider } from '../../src/providers/registry.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import { say, takeOrders } from './take-orders.ts';

/* A simulated vendor. An order starts a load; the answer says when it will have ended. */

const Order = z.object({ runsForMs: z.number() });

const provider = findProvider('micro');
if (provider === null) throw new Error('there is no such provider');
const vendor = await serveSimulator(provider.simulate({ now: Date.now, seed: 1 }), { port: 0 });
takeOrders(async (message) => {
  const { runsForMs } = Order.parse(message);
  const endsAt = Date.now() + runsForMs;
  const id = vendor.start({ ...ORDINARY_LOAD, queuedForMs: 0, runsForMs });
  return { id, endsAt };
});
say(vendor.url);
