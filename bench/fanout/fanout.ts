import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { goalTable } from '../table.ts';
import type { Goal } from '../table.ts';
import { measureChurn } from './churn.ts';
import { DeliveryContest } from './delivery.ts';
import { listOfImports, oneImport } from './modes.ts';
import type { Mode } from './modes.ts';
import {
  churnGoals,
  deliveryGoals,
  deliveryTable,
  silenceGoals,
  usageTable,
  vendorGoals,
} from './report.ts';
import type { DeliveryResult } from './report.ts';
import { measureSilence } from './silent.ts';
import { measureVendorToClient } from './vendor.ts';

const RESULTS = new URL('../results/', import.meta.url);

const Count = z.coerce.number().int().min(1);
const Options = z.object({
  only: z.string().transform((names) => names.split(',')),
  subscribers: Count,
  imports: Count,
  rounds: Count,
  changes: Count,
  'vendor-changes': Count,
  times: Count,
  passing: Count,
  profiles: z.string().nullable(),
});
type Options = z.infer<typeof Options>;

/** What came of one part: what it says, and what is kept of it. */
interface Part {
  readonly goals: readonly Goal[];
  readonly result: unknown;
}

const PARTS: Readonly<Record<string, (options: Options) => Promise<Part>>> = {
  one: (options) => compare(oneImport(0), options),
  list: (options) => compare(listOfImports(options.imports, 'label'), options),
  named: (options) => compare(listOfImports(options.imports, 'ids'), options),
  vendor: async (options) => {
    say('\nfrom the vendor to the client, minInterval 500 ms');
    const result = await measureVendorToClient(options['vendor-changes']);
    return { goals: vendorGoals(result), result };
  },
  churn: async ({ times }) => {
    say('\nsubscribe and leave');
    const result = await measureChurn(times);
    process.stdout.write(
      usageTable([
        ['before', result.before],
        ['after', result.after],
      ]),
    );
    return { goals: churnGoals(result), result };
  },
  silent: async ({ passing }) => {
    say(`\na subscriber that stops reading while ${passing.toLocaleString('en')} changes pass`);
    const result = await measureSilence(passing);
    const { without, with: during, gone, read } = result;
    process.stdout.write(
      usageTable([
        ['without', without],
        ['with', during],
        ['gone', gone],
      ]),
    );
    say(`  one that reads got ${read.toLocaleString('en')} messages`);
    return { goals: silenceGoals(result), result };
  },
};

/** `named` takes twice as long as all of them. */
const USUAL = ['one', 'list', 'vendor', 'churn', 'silent'];

/**
 * Thousands of subscribers beside a bare `ws` server and a stock `graphql-ws` server, then what
 * subscribers leave behind: half an hour. Options say how many and how thoroughly; `--only` names
 * parts, such as `one,named`; `--profiles` names a folder for a profile of every server.
 */
export async function benchFanout(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: USUAL.join() },
      subscribers: { type: 'string', default: '5000' },
      imports: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      changes: { type: 'string', default: '40' },
      'vendor-changes': { type: 'string', default: '1200' },
      times: { type: 'string', default: '100000' },
      passing: { type: 'string', default: '100000' },
      profiles: { type: 'string' },
    },
  });
  const options = Options.parse({ profiles: null, ...values });
  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
  );
  const done: Record<string, Part> = {};
  for (const name of options.only) {
    const measure = PARTS[name];
    if (measure === undefined) throw new Error(`there is no part ${name}`);
    done[name] = await measure(options);
  }
  say('');
  process.stdout.write(goalTable(Object.values(done).flatMap(({ goals }) => goals)));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('fanout.json', RESULTS), `${JSON.stringify(done, null, 2)}\n`);
}

async function compare(mode: Mode, options: Options): Promise<Part> {
  const { subscribers, rounds, changes, imports, profiles } = options;
  say(
    `\n${subscribers.toLocaleString('en')} subscribers ${mode.title}: ${changes} changes, ${rounds} rounds in turns`,
  );
  const contest = new DeliveryContest(mode, { subscribers, changes, imports, profiles });
  const done: DeliveryResult['rounds'][number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    done.push({
      'this service': await contest.run('this service'),
      'bare ws': await contest.run('bare ws'),
      'stock graphql-ws': await contest.run('stock graphql-ws'),
    });
  }
  const messageBytes = contest.messageBytes ?? 0;
  const result = { title: mode.title, subscribers, messageBytes, rounds: done };
  process.stdout.write(deliveryTable(result));
  say(`  a message is ${messageBytes} bytes long`);
  return { goals: deliveryGoals(result), result };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
