import type { ServerSpec } from '../child.ts';
import { table } from '../table.ts';
import type { Start } from './starts.ts';
import type { Throughput } from './load.ts';

export interface Named<T> {
  readonly name: string;
  readonly value: T;
}

/** Pairs what was measured with the names, which stand in the same order. */
export function named<T>(specs: readonly ServerSpec[], values: readonly T[]): readonly Named<T>[] {
  return specs.flatMap(({ name }, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** How one server after another did; the first is ours. */
export function throughputTable(results: readonly Named<Throughput>[]): string {
  const ours = results[0]?.value.requestsPerSecond ?? 0;
  return table([
    ['', 'requests/s', 'p50 ms', 'p99 ms', 'cpu µs/request', 'ours / this'],
    ...results.map(({ name, value }) => [
      name,
      value.requestsPerSecond.toFixed(0),
      value.p50Ms.toFixed(2),
      value.p99Ms.toFixed(2),
      value.cpuMicros.toFixed(0),
      (ours / value.requestsPerSecond).toFixed(2),
    ]),
  ]);
}

export function startTable(results: readonly Named<Start>[]): string {
  return table([
    ['', 'ready ms, median', 'best', 'memory MiB'],
    ...results.map(({ name, value }) => [
      name,
      value.medianMs.toFixed(0),
      value.bestMs.toFixed(0),
      (value.rssBytes / 2 ** 20).toFixed(0),
    ]),
  ]);
}
