import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuUsage, memoryUsage } from 'node:process';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** How often the delay is measured. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/**
 * Tells how the process fares, by the names that dashboards for Node know. `prom-client` has the same
 * and more, but nothing that ends what it measures with. Answers how to end it.
 */
export function tellProcess(registry: Registry): () => void {
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The first of them is read first, and reads the others.
  const longest = new Gauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'The longest event-loop delay since the metrics were last read.',
    registers,
    collect: () => {
      for (const { gauge, percent } of shares) gauge.set(delayOf(delay.percentile(percent)));
      longest.set(delayOf(delay.max));
      delay.reset();
    },
  });
  const shares = [50, 90, 99].map((percent) => ({
    percent,
    gauge: new Gauge({
      name: `nodejs_eventloop_lag_p${percent}_seconds`,
      help: `The ${percent}th percentile of event-loop delays since the metrics were last read.`,
      registers,
    }),
  }));
  const resident = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process holds.',
    registers,
    collect: () => {
      resident.set(memoryUsage.rss());
    },
  });
  const heap = new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'What of its heap the process uses.',
    registers,
    collect: () => {
      heap.set(memoryUsage().heapUsed);
    },
  });
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time that the process has used.',
    registers,
    collect: () => {
      const { user, system } = cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / MICROSECONDS);
    },
  });
  return () => void delay.disable();
}

/** What is measured is the time between two measurements. Nothing was, right after a reset. */
function delayOf(nanoseconds: number): number {
  const seconds = nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
