import type { ProviderError } from '../domain/provider-error.ts';
import type { Freshness, ImportState } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import type { Recording, RowsRecording } from '../ledger/ledger.ts';
import type { HeldFinish } from '../ledger/look-ledger.ts';
import type { Look } from '../providers/provider.ts';
import { stateOf } from './captured-rows.ts';
import type { CapturedRows } from './captured-rows.ts';
import { besideWhatStands } from './standing-evidence.ts';
import { attemptsAfter, failureMs, growingMs, liveMs } from './waits.ts';
import type { WaitConditions } from './waits.ts';

/** Everything that decides what a look means, and nothing that acts. */
export interface Circumstances extends WaitConditions {
  /** How long a vendor may not show an import that was just started. */
  readonly appearsWithinMs: number;
  /** How long a finish that is not whole is held back. */
  readonly holdFinishForMs: number;
}

/** What is to be recorded, with whatever lease the look was made. */
export type Verdict = Omit<Recording, 'lease'>;

/** After this, a finish is taken as it is, whatever it lacks. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** And not before so many tries: a service that was stopped for two days has not tried for two days. */
const FEWEST_TRIES = 10;

export function hasTriedEnough({ claim }: Circumstances): boolean {
  return claim.schedule.attempts + 1 >= FEWEST_TRIES;
}

/**
 * What one look means for what we know of an import and when we look again. `captured` are the rows
 * that came along with it.
 */
export function judge(
  look: Look,
  captured: CapturedRows | null,
  circumstances: Circumstances,
): Verdict {
  return look.kind === 'observed'
    ? judgeObservation(look.observation, captured, circumstances)
    : judgeFailure(look.error, circumstances);
}

function judgeObservation(
  observation: Observation,
  captured: CapturedRows | null,
  at: Circumstances,
): Verdict {
  const isFinished = observation.job.phase === 'FINISHED';
  // A finish is never taken back, whatever a late or stale answer says.
  if (!isFinished && (wasFinished(at) || at.claim.schedule.held !== null)) {
    return holdOn(at, { held: at.claim.schedule.held });
  }
  if (!isFinished) return goOn(besideWhatStands(observation, at.claim.import), at);
  const { lacking, lackingForMs } = observation;
  const state = stateOf(observation, captured);
  if (lacking === null) return settle(at, state, captured?.id ?? null);
  const held = heldOf(at, state, captured);
  return holdOn(at, { held, ...(lackingForMs !== undefined && { lackingForMs }) });
}

function goOn(observation: Observation, at: Circumstances): Verdict {
  const { job } = observation;
  const known = { state: stateOf(observation, null), rows: KEEP, held: null };
  if (job.phase === 'UNKNOWN') {
    const waitMs = growingMs(at, job.expiresAt);
    return recording(at, { ...known, freshness: 'LIVE', attempts: attemptsAfter(at), waitMs });
  }
  const waitMs = liveMs(job, at, { isWatched: false });
  const watchedWaitMs = liveMs(job, at, { isWatched: true });
  return recording(at, { ...known, freshness: 'LIVE', waitMs, watchedWaitMs });
}

export const KEEP: RowsRecording = { kind: 'keep' };

/**
 * A finish to hold on to. One that was published whole stays what it is: another look at it that
 * lacks something (because its flag was changed, say) takes nothing away.
 */
function heldOf(
  { claim, now }: Circumstances,
  state: ImportState,
  captured: CapturedRows | null,
): HeldFinish {
  const { held } = claim.schedule;
  const since = held?.since ?? now;
  const isKnown = held === null ? isFinishedState(claim.import.state) : held.isKnown;
  if (isKnown) return { since, state: claim.import.state, captureId: null, isKnown };
  return { since, state, captureId: captured?.id ?? null, isKnown };
}

/** What becomes of the rows of a finish: they came with it, are to be read, or stay as they are. */
function rowsOf({ rowErrors }: ImportState, captureId: number | null): RowsRecording {
  if (captureId !== null) return { kind: 'captured', captureId };
  if (rowErrors.availability === 'PENDING') return { kind: 'capturing' };
  const isNone = rowErrors.availability === 'COMPLETE' && rowErrors.totalCount === 0;
  return isNone ? { kind: 'none' } : KEEP;
}

/** The end of an import, unless its rows are still to be read. */
function settle(at: Circumstances, seen: ImportState, captureId: number | null): Verdict {
  const state = captureId === null ? withHeldRows(at, seen) : seen;
  const rows = state === seen ? rowsOf(state, captureId) : KEEP;
  const known = { state, rows, held: null };
  if (rows.kind === 'capturing') return recording(at, { ...known, freshness: 'LIVE', waitMs: 0 });
  return recording(at, { ...known, freshness: 'SETTLED', waitMs: null });
}

/** Rows that are held already stand: they are of a finish, and the vendor may have forgotten them. */
function withHeldRows({ claim }: Circumstances, seen: ImportState): ImportState {
  const { rowErrors } = claim.import.state;
  const isCaptured =
    rowErrors.availability === 'COMPLETE' || rowErrors.availability === 'TRUNCATED';
  return isCaptured && rowErrors.totalCount !== 0 ? { ...seen, rowErrors } : seen;
}

interface Holding {
  /** Null when the finish is published already and nothing is lacking. */
  readonly held: HeldFinish | null;
  /** Why nothing was learnt; absent when the vendor answered. */
  readonly error?: ProviderError;
  /** How long the vendor asked not to be asked for what is lacking; absent when it did not. */
  readonly lackingForMs?: number;
}

/**
 * The vendor said once that it ended, and what belongs to the end could not be had. Keeps what is
 * published for as long as a finish may be held back, then publishes the finish as it is, and in
 * the end takes it for whole.
 */
