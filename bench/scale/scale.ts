import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { startServer } from '../../test/support/postgres-server.ts';
import { startWorker } from '../fanout/worker.ts';
import type { Worker } from '../fanout/worker.ts';
import { Counts, Looks } from './counts.ts';
import { findPostmaster, postgresCpuMs } from './postgres-cpu.ts';
import { LOADS, reportScale } from './report.ts';
import type { Measured } from './report.ts';
import { makeDue, seedImports } from './seed.ts';

const RESULTS = new URL('../results/', import.meta.url);

/**
 * Before it is measured, for each replica: connections, prepared statements, compiled code. Where they share
 * a pace, each gets there in as much more time.
 */
const WARM_UP_MS = 10_000;

/** Until the replicas are started. */
const START_MS = 5_000;

const Count = z.coerce.number().int().min(1);
const Options = z.object({
  imports: Count,
  seconds: Count,
  rounds: Count,
  replicas: z.string().transform((list) => list.split(',').map(Number)),
  /** Looks a second that are due for each replica, where the database is not to be the limit. */
  pace: Count,
  changing: z.coerce.number().int().min(0).max(100),
});
type Options = z.infer<typeof Options>;

/** Replicas as processes on one PostgreSQL, with as many running imports as a large company has. */
export async function benchScale(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      imports: { type: 'string', default: '200000' },
      seconds: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '2' },
      replicas: { type: 'string', default: '1,2,4' },
      pace: { type: 'string', default: '250' },
      changing: { type: 'string', default: '30' },
    },
  });
  const options = Options.parse(values);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  say(
    `${machine}\n${options.imports.toLocaleString('en')} running imports, ${options.changing} of 100 looks show something new`,
  );
  const server = await startServer({ isSafe: true });
  try {
    const logger = pino({ level: 'warn' }, process.stderr);
    // The schema.
    await (await openLedger(server.url, { clock: SYSTEM_CLOCK, logger })).close();
    await seedImports(server.url, options.imports);
    const results = new Map<string, Measured>();
    // In turns: what else the machine does then weighs on all of them alike.
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const load of LOADS) {
        for (const replicas of options.replicas) {
          const measured = await measure(server.url, { load, replicas, options });
          const key = `${load}, ${replicas}`;
          const before = results.get(key);
          results.set(key, before === undefined ? measured : both(before, measured));
          say(`  round ${round}: ${key}: ${measured.total.looks} looks`);
        }
      }
    }
    process.stdout.write(reportScale([...results.values()]));
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(
      new URL('scale.json', RESULTS),
      `${JSON.stringify({ machine, ...options, results: [...results.values()] }, null, 2)}\n`,
    );
  } finally {
    await server.end();
  }
}

interface Part {
  readonly load: Measured['load'];
  readonly replicas: number;
  readonly options: Options;
}

async function measure(url: string, { load, replicas, options }: Part): Promise<Measured> {
  const { imports, seconds, pace, changing } = options;
  const now = Date.now();
  const perSecond = pace * (load === 'same each' ? replicas : Math.max(...options.replicas));
  const due =
    load === 'all due'
      ? { from: now - 1_000, forMs: 1_000 }
      : { from: now + START_MS, forMs: (imports / perSecond) * 1000 };
  const warmUpMs = load === 'all due' ? WARM_UP_MS : WARM_UP_MS * replicas;
  await makeDue(url, due);
  const postmaster = await findPostmaster(url);
  const workers = Array.from({ length: replicas }, () =>
    startWorker({ entry: '../scale/replica-process.ts', settings: { url, changing } }),
  );
  try {
    for (const worker of workers) await worker.next();
    for (const worker of workers) await worker.order('start');
    await sleep(Math.max(0, due.from - Date.now()) + warmUpMs);
    const before = await countAll(workers);
    const databaseBefore = postgresCpuMs(postmaster);
    const began = Date.now();
    await sleep(seconds * 1000);
    const after = await countAll(workers);
    const databaseCpuMs = postgresCpuMs(postmaster) - databaseBefore;
    const ended = Date.now();
    const looks: Looks[] = [];
    for (const worker of workers) looks.push(Looks.parse(await worker.order('looks')));
    return {
      load,
      replicas,
      seconds: (ended - began) / 1000,
      total: difference(before, after),
      databaseCpuMs,
      ...lateness(looks, began, ended),
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** Two rounds as if they were one. */
function both(one: Measured, other: Measured): Measured {
  return {
    ...one,
    seconds: one.seconds + other.seconds,
    total: add(one.total, other.total),
    databaseCpuMs: one.databaseCpuMs + other.databaseCpuMs,
    doubled: one.doubled + other.doubled,
    lagMs: [...one.lagMs, ...other.lagMs].toSorted((a, b) => a - b),
  };
}

async function countAll(workers: readonly Worker[]): Promise<Counts> {
  const counts = await Promise.all(
    workers.map(async (worker) => Counts.parse(await worker.order('counts'))),
  );
  return counts.reduce(add);
}

function add(a: Counts, b: Counts): Counts {
  return combine(a, b, (one, other) => one + other);
}

function difference(before: Counts, after: Counts): Counts {
  return combine(after, before, (one, other) => one - other);
}

function combine(a: Counts, b: Counts, how: (one: number, other: number) => number): Counts {
  return {
    looks: how(a.looks, b.looks),
    claims: how(a.claims, b.claims),
    claimed: how(a.claimed, b.claimed),
    revisions: how(a.revisions, b.revisions),
    storeMs: how(a.storeMs, b.storeMs),
    questions: how(a.questions, b.questions),
    cpuMs: how(a.cpuMs, b.cpuMs),
  };
}

/** Two looks at one import that are nearer than any schedule puts them are one look too many. */
const SOONEST_MS = 1_900;

function lateness(
  all: readonly Looks[],
  began: number,
  ended: number,
): Pick<Measured, 'doubled' | 'lagMs'> {
  const lastAt = new Map<number, number>();
  const seen = all
    .flatMap(({ indexes, at }) => indexes.map((index, place) => [index, at[place] ?? 0] as const))
    .toSorted(([, a], [, b]) => a - b);
  let doubled = 0;
  for (const [index, at] of seen) {
    if (at - (lastAt.get(index) ?? -Infinity) < SOONEST_MS) doubled += 1;
    lastAt.set(index, at);
  }
  // In the order of the claims, which is nearly that of the looks.
  const lags = all.flatMap(({ lagMs, at }) =>
    lagMs.filter((_, place) => (at[place] ?? 0) >= began && (at[place] ?? 0) < ended),
  );
  return { doubled, lagMs: lags.toSorted((a, b) => a - b) };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
