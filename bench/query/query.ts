import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ask, checkAnswer } from './ask.ts';
import { startServer, withServer } from './child.ts';
import type { RunningServer, ServerSpec } from './child.ts';
import { CONNECTIONS, measureThroughput } from './load.ts';
import type { Effort, Throughput } from './load.ts';
import { LIST, oneImport, PAGE_SIZE } from './operations.ts';
import type { Operation } from './operations.ts';
import { installPeers } from './peers.ts';
import { goalTable, startTable, throughputTable } from './report.ts';
import type { Named } from './report.ts';
import { peerSpecs, serviceSpec } from './servers.ts';
import { measureStarts } from './starts.ts';
import type { Start } from './starts.ts';
import { prepareStore, STORE_SIZE } from './store.ts';

const RESULTS = new URL('../results/', import.meta.url);

const Page = z.object({
  imports: z.object({ nodes: z.array(z.looseObject({ id: z.string() })).length(PAGE_SIZE) }),
});

/** Measures and prints; `--rounds`, `--seconds` and `--starts` say how thoroughly. */
export async function benchQuery(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      starts: { type: 'string', default: '9' },
    },
  });
  const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  await installPeers(say);
  const store = prepareStore(say);
  const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
  try {
    await compare({ store, folder, effort, starts: Number(values.starts) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Comparison {
  readonly store: string;
  readonly folder: string;
  readonly effort: Effort;
  readonly starts: number;
}

async function compare({ store, folder, effort, starts }: Comparison): Promise<void> {
  const service = serviceSpec({ store, folder });
  const constants = join(folder, 'constants.json');
  const page = await withServer(service, async (server) => Page.parse(await ask(server, LIST)));
  const { nodes } = page.imports;
  writeFileSync(constants, JSON.stringify(nodes));
  const peers = peerSpecs(constants);
  const one = oneImport(nodes[PAGE_SIZE / 2]?.id ?? '');

  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
  );
  say(
    `this service: ${relative(process.cwd(), service.entry)} on SQLite with ${STORE_SIZE} imports`,
  );
  say(`the others: the same ${PAGE_SIZE} imports in memory`);
  say(
    `${CONNECTIONS} connections, median of ${effort.rounds} rounds of ${effort.seconds} s in turns`,
  );

  const started = await measureStarts([service, peers.apollo], LIST, starts);
  const startResults = named([service, peers.apollo], started);
  say(`\nstart (median of ${starts}) and memory after the first query`);
  process.stdout.write(startTable(startResults));

  const specs = [service, ...Object.values(peers)];
  const { list, single } = await withServers(specs, async (servers) => {
    const under = async (operation: Operation): Promise<readonly Named<Throughput>[]> => {
      const [ours] = servers;
      if (ours === undefined) throw new Error('no server was started');
      const expected = await ask(ours, operation);
      for (const server of servers) await checkAnswer(server, operation, expected);
      return named(specs, await measureThroughput(servers, operation, effort));
    };
    const listed = await under(LIST);
    say(`\nlist of ${PAGE_SIZE} imports`);
    process.stdout.write(throughputTable(listed));
    const singled = await under(one);
    say('\none import');
    process.stdout.write(throughputTable(singled));
    return { list: listed, single: singled };
  });

  const ratio = <T>(results: readonly Named<T>[], read: (value: T) => number): number => {
    const [ours, apollo] = results.map(({ value }) => read(value));
    return (ours ?? Number.NaN) / (apollo ?? Number.NaN);
  };
  const goals = [
    {
      what: 'list of twenty, requests/s, over Apollo Server',
      measured: ratio(list, ({ requestsPerSecond }) => requestsPerSecond),
      target: '>= 1.3',
    },
    {
      what: 'time to ready, over Apollo Server',
      measured: ratio<Start>(startResults, ({ medianMs }) => medianMs),
      target: '<= 1.5',
    },
    {
      what: 'memory after start, over Apollo Server',
      measured: ratio<Start>(startResults, ({ rssBytes }) => rssBytes),
      target: '<= 1.5',
    },
  ];
  say('\nthis service / Apollo Server');
  process.stdout.write(goalTable(goals));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(
    new URL('query.json', RESULTS),
    `${JSON.stringify({ effort, starts: startResults, list, single, goals }, null, 2)}\n`,
  );
}

/** Runs work with all servers at once, and stops those that started whatever comes of it. */
async function withServers<T>(
  specs: readonly ServerSpec[],
  work: (servers: readonly RunningServer[]) => Promise<T>,
): Promise<T> {
  const servers: RunningServer[] = [];
  try {
    for (const spec of specs) servers.push(await startServer(spec));
    return await work(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function named<T>(specs: readonly ServerSpec[], values: readonly T[]): readonly Named<T>[] {
  return specs.flatMap(({ name }, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ name, value }];
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
