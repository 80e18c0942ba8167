import type { PlannedLoad } from './replica-loads.ts';
import type { Histories } from './replica-truth.ts';
import type { Asking } from './replica-vendors.ts';

export interface LooksToCheck {
  readonly askings: readonly Asking[];
  readonly loads: readonly PlannedLoad[];
  readonly histories: Histories;
  /** By replica. */
  readonly killedAt: ReadonlyMap<string, number>;
  readonly minIntervalMs: number;
}

export interface Looks {
  readonly count: number;
  /** Those that came to nothing, as whoever made them was killed. */
  readonly lost: number;
  /** What should not have been, in words. */
  readonly faults: readonly string[];
}

/**
 * A replica that is killed is gone for the others some ten seconds after its last beat, and that was
 * about a second before. So what it held is free no sooner than this after it was killed.
 */
const HELD_MS = 5_000;

/** Imports of this vendor are looked at many at once, which lets some come along that are due soon. */
const COME_ALONG = 'marketing-cloud';

/**
 * No import was looked at by two replicas within one lease: that ends with a recording, and the next look
 * comes when it is due, or with the death of whoever had it, and the next look comes long after.
 */
export function checkLooks(given: LooksToCheck): Looks {
  const faults: string[] = [];
  let count = 0;
  let lost = 0;
  const byImport = Map.groupBy(given.askings, (one) => `${one.providerId}:${one.externalId}`);
  for (const load of given.loads) {
    const own = byImport.get(load.id) ?? [];
    const looks = own.filter(({ work }) => work === 'look');
    count += looks.length;
    for (const [index, pair] of pairsOf(looks).entries()) {
      const wasLost = isLost(pair, load, given);
      if (wasLost) lost += 1;
      const isSoon = gapOf(pair) < minGapMs(pair, given);
      if (isSoon || (wasLost && !hasDiedBetween(pair, given))) {
        faults.push(`${load.id}, look ${index + 2}: ${describe(pair, given)}`);
      }
    }
    const endedAt = findEnd(load, given);
    for (const { at, replica } of looks.filter((look) => look.at > endedAt)) {
      faults.push(`${load.id}: by ${replica}, ${at - endedAt} ms after its end was recorded`);
    }
    for (const pair of pairsOf(own.filter(({ work }) => work === 'rows'))) {
      const [{ replica, url }, second] = pair;
      const isFault =
        replica === second.replica ? url === second.url : !hasDiedBetween(pair, given);
      if (isFault) faults.push(`${load.id}, rows ${second.url}: ${describe(pair, given)}`);
    }
  }
  return { count, lost, faults };
}

type Pair = readonly [first: Asking, second: Asking];

function pairsOf(askings: readonly Asking[]): readonly Pair[] {
  return askings.slice(1).map((second, index) => [askings[index] ?? second, second] as const);
}

function gapOf([first, second]: Pair): number {
  return second.at - first.at;
}

function minGapMs([{ providerId }]: Pair, { minIntervalMs }: LooksToCheck): number {
  return providerId === COME_ALONG ? minIntervalMs / 2 : minIntervalMs;
}

/** Nothing was recorded of a look that must have seen something new. */
function isLost(
  [first, second]: Pair,
  { id, load }: PlannedLoad,
  { histories }: LooksToCheck,
): boolean {
  // The others show nothing new for a while.
  if (load.queuedForMs > 0 || first.providerId === COME_ALONG) return false;
  const history = histories.get(id) ?? [];
  return !history.some(({ observedAt }) => observedAt >= first.at && observedAt <= second.at);
}

function findEnd({ id }: PlannedLoad, { histories }: LooksToCheck): number {
  const end = histories.get(id)?.find(({ state }) => state.job.phase === 'FINISHED');
  return end?.observedAt ?? Infinity;
}

function hasDiedBetween([first, second]: Pair, { killedAt }: LooksToCheck): boolean {
  return second.at - (killedAt.get(first.replica) ?? second.at) >= HELD_MS;
}

function describe([first, second]: Pair, { killedAt }: LooksToCheck): string {
  const killed = killedAt.get(first.replica);
  const death = killed === undefined ? '' : `, killed ${second.at - killed} ms before`;
  return `by ${first.replica}${death}, and ${second.at - first.at} ms later by ${second.replica}`;
}
