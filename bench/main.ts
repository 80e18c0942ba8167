/** One line per benchmark, loaded when it is asked for. */
const BENCHES = {
  fanout: {
    summary: 'thousands of subscribers beside bare ws and stock graphql-ws',
    run: async (args: readonly string[]) => (await import('./fanout/fanout.ts')).benchFanout(args),
  },
  query: {
    summary: 'queries, start and memory beside Apollo Server, Yoga, Mercurius and node:http',
    run: async (args: readonly string[]) => (await import('./query/query.ts')).benchQuery(args),
  },
  rows: {
    summary: 'capture of a million rows beside bare inserts, then paging and export',
    run: async (args: readonly string[]) => (await import('./rows/rows.ts')).benchRows(args),
  },
  scale: {
    summary: 'replicas on one PostgreSQL with 200,000 running imports',
    run: async (args: readonly string[]) => (await import('./scale/scale.ts')).benchScale(args),
  },
  supergraph: {
    summary: 'entities beside a bare Apollo subgraph, what time tells, and hostile documents',
    run: async (args: readonly string[]) =>
      (await import('./supergraph/supergraph.ts')).benchSupergraph(args),
  },
} as const satisfies Record<string, Bench>;

interface Bench {
  readonly summary: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** `EX_USAGE` of sysexits.h. */
const EXIT_USAGE = 64;

const USAGE = [
  'usage: npm run bench -- <name>',
  '',
  ...Object.entries(BENCHES).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
  '',
].join('\n');

const [asked, ...args] = process.argv.slice(2);
const bench = Object.entries(BENCHES).find(([name]) => name === asked)?.[1];
if (bench !== undefined) await bench.run(args);
else {
  const problem = asked === undefined ? '' : `there is no benchmark ${JSON.stringify(asked)}\n\n`;
  process.stderr.write(problem + USAGE);
  process.exitCode = EXIT_USAGE;
}
