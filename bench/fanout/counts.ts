import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

export const Usage = z.object({
  rssBytes: z.number(),
  heapBytes: z.number(),
  /** Timers of Node that are running. */
  timers: z.number(),
  /** Sockets that clients have opened. */
  sockets: z.number(),
  /** What listens to those sockets and to the ledger. */
  listeners: z.number(),
  /** Topics that somebody is subscribed to. */
  topics: z.number(),
});
export type Usage = z.infer<typeof Usage>;

/** What the process itself cannot see. */
export interface Counts {
  readonly listeners: number;
  readonly topics: number;
}

const SETTLE_MS = 100;
const SETTLE_TIMES = 5;

/** Says what this process holds, once all that is garbage is gone. */
export class Counter {
  readonly #sockets = new Set<Socket>();

  /** Sockets that were opened earlier are not seen. */
  constructor() {
    subscribe('net.server.socket', (message) => {
      const { socket } = z.object({ socket: z.instanceof(Socket) }).parse(message);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async take(counts: Counts): Promise<Usage> {
    if (gc === undefined) throw new Error('start with --expose-gc');
    for (let time = 0; time < SETTLE_TIMES; time += 1) {
      await setTimeout(SETTLE_MS);
      await gc({ type: 'major', execution: 'async', flavor: 'last-resort' });
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo();
    return {
      rssBytes: rss,
      heapBytes: heapUsed + external,
      timers: resources.filter((name) => name === 'Timeout').length,
      sockets: this.#sockets.size,
      listeners: counts.listeners + this.#countListeners(),
      topics: counts.topics,
    };
  }

  #countListeners(): number {
    let count = 0;
    for (const socket of this.#sockets) {
      for (const name of socket.eventNames()) count += socket.listenerCount(name);
    }
    return count;
  }
}
