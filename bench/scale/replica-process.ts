import { pino } from 'pino';
import { z } from 'zod';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { Ledger, Recording } from '../../src/ledger/ledger.ts';
import type { ClaimQuery, RoomQuery } from '../../src/ledger/look-ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { Order } from './counts.ts';
import type { Counts, Looks } from './counts.ts';
import { createVendorFetch, watchedProviders } from './fleet.ts';

const Settings = z.object({ url: z.string(), changing: z.number() });
const { url, changing } = Settings.parse(JSON.parse(process.argv[2] ?? '{}'));

const logger = pino({ level: 'warn' }, process.stderr);
const counted = { looks: 0, claims: 0, claimed: 0, revisions: 0, storeMs: 0, questions: 0 };
const looks: { indexes: number[]; at: number[]; lagMs: number[] } = {
  indexes: [],
  at: [],
  lagMs: [],
};

const store = await openLedger(url, { clock: SYSTEM_CLOCK, logger });
const vendorFetch = createVendorFetch({
  changing,
  onLook: (index) => {
    counted.looks += 1;
    looks.indexes.push(index);
    looks.at.push(Date.now());
  },
  now: Date.now,
});
const ledger = countQuestions(store);
const watcher = await Watcher.create({
  providers: watchedProviders(vendorFetch),
  ledger,
  clock: SYSTEM_CLOCK,
  random: Math.random,
  logger,
  holdFinishForMs: 60_000,
});

/** Adds up the time that a question takes. */
function timed<A extends readonly unknown[], R>(
  run: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const askedAt = performance.now();
    try {
      return await run(...args);
    } finally {
      counted.questions += 1;
      counted.storeMs += performance.now() - askedAt;
    }
  };
}

/** The same ledger, counted. */
function countQuestions(counting: Ledger): Ledger {
  const claimDue = timed((query: ClaimQuery) => counting.claimDue(query));
  const record = timed((recording: Recording) => counting.record(recording));
  return {
    ...counting,
    takeRoom: timed((query: RoomQuery) => counting.takeRoom(query)),
    findNextDueAt: timed((providerId: string) => counting.findNextDueAt(providerId)),
    claimDue: async (query) => {
      const claims = await claimDue(query);
      if (claims.length > 0) counted.claims += 1;
      counted.claimed += claims.length;
      const now = Date.now();
      for (const { import: known } of claims) {
        looks.lagMs.push(Math.max(0, now - (known.freshness.nextLookAt ?? now)));
      }
      return claims;
    },
    record: async (recording) => {
      const recorded = await record(recording);
      if (recorded !== null && recorded.revision > recording.basedOnRevision) {
        counted.revisions += 1;
      }
      return recorded;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function answer(order: Order): Promise<Counts | Looks | 'started'> {
  if (order === 'start') {
    watcher.start();
    return 'started';
  }
  if (order === 'counts') return { ...counted, cpuMs: cpuMs() };
  await watcher.stop(5_000);
  return looks;
}

process.on('message', (message) => {
  const order = Order.parse(message);
  answer(order).then(
    (said) => process.send?.(said),
    (error: unknown) => {
      logger.error({ err: error }, `could not ${order}`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => {
  store.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.send?.('ready');
