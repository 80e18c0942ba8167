import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { withServer } from '../child.ts';
import { median } from '../median.ts';
import { buildService } from '../npm.ts';
import { goalTable, table } from '../table.ts';
import { measureBare, measureCapture } from './capture.ts';
import type { Capture, Load } from './capture.ts';
import { measureExport } from './exports.ts';
import type { Export } from './exports.ts';
import { measureReads } from './reads.ts';
import type { Reads } from './reads.ts';
import { serviceSpec } from './service.ts';
import { startVendor } from './vendor-process.ts';
import type { Vendor } from './vendor-process.ts';

const RESULTS = new URL('../results/', import.meta.url);

const Count = z.coerce.number().int().min(1);
const Options = z.object({ rows: Count.min(1_000), rounds: Count, times: Count.min(10) });

/** What one round of one load brought. */
interface Round {
  readonly bareRowsPerSecond: number;
  readonly capture: Capture;
  readonly reads: Reads | null;
  readonly exports: { readonly ndjson: Export; readonly csv: Export };
}

interface Contest {
  readonly name: string;
  readonly load: Load;
  readonly rounds: readonly Round[];
}

/**
 * Captures a simulated Micro import with many rows over loopback HTTP, beside the same rows written
 * by bare prepared statements; then pages through them and takes them away as files. `--rows`,
 * `--rounds` and `--times` say how many and how thoroughly.
 */
export async function benchRows(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      times: { type: 'string', default: '200' },
    },
  });
  const { rows, rounds, times } = Options.parse(values);
  await buildService();
  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
  );
  say(
    `${rows.toLocaleString('en')} Micro rows, ${rounds} rounds, the vendor in a process of its own`,
  );
  const vendor = await startVendor();
  try {
    const loads = {
      'every row fails': { rows, failedRows: rows },
      '3 of 1,000 fail': { rows, failedRows: Math.floor(rows * 0.003) },
    };
    const contests: Contest[] = [];
    for (const [name, load] of Object.entries(loads)) {
      const done: Round[] = [];
      for (let round = 0; round < rounds; round += 1) done.push(await run(vendor, load, times));
      contests.push({ name, load, rounds: done });
    }
    report(contests);
  } finally {
    await vendor.stop();
  }
}

async function run(vendor: Vendor, load: Load, times: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
  try {
    const bareRowsPerSecond = await measureBare(load, folder);
    const spec = serviceSpec({ vendorUrl: vendor.url, folder });
    return await withServer(spec, async (service) => {
      const capture = await measureCapture(service, vendor, { load, folder });
      const { externalId } = capture;
      const { rows } = load;
      const ofAll = { externalId, depth: Math.floor(rows * 0.99), times };
      const reads = load.failedRows === rows ? await measureReads(service, ofAll) : null;
      const ndjson = await measureExport(service, { externalId, format: 'ndjson', rows });
      const csv = await measureExport(service, { externalId, format: 'csv', rows });
      return { bareRowsPerSecond, capture, reads, exports: { ndjson, csv } };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(contests: readonly Contest[]): void {
  say('');
  process.stdout.write(
    table([
      ['', ...contests.map(({ name }) => name)],
      line(contests, 'bare inserts, rows/s', (round) => round.bareRowsPerSecond),
      line(contests, 'capture, rows/s', (round) => round.capture.rowsPerSecond),
      line(contests, 'capture, service cpu µs/row', (round) => round.capture.cpuMicrosPerRow, 1),
      line(contests, 'capture, peak over idle MB', (round) => round.capture.peakBytes / 1e6),
      line(contests, 'capture, longest stall ms', (round) => round.capture.longestStallMs, 1),
      line(contests, 'ndjson, rows/s', (round) => round.exports.ndjson.rowsPerSecond),
      line(contests, 'ndjson, MB/s', (round) => round.exports.ndjson.bytesPerSecond / 1e6, 1),
      line(contests, 'ndjson, peak over idle MB', (round) => round.exports.ndjson.peakBytes / 1e6),
      line(contests, 'csv, rows/s', (round) => round.exports.csv.rowsPerSecond),
      line(contests, 'csv, peak over idle MB', (round) => round.exports.csv.peakBytes / 1e6),
      line(contests, 'page of 100 errors at depth 0, ms', (round) => round.reads?.firstPageMs, 2),
      line(contests, 'page of 100 at 99 % of the depth, ms', (round) => round.reads?.deepPageMs, 2),
      line(contests, 'one import, ms', (round) => round.reads?.singleImportMs, 2),
      line(contests, 'rowErrorGroups, ms', (round) => round.reads?.groupsMs, 2),
    ]),
  );
  const goals = contests.flatMap(goalsOf);
  say('');
  process.stdout.write(goalTable(goals));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('rows.json', RESULTS), `${JSON.stringify(contests, null, 2)}\n`);
}

/** Medians; of peaks and stalls the worst. */
function goalsOf({ name, rounds }: Contest) {
  const ratio = (over: (round: Round) => number, under: (round: Round) => number) =>
    median(rounds.map((round) => over(round) / under(round)));
  const worst = (read: (round: Round) => number) => Math.max(...rounds.map(read));
  const goal = (what: string, measured: number, target: string) => {
    return { what: `${what} (${name})`, measured, target };
  };
  const captured = [
    goal(
      'capture / bare inserts',
      ratio(
        ({ capture }) => capture.rowsPerSecond,
        ({ bareRowsPerSecond }) => bareRowsPerSecond,
      ),
      '>= 0.25',
    ),
    goal(
      'peak memory over idle, MB',
      worst(({ capture }) => capture.peakBytes / 1e6),
      '<= 150',
    ),
    goal(
      'longest stall, ms',
      worst(({ capture }) => capture.longestStallMs),
      '<= 50',
    ),
  ];
  if (rounds.some(({ reads }) => reads === null)) return captured;
  return [
    ...captured,
    goal(
      'deep page / first page',
      ratio(
        ({ reads }) => reads?.deepPageMs ?? Number.NaN,
        ({ reads }) => reads?.firstPageMs ?? Number.NaN,
      ),
      '<= 1.5',
    ),
    goal(
      'rowErrorGroups / one import',
      ratio(
        ({ reads }) => reads?.groupsMs ?? Number.NaN,
        ({ reads }) => reads?.singleImportMs ?? Number.NaN,
      ),
      '<= 2',
    ),
  ];
}

function line(
  contests: readonly Contest[],
  what: string,
  read: (round: Round) => number | undefined,
  digits = 0,
): readonly string[] {
  return [
    what,
    ...contests.map(({ rounds }) => {
      const values = rounds.map(read).filter((value) => value !== undefined);
      return values.length === 0 ? '' : median(values).toFixed(digits);
    }),
  ];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
