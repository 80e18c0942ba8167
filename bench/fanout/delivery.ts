import { setTimeout } from 'node:timers/promises';
import { median } from '../median.ts';
import type { Mode } from './modes.ts';
import type { Sample } from './serve-orders.ts';
import { withServerProcess } from './server-process.ts';
import type { ServerName, ServerProcess, ServerSpec } from './server-process.ts';
import { Subscribers } from './subscribers.ts';

/** How a server did in one round. */
export interface Delivery {
  readonly cpuMsPerChange: number;
  /** From the commit to the last subscriber: the median over the changes. */
  readonly lastMs: number;
  /** Per subscriber that waits. */
  readonly rssBytes: number;
  readonly heapBytes: number;
}

export interface DeliveryEffort {
  readonly subscribers: number;
  readonly changes: number;
  readonly imports: number;
  readonly profiles: string | null;
}

interface Run {
  readonly server: ServerProcess;
  readonly mode: Mode;
  readonly states: number;
  readonly effort: DeliveryEffort;
}

const WARM_SUBSCRIBERS = 100;
const WARM_CHANGES = 10;
const SETTLE_MS = 500;

/** As a service has them that nobody configured. */
const LIMITS = { laggedAfterMs: 10_000, pingEveryMs: 12_000 };

/** Compares the servers on one operation; each has its turn, and this service the first. */
export class DeliveryContest {
  readonly #mode: Mode;
  readonly #effort: DeliveryEffort;
  #sample: Sample | null = null;

  constructor(mode: Mode, effort: DeliveryEffort) {
    this.#mode = mode;
    this.#effort = effort;
  }

  /** The bytes that this service sent, for the one that has no ledger to send the same. */
  async run(name: ServerName): Promise<Delivery> {
    const { imports, profiles } = this.#effort;
    const spec: ServerSpec = { name, imports, profiles, ...LIMITS };
    return withServerProcess(spec, async (server) => {
      // Executed for each of thousands, the first states of a list would take an hour.
      const states = name === 'stock graphql-ws' ? 1 : this.#mode.states;
      const run = { server, states, mode: this.#mode, effort: this.#effort };
      if (this.#sample !== null) await server.prepare(this.#sample);
      await warmUp(run);
      const before = await server.usage();
      const subscribers = await open(run, this.#effort.subscribers);
      try {
        const idle = await server.usage();
        const first = await subscribers.sample();
        const delivered = await deliver(run, subscribers);
        const change = await subscribers.sample();
        this.#sample ??= { first, change, states };
        const share = (bytes: number): number => bytes / this.#effort.subscribers;
        return {
          ...delivered,
          rssBytes: share(idle.rssBytes - before.rssBytes),
          heapBytes: share(idle.heapBytes - before.heapBytes),
        };
      } finally {
        await subscribers.stop();
      }
    });
  }

  /** How long a message about a change is, in bytes; null before the first run. */
  get messageBytes(): number | null {
    return this.#sample === null ? null : Buffer.byteLength(this.#sample.change);
  }
}

/** Has everything loaded and compiled that a subscriber needs. */
async function warmUp(run: Run): Promise<void> {
  const some = await open(run, Math.min(run.effort.subscribers, WARM_SUBSCRIBERS));
  for (let change = 0; change < WARM_CHANGES; change += 1) await changeOnce(run, some, change);
  await some.stop();
  await setTimeout(SETTLE_MS);
}

function open({ server, mode, states }: Run, count: number): Promise<Subscribers> {
  return Subscribers.open({ url: server.url, mode, count, states, isSayingWhen: true });
}

async function deliver(
  run: Run,
  subscribers: Subscribers,
): Promise<Pick<Delivery, 'cpuMsPerChange' | 'lastMs'>> {
  const { server, effort } = run;
  for (let change = 0; change < WARM_CHANGES; change += 1) {
    await changeOnce(run, subscribers, change);
  }
  const usedBefore = await server.cpuMs();
  const took: number[] = [];
  for (let change = 0; change < effort.changes; change += 1) {
    took.push(await changeOnce(run, subscribers, change));
  }
  const used = (await server.cpuMs()) - usedBefore;
  return { cpuMsPerChange: used / effort.changes, lastMs: median(took) };
}

async function changeOnce(
  { server, mode }: Run,
  subscribers: Subscribers,
  change: number,
): Promise<number> {
  const [at, lastAt] = await Promise.all([
    server.change(mode.changed(change)),
    subscribers.whenAllHave(),
  ]);
  return lastAt - at;
}
