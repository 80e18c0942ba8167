import type { ProviderError, ProviderErrorKind } from '../domain/provider-error.ts';
import { sumTally } from '../domain/row.ts';
import type { RowErrorSummary } from '../domain/row.ts';
import type { OpenCapture } from '../ledger/row-ledger.ts';
import { backoffMs } from './schedule.ts';
import { GIVE_UP_AFTER_MS, hasTriedEnough, KEEP, recording } from './verdict.ts';
import type { Circumstances, Verdict } from './verdict.ts';
import { failureMs } from './waits.ts';

/** What came of reading some rows of a finished import. */
export type CaptureResult =
  /** There are more, and they are read next time. */
  | { readonly kind: 'unfinished' }
  /** There should be more, and the vendor does not show them yet. */
  | { readonly kind: 'waiting'; readonly capture: OpenCapture }
  | { readonly kind: 'whole'; readonly capture: OpenCapture }
  /** More failed rows are there than are kept. */
  | { readonly kind: 'cut'; readonly capture: OpenCapture; readonly limit: number }
  | { readonly kind: 'not-granted'; readonly capture: OpenCapture }
  | { readonly kind: 'failed'; readonly capture: OpenCapture; readonly error: ProviderError };

/** What it means for what we know of the import. Whatever it is, the finish itself stands. */
export function judgeCapture(result: CaptureResult, given: Circumstances): Verdict {
  const at = hasGoneOn(result, given) ? afterProgress(given) : given;
  switch (result.kind) {
    case 'unfinished':
      return goOn(at, { waitMs: 0 });
    case 'waiting':
      return judgeWaiting(at, result);
    case 'whole':
      return settle(at, result.capture, { totalCount: totalOf(at, result.capture) });
    case 'cut':
      return settle(at, result.capture, { totalCount: cutTotal(at, result), limit: result.limit });
    case 'not-granted':
      return settle(at, result.capture, { totalCount: findTotal(at, result.capture) });
    case 'failed':
      return judgeFailure(at, result);
  }
}

/** Whether something of the list came before whatever happened then. */
function hasGoneOn(result: CaptureResult, { claim }: Circumstances): boolean {
  const begun = claim.schedule.capture;
  if (begun === null || !('capture' in result)) return false;
  const { seen, next } = result.capture;
  return next !== begun.next || sumTally(seen) > sumTally(begun.seen);
}

/** What failed before is not in a row with what fails now. */
function afterProgress(at: Circumstances): Circumstances {
  const schedule = { ...at.claim.schedule, attempts: 0, failingSince: null };
  return { ...at, claim: { ...at.claim, schedule } };
}

/** A list may be behind the summary for a moment, as a summary may be behind its job. */
function judgeWaiting(
  at: Circumstances,
  { capture }: Extract<CaptureResult, { kind: 'waiting' }>,
): Verdict {
  if (at.now >= capture.since + at.holdFinishForMs) {
    return settle(at, capture, { totalCount: totalOf(at, capture) });
  }
  const attempts = at.claim.schedule.attempts + 1;
  const waitMs = backoffMs({ cadence: at.cadence, attempts, factor: 1, random: at.random });
  return goOn(at, { waitMs, attempts });
}

/** What somebody has to mend, and what is only a matter of time, is waited for however long. */
const FINAL_KINDS: ReadonlySet<ProviderErrorKind> = new Set([
  'timeout',
  'unavailable',
  'unexpected-response',
]);

function isGivenUp(at: Circumstances, { kind }: ProviderError): boolean {
  const { failingSince } = at.claim.schedule;
  const isLong = failingSince !== null && at.now >= failingSince + GIVE_UP_AFTER_MS;
  return FINAL_KINDS.has(kind) && isLong && hasTriedEnough(at);
}

/** A vendor that has forgotten the rows, or never gives them, keeps nobody waiting for ever. */
function judgeFailure(
  at: Circumstances,
  { capture, error }: Extract<CaptureResult, { kind: 'failed' }>,
): Verdict {
  const { expiresAt } = at.claim.import.state.job;
  const isForgotten = error.kind === 'not-found' || (expiresAt !== null && at.now >= expiresAt);
  if (isForgotten || isGivenUp(at, error)) {
    const totalCount = findTotal(at, capture);
    return settle(at, capture, {
      totalCount,
      isExpired: isForgotten && totalCount !== null,
      error,
    });
  }
  const attempts = at.claim.schedule.attempts + 1;
  return goOn(at, { waitMs: failureMs(error, at), attempts, error });
}

/** Where the list came to its end, what was read of it is all there is. */
function cutTotal(
  at: Circumstances,
  { capture }: Extract<CaptureResult, { kind: 'cut' }>,
): number | null {
  return capture.next === null ? totalOf(at, capture) : findTotal(at, capture);
}

/** How many failed rows there are, if the summary or the list says. */
function findTotal(at: Circumstances, capture: OpenCapture): number | null {
  return countsOf(at, capture).length > 0 ? totalOf(at, capture) : null;
}

/**
 * By the summary, by the counters, by the list, or by what was read: whichever is the most. Null when
 * nobody counts and nothing was read, which does not say that nothing failed.
 */
function totalOf(at: Circumstances, capture: OpenCapture): number | null {
  const { FAILED: read } = capture.seen;
  const counts = [...countsOf(at, capture), ...(read > 0 ? [read] : [])];
  return counts.length === 0 ? null : Math.max(...counts);
}

function countsOf({ claim }: Circumstances, { totalFailed }: OpenCapture): readonly number[] {
  const { counters, rowErrors } = claim.import.state;
  return [rowErrors.totalCount, counters.failed, totalFailed].filter((count) => count !== null);
}

interface Ending {
  readonly totalCount: number | null;
  /** The most failed rows that are kept; absent when they were not too many. */
  readonly limit?: number;
  /** The vendor has forgotten the rows. */
  readonly isExpired?: boolean;
  readonly error?: ProviderError;
}

function settle(at: Circumstances, capture: OpenCapture, ending: Ending): Verdict {
  const { error } = ending;
  const isEmpty = sumTally(capture.kept) === 0;
  return recording(at, {
    state: { ...at.claim.import.state, rowErrors: summaryOf(capture, ending) },
    rows: isEmpty ? KEEP : { kind: 'captured', captureId: capture.id },
    held: null,
    freshness: 'SETTLED',
    waitMs: null,
    ...(error && { error }),
  });
}

/** All is held if nobody counted more than there is. */
function summaryOf(
  { kept }: OpenCapture,
  { totalCount, limit, isExpired }: Ending,
): RowErrorSummary {
  if (kept.FAILED === totalCount) return { availability: 'COMPLETE', totalCount, limit: null };
  const none = isExpired === true ? 'EXPIRED' : 'COUNT_ONLY';
  const availability = kept.FAILED > 0 ? 'TRUNCATED' : none;
  return { availability, totalCount, limit: limit ?? null };
}

interface Continuation {
  readonly waitMs: number;
  readonly attempts?: number;
  readonly error?: ProviderError;
}

function goOn(at: Circumstances, continuation: Continuation): Verdict {
  return recording(at, {
    state: null,
    rows: { kind: 'capturing' },
    held: null,
    freshness: continuation.error === undefined ? 'LIVE' : 'BACKING_OFF',
    ...continuation,
  });
}
