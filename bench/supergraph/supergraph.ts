import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { buildService, installPeers } from '../npm.ts';
import { prepareStore } from '../query/store.ts';
import { goalTable } from '../table.ts';
import type { Goal } from '../table.ts';
import { compareEntities } from './entities.ts';
import { measureHidden } from './hidden.ts';
import { measureHostile } from './hostile.ts';

/** One line per part. */
const PARTS = {
  entities: compareEntities,
  hidden: measureHidden,
  hostile: measureHostile,
} as const;

/** What each part is given. */
export interface PartInput {
  /** A SQLite file with many imports. */
  readonly store: string;
  /** An empty folder. */
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

const Count = z.coerce.number().int().min(1).max(1_000);
const Options = z.object({
  rounds: Count,
  seconds: Count,
  only: z.string().transform((text) => text.split(',')),
});

/**
 * What a router and whoever attacks it ask of this service. `--only` names parts; `--rounds` and
 * `--seconds` say how thoroughly.
 */
export async function benchSupergraph(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      only: { type: 'string', default: Object.keys(PARTS).join(',') },
    },
  });
  const { rounds, seconds, only } = Options.parse(values);
  await buildService();
  await installPeers(say);
  const store = prepareStore(say);
  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
  );
  const goals: Goal[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (!only.includes(name)) continue;
    const folder = mkdtempSync(join(tmpdir(), 'import-status-bench-'));
    try {
      goals.push(...(await run({ store, folder, rounds, seconds, say })));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  say('');
  process.stdout.write(goalTable(goals));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
