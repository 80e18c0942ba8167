import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/*
 * Loaded into the service before its own code. At each SIGUSR2 it writes to `LOOP_DELAY_FILE` how
 * late the event loop has been since the last one, and begins anew.
 */

const NANOSECONDS = 1e6;

const histogram = monitorEventLoopDelay({ resolution: 1 });
histogram.enable();
process.on('SIGUSR2', () => {
  const file = process.env['LOOP_DELAY_FILE'];
  if (file === undefined) return;
  const maxMs = histogram.max / NANOSECONDS;
  const p99Ms = histogram.percentile(99) / NANOSECONDS;
  histogram.reset();
  writeFileSync(file, JSON.stringify({ maxMs, p99Ms }));
});
