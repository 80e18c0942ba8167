import { parseArgs } from 'node:util';

/** One line per benchmark, loaded when it is asked for. */
const BENCHES = {
  query: {
    summary: 'queries, start and memory beside Apollo Server, Yoga, Mercurius and node:http',
    run: async (args: readonly string[]) => (await import('./query/query.ts')).benchQuery(args),
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
  ...Object.entries(BENCHES).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`),
  '',
].join('\n');

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const [asked] = positionals;
const found = Object.entries(BENCHES).find(([name]) => name === asked);
if (found === undefined) {
  const problem = asked === undefined ? '' : `there is no benchmark ${JSON.stringify(asked)}\n\n`;
  process.stderr.write(problem + USAGE);
  process.exitCode = asked === undefined ? 0 : EXIT_USAGE;
} else {
  const [, bench] = found;
  await bench.run(process.argv.slice(3));
}
