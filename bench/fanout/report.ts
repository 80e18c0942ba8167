import { median } from '../median.ts';
import { table } from '../table.ts';
import type { Goal } from '../table.ts';
import type { Churn } from './churn.ts';
import type { Usage } from './counts.ts';
import type { Delivery } from './delivery.ts';
import type { ServerName } from './server-process.ts';
import type { Silence } from './silent.ts';

/** What the servers did on one operation, round by round. */
export interface DeliveryResult {
  readonly title: string;
  readonly subscribers: number;
  readonly messageBytes: number;
  readonly rounds: readonly Readonly<Record<ServerName, Delivery>>[];
}

type Figure = keyof Delivery;

const OURS: ServerName = 'this service';
const BARE: ServerName = 'bare ws';
const STOCK: ServerName = 'stock graphql-ws';

/** Medians over the rounds. */
export function deliveryTable({ rounds, subscribers }: DeliveryResult): string {
  const line = (name: ServerName): readonly string[] => {
    const middle = (figure: Figure) => median(rounds.map((round) => round[name][figure]));
    return [
      name,
      middle('cpuMsPerChange').toFixed(1),
      ((middle('cpuMsPerChange') / subscribers) * 1_000).toFixed(1),
      middle('lastMs').toFixed(1),
      (middle('rssBytes') / 1_024).toFixed(1),
      (middle('heapBytes') / 1_024).toFixed(1),
    ];
  };
  const head = ['cpu ms/change', 'µs/message', 'to the last ms', 'rss KiB each', 'heap KiB each'];
  return table([['', ...head], line(OURS), line(BARE), line(STOCK)]);
}

export function deliveryGoals({ title, rounds }: DeliveryResult): readonly Goal[] {
  const ratio = (figure: Figure, ours = OURS): number =>
    median(rounds.map((round) => round[ours][figure] / round[BARE][figure]));
  return [
    { what: `cpu / bare ws (${title})`, measured: ratio('cpuMsPerChange'), target: '<= 1.3' },
    {
      what: `  stock / bare ws (${title})`,
      measured: ratio('cpuMsPerChange', STOCK),
      target: 'about 3',
    },
    { what: `memory / bare ws (${title})`, measured: ratio('rssBytes'), target: '<= 2' },
    {
      what: `  stock / bare ws (${title})`,
      measured: ratio('rssBytes', STOCK),
      target: 'about 3.6',
    },
    { what: `to the last / bare ws (${title})`, measured: ratio('lastMs'), target: '<= 1.5' },
  ];
}

/** The share that is at most as long. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError('no values have no quantile');
  return found;
}

export function vendorGoals(tookMs: readonly number[]): readonly Goal[] {
  const what = `vendor to client, ${tookMs.length} changes`;
  return [
    { what: `${what}: median ms`, measured: quantile(tookMs, 0.5), target: '<= 300' },
    { what: `${what}: p99 ms`, measured: quantile(tookMs, 0.99), target: '<= 600' },
  ];
}

export function usageTable(columns: readonly (readonly [string, Usage])[]): string {
  const line = (what: string, read: (usage: Usage) => number, digits = 0): readonly string[] => [
    what,
    ...columns.map(([, usage]) => read(usage).toFixed(digits)),
  ];
  return table([
    ['', ...columns.map(([name]) => name)],
    line('resident memory, MB', ({ rssBytes }) => rssBytes / 1e6, 2),
    line('heap and buffers, MB', ({ heapBytes }) => heapBytes / 1e6, 2),
    line('timers', ({ timers }) => timers),
    line('sockets', ({ sockets }) => sockets),
    line('listeners', ({ listeners }) => listeners),
    line('topics', ({ topics }) => topics),
  ]);
}

export function churnGoals({ times, before, after }: Churn): readonly Goal[] {
  const what = `after ${times.toLocaleString('en')} subscriptions`;
  const goal = (name: string, read: (usage: Usage) => number, target: string): Goal => ({
    what: `${what}: ${name} more`,
    measured: read(after) - read(before),
    target,
  });
  return [
    goal('MB of heap', ({ heapBytes }) => heapBytes / 1e6, 'about 0'),
    goal('timers', ({ timers }) => timers, '0'),
    goal('listeners', ({ listeners }) => listeners, '0'),
    goal('topics', ({ topics }) => topics, '0'),
  ];
}

export function silenceGoals(silence: Silence): readonly Goal[] {
  const grown = silence.with.heapBytes - silence.without.heapBytes;
  return [{ what: 'one that does not read: MB of heap', measured: grown / 1e6, target: '<= 1' }];
}
