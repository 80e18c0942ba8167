import { z } from 'zod';
import type { Mode } from './modes.ts';
import { startWorker } from './worker.ts';
import type { Worker } from './worker.ts';

export interface SubscribersSpec {
  readonly url: string;
  readonly mode: Pick<Mode, 'payload' | 'batch'>;
  readonly count: number;
  /** How many messages each is sent first. */
  readonly states: number;
  /** Whether they say when all of them have one message more. */
  readonly isSayingWhen: boolean;
}

/** Each reads on a core that it shares; more of them would wait for each other. */
const PROCESSES = 2;

/** Subscribers in processes of their own. */
export class Subscribers {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Waits until every one has its first states. */
  static async open({ mode, count, ...rest }: SubscribersSpec): Promise<Subscribers> {
    const processes = Math.min(PROCESSES, count);
    const { payload, batch } = mode;
    const workers = Array.from({ length: processes }, (_, index) => {
      const sockets = Math.floor((count + index) / processes);
      return startWorker({
        entry: 'subscriber-process.ts',
        settings: { ...rest, payload, batch, sockets },
      });
    });
    const subscribers = new Subscribers(workers);
    await Promise.all(workers.map((worker) => worker.next()));
    return subscribers;
  }

  /** When the last of them had the next message, by the clock of all processes. */
  async whenAllHave(): Promise<number> {
    const said = await Promise.all(this.#workers.map((worker) => worker.next()));
    return Math.max(...z.array(z.number()).parse(said));
  }

  /** A message as one of them got it last. */
  async sample(): Promise<string> {
    return z.string().parse(await this.#workers[0]?.order({ kind: 'sample' }));
  }

  /** How many messages they have had since they had their first states. */
  async count(): Promise<number> {
    const counts = this.#workers.map((worker) => worker.order({ kind: 'count' }));
    return z
      .array(z.number())
      .parse(await Promise.all(counts))
      .reduce((sum, one) => sum + one, 0);
  }

  /** They read no more, and stay. */
  async pause(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.order({ kind: 'pause' })));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
