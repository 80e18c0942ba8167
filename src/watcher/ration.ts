import type { Claim } from '../ledger/look-ledger.ts';

/**
 * How the requests of a month are shared out where a vendor forgets what it imported: one is kept for
 * each import that can be lost, for those that are watched and for those that may yet come; what is left
 * is for looks that can wait.
 */
export interface Ration {
  /** Requests for looks that can wait. */
  readonly spare: number;
  /** With fewer to spare, the first look at an import waits, too. */
  readonly ample: number;
  /** The shortest interval between two looks at one import. */
  readonly floorMs: number;
  /** Imports that are lost if nothing changes. */
  readonly lost: number;
  readonly isSpent: boolean;
  readonly resetsAt: number;
  /** How long the vendor keeps an import that has ended. */
  readonly retentionMs: number;
}

export interface RationConditions {
  /** Requests a month. */
  readonly perMonth: number;
  readonly used: number;
  readonly monthMs: number;
  readonly now: number;
  readonly resetsAt: number;
  readonly retentionMs: number;
  /** Imports that are looked at. */
  readonly active: number;
  /** Those of them that are forgotten before `lastOfMonth`. */
  readonly needed: number;
}

/** For looks that fail, and for two who look at once and take the same request to be free. */
const SLACK = 0.01;

/**
 * With so much of an even stock to spare, looks are as quick as elsewhere, and with half of it they keep
 * to an even pace: until then the first look at an import waits for nothing.
 */
const FULL_STOCK = 0.9;
const HALF_STOCK = 0.5;

/**
 * What can come is what could be looked at once if it came evenly through the month; what comes later
 * than a retention before its end is for the next month. So no forecast is needed: when fewer come than
 * that, what was kept for them is to spare by and by.
 */
export function rationOf(conditions: RationConditions): Ration {
  const { perMonth, used, monthMs, now, resetsAt, retentionMs, active, needed } = conditions;
  const resetsInMs = resetsAt - now;
  const horizonMs = Math.min(resetsInMs, retentionMs);
  const left = perMonth - used;
  const coming = perMonth * ((resetsInMs - horizonMs) / monthMs);
  const spare = left - needed - coming - perMonth * SLACK;
  const even = perMonth * (horizonMs / monthMs);
  const stretch = (even * FULL_STOCK - spare) / (even * (FULL_STOCK - HALF_STOCK));
  // Quick looks at some are not to leave others without any.
  const share = spare < active ? 1 : Math.min(1, Math.max(0, stretch));
  // What is kept for those that are watched is for looks at them, too.
  const evenPaceMs = (horizonMs * active) / (spare + needed);
  return {
    spare,
    ample: Math.max(even * HALF_STOCK, active),
    floorMs: spare < 1 ? resetsInMs : evenPaceMs * share,
    lost: Math.max(0, needed - left),
    isSpent: left < 1,
    resetsAt,
    retentionMs,
  };
}

/** An import that is forgotten soon after the requests are back may have to be read before that. */
const TURN_MS = 3_600_000;

/** What is forgotten until then is to be looked at with the requests that are left. */
export function lastOfMonth(resetsAt: number): number {
  return resetsAt + TURN_MS;
}

/** What is known of when an import is forgotten. */
export type Expiring = Pick<Claim, 'import' | 'schedule'>;

/** When the vendor forgets an import: as it says, else not before that. */
export function deadlineOf({ import: known, schedule }: Expiring, retentionMs: number): number {
  const { expiresAt } = known.state.job;
  return expiresAt ?? (known.freshness.observedAt ?? schedule.trackedAt) + retentionMs;
}

/**
 * So long before an import is forgotten it is looked at, whatever that costs: early enough to outlast an
 * outage, and, in case it still runs then, twice again.
 */
const CALLS_MS = [12 * 3_600_000, 45 * 60_000, 3 * 60_000] as const;

/** How long it is until the next of these looks; null when there is none any more. */
export function nextCallMs(expiresInMs: number): number | null {
  const call = CALLS_MS.find((callMs) => callMs < expiresInMs);
  return call === undefined ? null : expiresInMs - call;
}

/** Whether one of these looks is due and was not made yet. */
function isCalled(expiring: Expiring, { deadline, now }: { deadline: number; now: number }) {
  const seenAt = expiring.import.freshness.observedAt ?? -Infinity;
  return (
    now < deadline && CALLS_MS.some((call) => seenAt < deadline - call && deadline - call <= now)
  );
}

/** What is put off is asked again after this whether it can be looked at. */
export const PUT_OFF_MS = 12 * 3_600_000;

/** Until when to put off a look that is due, so that no import is lost for it; null to look now. */
export function putOffUntil(expiring: Expiring, ration: Ration, now: number): number | null {
  const { spare, ample, floorMs, isSpent, resetsAt, retentionMs } = ration;
  const deadline = deadlineOf(expiring, retentionMs);
  const isOfThisMonth = deadline <= lastOfMonth(resetsAt);
  if (isOfThisMonth && isCalled(expiring, { deadline, now })) return null;
  const { import: known, schedule } = expiring;
  const isUnseen = known.freshness.observedAt === null;
  const mayBeFirst = spare >= ample || now >= schedule.trackedAt + floorMs;
  if (spare >= 1 && (!isUnseen || mayBeFirst)) return null;
  // The vendor said that it is gone: when nothing can be asked, that is believed.
  if (isSpent && now >= deadline && known.state.job.expiresAt !== null) return null;
  const callMs = nextCallMs(deadline - now) ?? Infinity;
  return Math.ceil(now + Math.min(PUT_OFF_MS, callMs, resetsAt - now));
}
