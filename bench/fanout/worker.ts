import { fork } from 'node:child_process';
import type { Serializable } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A process that takes orders, one at a time, and answers each. */
export interface Worker {
  /** What it says next; what it has said already waits. Rejects when it is gone. */
  next(): Promise<unknown>;
  order(order: Serializable): Promise<unknown>;
  /** Resolves once the process is gone. */
  stop(): Promise<void>;
}

export interface WorkerSpec {
  /** A file of this folder. */
  readonly entry: string;
  readonly settings: Serializable;
  /** What Node is told beside it. */
  readonly flags?: readonly string[];
}

const Said = z.object({ done: z.literal(false), value: z.tuple([z.unknown()]).rest(z.unknown()) });

export function startWorker({ entry, settings, flags = [] }: WorkerSpec): Worker {
  const child = fork(
    fileURLToPath(new URL(`./${entry}`, import.meta.url)),
    [JSON.stringify(settings)],
    { execArgv: [...flags], env: { PATH: process.env['PATH'], NODE_ENV: 'production' } },
  );
  const exited = once(child, 'exit');
  const messages = on(child, 'message', { close: ['exit'] });
  const next = async (): Promise<unknown> => {
    const said = Said.safeParse(await messages.next());
    if (!said.success) throw new Error(`${entry} is gone before it answered`);
    return said.data.value[0];
  };
  return {
    next,
    order: (order) => {
      child.send(order);
      return next();
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