function holdOn(at: Circumstances, { held, error, lackingForMs }: Holding): Verdict {
  const { claim, cadence, now, holdFinishForMs } = at;
  const failing = error === undefined ? {} : { error };
  const heldForMs = held === null ? Infinity : now - held.since;
  const isPublishedAlready = wasFinished(at) && held === claim.schedule.held;
  const published =
    isPublishedAlready || held === null
      ? { state: null, rows: KEEP }
      : { state: held.state, rows: withoutReading(rowsOf(held.state, held.captureId)) };
  if (held === null || (heldForMs >= GIVE_UP_AFTER_MS && hasTriedEnough(at))) {
    const { state } = held ?? claim.import;
    if (state.rowErrors.availability === 'PENDING') return settle(at, state, null);
    return recording(at, {
      ...published,
      held: null,
      freshness: 'SETTLED',
      waitMs: null,
      ...failing,
    });
  }
  const leftMs = wasFinished(at) ? 0 : holdFinishForMs - heldForMs;
  // No look comes before the vendor's own pause is over, so it is now or too late.
  const askedForMs = error?.retryAfterMs ?? lackingForMs ?? 0;
  const isPublished = leftMs <= 0 || askedForMs > leftMs;
  const attempts = attemptsAfter(at);
  const calm = isPublished || claim.import.revision > 0 ? 'LIVE' : 'PENDING';
  const freshness = error === undefined ? calm : 'BACKING_OFF';
  if (!isPublished) {
    const pauseMs = error === undefined ? cadence.minIntervalMs : failureMs(error, at);
    const waitMs = Math.min(Math.max(pauseMs, askedForMs), leftMs);
    return recording(at, { state: null, rows: KEEP, held, freshness, waitMs, ...failing });
  }
  const pauseMs = error === undefined ? growingMs(at, null) : failureMs(error, at);
  const waitMs = Math.max(pauseMs, askedForMs);
  return recording(at, { ...published, held, freshness, attempts, waitMs, ...failing });
}

/** Its rows are read once nothing is lacking any more. */
function withoutReading(rows: RowsRecording): RowsRecording {
  return rows.kind === 'capturing' ? KEEP : rows;
}

function judgeFailure(error: ProviderError, at: Circumstances): Verdict {
  const { claim, now } = at;
  if (error.kind === 'not-found') return judgeNotFound(error, at);
  const expiresAt = claim.import.state.job.expiresAt;
  if (expiresAt !== null && now >= expiresAt) return forget(error, at);
  const { held } = claim.schedule;
  if (held !== null || wasFinished(at)) return holdOn(at, { held, error });
  return recording(at, {
    state: null,
    rows: KEEP,
    held: null,
    freshness: 'BACKING_OFF',
    error,
    attempts: attemptsAfter(at),
    waitMs: failureMs(error, at),
  });
}

function judgeNotFound(error: ProviderError, at: Circumstances): Verdict {
  const { claim, cadence, now } = at;
  const leftMs = claim.schedule.trackedAt + at.appearsWithinMs - now;
  if (leftMs > 0) {
    return recording(at, {
      state: null,
      rows: KEEP,
      held: claim.schedule.held,
      freshness: claim.import.revision === 0 ? 'PENDING' : 'LIVE',
      error,
      waitMs: Math.min(cadence.minIntervalMs, leftMs),
    });
  }
  if (claim.import.revision > 0 || claim.schedule.held !== null) return forget(error, at);
  return recording(at, {
    state: null,
    rows: KEEP,
    held: null,
    freshness: 'NOT_FOUND',
    error,
    waitMs: null,
  });
}

/** The vendor has forgotten an import that we knew: what we know stands, rows we lack are lost. */
function forget(error: ProviderError, at: Circumstances): Verdict {
  const { held } = at.claim.schedule;
  const state = held?.state ?? at.claim.import.state;
  const isRowsLost = state.rowErrors.availability === 'PENDING';
  return recording(at, {
    state: isRowsLost
      ? { ...state, rowErrors: { ...state.rowErrors, availability: 'EXPIRED' } }
      : state,
    rows: held === null ? KEEP : withoutReading(rowsOf(held.state, held.captureId)),
    held: null,
    freshness: 'GONE',
    error,
    waitMs: null,
  });
}

interface Decision {
  readonly state: ImportState | null;
  readonly rows: Recording['rows'];
  readonly held: HeldFinish | null;
  readonly freshness: Freshness['state'];
  /** Until the next look; null for none. */
  readonly waitMs: number | null;
  /** The same if somebody watches; absent: it makes no difference. */
  readonly watchedWaitMs?: number;
  /** Absent: the vendor answered. */
  readonly error?: ProviderError;
  /** Absent: 0. */
  readonly attempts?: number;
}

export function recording({ claim, now }: Circumstances, decision: Decision): Verdict {
  const { error, watchedWaitMs } = decision;
  return {
    ref: claim.import.ref,
    basedOnRevision: claim.import.revision,
    state: decision.state,
    rows: decision.rows,
    held: decision.held,
    attempts: decision.attempts ?? 0,
    freshness: {
      state: decision.freshness,
      observedAt: error === undefined ? now : claim.import.freshness.observedAt,
      nextLookAt: decision.waitMs === null ? null : Math.ceil(now + decision.waitMs),
      error: error === undefined ? null : { kind: error.kind, message: error.message },
    },
    watchedLookAt: watchedWaitMs === undefined ? null : Math.ceil(now + watchedWaitMs),
    now,
  };
}

function wasFinished({ claim }: Circumstances): boolean {
  return isFinishedState(claim.import.state);
}

function isFinishedState({ job }: ImportState): boolean {
  return job.phase === 'FINISHED';
}
