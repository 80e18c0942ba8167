import { z } from 'zod';
import { findProvider } from '../../src/providers/registry.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';

/* A simulated vendor in a process of its own. A message starts a load that is over at once. */

const Order = z.object({ rows: z.number(), failedRows: z.number() });

const provider = findProvider('micro');
if (provider === null) throw new Error('there is no such provider');
const simulator = provider.simulate({ now: Date.now, seed: 1 });
const vendor = await serveSimulator(simulator, { port: 0 });
process.on('message', (message) => {
  const { rows, failedRows } = Order.parse(message);
  const load = { ...ORDINARY_LOAD, rows, failedRows, queuedForMs: 0, runsForMs: 0 };
  process.send?.({ id: vendor.start(load) });
});
process.once('disconnect', () => void vendor.close());
process.send?.({ url: vendor.url });
