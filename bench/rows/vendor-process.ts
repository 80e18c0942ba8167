import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Load } from './capture.ts';

/** A simulated vendor in a process of its own. */
export interface Vendor {
  readonly url: string;
  /** Starts a load that is over at once; answers what the vendor calls it. */
  start(load: Load): Promise<string>;
  /** Resolves once the process is gone. */
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./vendor.ts', import.meta.url));
const Greeting = z.tuple([z.object({ url: z.string() })]).rest(z.unknown());
const Started = z.tuple([z.object({ id: z.string() })]).rest(z.unknown());

export async function startVendor(): Promise<Vendor> {
  const child = fork(ENTRY);
  const exited = once(child, 'exit');
  const [{ url }] = Greeting.parse(await once(child, 'message'));
  return {
    url,
    start: async (load) => {
      const answered = once(child, 'message');
      child.send(load);
      const [{ id }] = Started.parse(await answered);
      return id;
    },
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}
