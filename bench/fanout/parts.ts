import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { z } from 'zod';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { everybody } from '../../src/graphql/caller.ts';
import type { Caller } from '../../src/graphql/caller.ts';
import type { GraphServices } from '../../src/graphql/context.ts';
import { Hub } from '../../src/graphql/live/hub.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { findProvider } from '../../src/providers/registry.ts';
import { startTelemetry } from '../../src/telemetry/telemetry.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { PROVIDER_ID, recordingOf } from './imports.ts';
import { monotonicMs } from './monotonic.ts';
import type { Contestant } from './serve-orders.ts';

export const Settings = z.object({
  /** An empty folder. */
  folder: z.string(),
  imports: z.number(),
  laggedAfterMs: z.number(),
  pingEveryMs: z.number(),
});
export type Settings = z.infer<typeof Settings>;

/** What both servers that have a ledger are made of, with imports in it. */
export interface Parts extends Pick<Contestant, 'change' | 'pass' | 'counts'> {
  readonly ledger: Ledger;
  readonly schema: GraphQLSchema;
  readonly services: Omit<GraphServices, 'publicUrl'>;
  readonly caller: Caller;
  readonly logger: Logger;
}

export async function openParts({ folder, imports, laggedAfterMs }: Settings): Promise<Parts> {
  const logger = pino({ level: 'warn' }, process.stderr);
  const clock = SYSTEM_CLOCK;
  const counted = { listeners: 0, topics: 0 };
  const telemetry = await startTelemetry({}, { logger, fetch });
  const store = telemetry.watchLedger(openSqliteLedger(join(folder, 'imports.db')));
  const ledger = countListeners(store, counted);
  let committedAt = 0;
  // The first to hear of a commit.
  ledger.subscribe(() => {
    committedAt = monotonicMs();
  });
  const watcher = await Watcher.create({
    providers: [restingProvider()],
    ledger,
    clock,
    random: Math.random,
    logger,
    holdFinishForMs: 0,
  });
  const watch = (ids: readonly string[]): (() => void) => {
    counted.topics += 1;
    const stop = watcher.watch(ids);
    return () => {
      counted.topics -= 1;
      stop();
    };
  };
  const hub = new Hub({
    ledger,
    watcher: { watch },
    clock,
    random: Math.random,
    laggedAfterMs,
    observer: telemetry.live,
  });

  const revisions = new Map<number, number>();
  let step = 0;
  const change = async (index: number): Promise<number> => {
    step += 1;
    const basedOnRevision = revisions.get(index) ?? 0;
    const recorded = await ledger.record(recordingOf({ index, step, basedOnRevision }));
    if (recorded === null) throw new Error('somebody else records');
    revisions.set(index, recorded.revision);
    return committedAt;
  };
  for (let index = 0; index < imports; index += 1) await change(index);
  return {
    ledger,
    schema: createSchema(),
    services: { ledger, watcher, clock, hub, draining: new AbortController().signal },
    caller: everybody(['imports:read']),
    logger,
    change,
    pass: async (count, some) => {
      for (let done = 0; done < count; done += 1) {
        await change(done % some);
        // Subscribers are served in the turns between: two make it a message for every change.
        await setImmediate();
        await setImmediate();
      }
    },
    counts: () => counted,
  };
}

function countListeners(ledger: Ledger, counted: { listeners: number }): Ledger {
  return {
    ...ledger,
    subscribe: (listener) => {
      counted.listeners += 1;
      const stop = ledger.subscribe(listener);
      return () => {
        counted.listeners -= 1;
        stop();
      };
    },
  };
}

/** A provider that is never looked at: its watcher is not started. */
function restingProvider(): WatchedProvider {
  const micro = findProvider('micro');
  if (micro === null) throw new Error('there is no such provider');
  return {
    id: PROVIDER_ID,
    kind: micro.kind,
    name: micro.title,
    capabilities: micro.capabilities,
    cadence: { minIntervalMs: 2_000, maxIntervalMs: 300_000 },
    budget: { perSecond: null, perMonth: null },
    concurrency: 1,
    rowValues: { kind: 'keep' },
    maxRows: 1_000,
    leaseMs: 60_000,
    connect: () => ({
      largestBatch: 1,
      look: () => Promise.reject(new Error('the watcher was not started')),
    }),
  };
}
