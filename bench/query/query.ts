import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ask, checkAnswer } from '../ask.ts';
import { withServer, withServers } from '../child.ts';
import type { ServerSpec } from '../child.ts';
import { CONNECTIONS, measureThroughput } from './load.ts';
import type { Effort, Throughput } from './load.ts';
import { buildService, installPeers } from '../npm.ts';
import { goalTable } from '../table.ts';
import type { Goal } from '../table.ts';
import { LIST, oneImport, PAGE_SIZE } from './operations.ts';
import type { Operation } from '../operation.ts';
import { named, startTable, throughputTable } from './report.ts';
import type { Named } from './report.ts';
import { peerSpecs, serviceSpec } from './servers.ts';
import { measureStarts } from './starts.ts';
import type { Start } from './starts.ts';
import { prepareStore, STORE_SIZE } from './store.ts';

const RESULTS = new URL('../results/', import.meta.url);

const Count = z.coerce.number().int().min(1).max(1_000);
const Options = z.object({ rounds: Count, seconds: Count, starts: Count });

/**
 * Compares this service, on a store of many imports, with servers that answer the same from
 * memory. `--rounds`, `--seconds` and `--starts` say how thoroughly.
 */
export async function benchQuery(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      starts: { type: 'string', default: '9' },
    },
  });
  const { rounds, seconds, starts } = Options.parse(values);
  await buildService();
  await installPeers(say);
  const store = prepareStore(say);
  const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
  try {
    const contest = await prepareContest(serviceSpec({ store, folder }), folder);
    sayTerms({ rounds, seconds });
    const started = await compareStarts(contest, starts);
    const list = await compareThroughput(contest, contest.list, { rounds, seconds });
    const single = await compareThroughput(contest, contest.single, { rounds, seconds });
    const goals = goalsOf(started, list);
    say('\nthis service / Apollo Server');
    process.stdout.write(goalTable(goals));
    save({ rounds, seconds, started, list, single, goals });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Question {
  readonly title: string;
  readonly operation: Operation;
}

interface Contest {
  readonly service: ServerSpec;
  readonly apollo: ServerSpec;
  /** The service first. */
  readonly all: readonly ServerSpec[];
  readonly list: Question;
  readonly single: Question;
}

const Page = z.object({
  imports: z.object({ nodes: z.array(z.looseObject({ id: z.string() })).length(PAGE_SIZE) }),
});

/** Gives the peers what the service answers, for them to answer from memory. */
async function prepareContest(service: ServerSpec, folder: string): Promise<Contest> {
  const page = await withServer(service, async (server) => Page.parse(await ask(server, LIST)));
  const { nodes } = page.imports;
  const constants = join(folder, 'constants.json');
  writeFileSync(constants, JSON.stringify(nodes));
  const peers = peerSpecs(constants);
  return {
    service,
    apollo: peers.apollo,
    all: [service, ...Object.values(peers)],
    list: { title: `list of ${PAGE_SIZE} imports`, operation: LIST },
    single: { title: 'one import', operation: oneImport(nodes[PAGE_SIZE / 2]?.id ?? '') },
  };
}

function sayTerms({ rounds, seconds }: Effort): void {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  say(`${processor}, ${cpus().length} cores, Node ${process.version}`);
  say(`this service: on SQLite with ${STORE_SIZE.toLocaleString('en')} imports`);
  say(`the others: the same ${PAGE_SIZE} imports in memory`);
  say(`${CONNECTIONS} connections, median of ${rounds} rounds of ${seconds} s in turns`);
}

async function compareStarts(
  { service, apollo, list }: Contest,
  starts: number,
): Promise<readonly Named<Start>[]> {
  const specs = [service, apollo];
  const results = named(specs, await measureStarts(specs, list.operation, starts));
  say(`\nstart (${starts} in turns) and memory after the first query`);
  process.stdout.write(startTable(results));
  return results;
}

/** Throws, before it measures, when a server answers otherwise than the service. */
async function compareThroughput(
  { all }: Contest,
  { title, operation }: Question,
  effort: Effort,
): Promise<readonly Named<Throughput>[]> {
  const results = await withServers(all, async (servers) => {
    const [service, ...others] = servers;
    if (service === undefined) throw new Error('there is nobody to compare');
    const expected = await ask(service, operation);
    for (const server of others) await checkAnswer(server, operation, expected);
    return named(all, await measureThroughput(servers, operation, effort));
  });
  say(`\n${title}`);
  process.stdout.write(throughputTable(results));
  return results;
}

function goalsOf(
  started: readonly Named<Start>[],
  list: readonly Named<Throughput>[],
): readonly Goal[] {
  return [
    {
      what: `list of ${PAGE_SIZE}: requests a second`,
      measured: ratio(list, ({ requestsPerSecond }) => requestsPerSecond),
      target: '>= 1.3',
    },
    {
      what: 'time from spawn to the first answer',
      measured: ratio(started, ({ medianMs }) => medianMs),
      target: '<= 1.5',
    },
    {
      what: 'memory after the first query',
      measured: ratio(started, ({ rssBytes }) => rssBytes),
      target: '<= 1.5',
    },
  ];
}

/** The first, which is this service, over the second, which is Apollo Server. */
function ratio<T>(results: readonly Named<T>[], read: (value: T) => number): number {
  const [ours, apollo] = results.map(({ value }) => read(value));
  return (ours ?? Number.NaN) / (apollo ?? Number.NaN);
}

function save(results: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('query.json', RESULTS), `${JSON.stringify(results, null, 2)}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
