import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Freshness, ImportState } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import type { Claim, HeldFinish, Recording, RowsRecording } from '../ledger/ledger.ts';
import type { Look } from '../providers/provider.ts';
import { stateOf } from './captured-rows.ts';
import type { CapturedRows } from './captured-rows.ts';
import { backoffMs, intervalMs } from './schedule.ts';
import type { Cadence } from './schedule.ts';

/** Everything that decides what a look means, and nothing that acts. */
export interface Circumstances {
  readonly claim: Claim;
  readonly cadence: Cadence;
  /** How long a vendor may not show an import that was just started. */
  readonly appearsWithinMs: number;
  /** How long a finish that is not whole is held back. */
  readonly holdFinishForMs: number;
  readonly isWatched: boolean;
  readonly budgetFloorMs: number;
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

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
): Recording {
  return look.kind === 'observed'
    ? judgeObservation(look.observation, captured, circumstances)
    : judgeFailure(look.error, circumstances);
}

function judgeObservation(
  observation: Observation,
  captured: CapturedRows | null,
  at: Circumstances,
): Recording {
  const isFinished = observation.job.phase === 'FINISHED';
  // A finish is never taken back, whatever a late or stale answer says.
  if (!isFinished && (wasFinished(at) || at.claim.schedule.held !== null)) {
    return holdOn(at, { held: at.claim.schedule.held });
  }
  const { lacking } = observation;
  const state = stateOf(observation, captured);
  if (isFinished && lacking !== null) return holdOn(at, { held: heldOf(at, state, captured) });
  if (isFinished) return settle(at, state, captured?.id ?? null);
  const known = { state, rows: KEEP, held: null };
  if (observation.job.phase === 'UNKNOWN') {
    const waitMs = growingMs(at, observation.job.expiresAt);
    return recording(at, { ...known, freshness: 'LIVE', attempts: attemptsAfter(at), waitMs });
  }
  return recording(at, { ...known, freshness: 'LIVE', waitMs: liveMs(observation, at) });
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
function settle(at: Circumstances, seen: ImportState, captureId: number | null): Recording {
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
  /** How long to wait after the failure. */
  readonly pauseMs?: number;
}

/**
 * The vendor said once that it ended, and what belongs to the end could not be had. Keeps what is
 * published for as long as a finish may be held back, then publishes the finish as it is, and in
 * the end takes it for whole.
 */
function holdOn(at: Circumstances, { held, error, pauseMs }: Holding): Recording {
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
  const isPublished = leftMs <= 0 || (error?.retryAfterMs ?? 0) > leftMs;
  const attempts = attemptsAfter(at);
  const calm = isPublished || claim.import.revision > 0 ? 'LIVE' : 'PENDING';
  const freshness = error === undefined ? calm : 'BACKING_OFF';
  if (!isPublished) {
    const waitMs = Math.min(pauseMs ?? cadence.minIntervalMs, leftMs);
    return recording(at, { state: null, rows: KEEP, held, freshness, waitMs, ...failing });
  }
  const waitMs = pauseMs ?? growingMs(at, null);
  return recording(at, { ...published, held, freshness, attempts, waitMs, ...failing });
}

/** Its rows are read once nothing is lacking any more. */
function withoutReading(rows: RowsRecording): RowsRecording {
  return rows.kind === 'capturing' ? KEEP : rows;
}

function judgeFailure(error: ProviderError, at: Circumstances): Recording {
  const { claim, now } = at;
  if (error.kind === 'not-found') return judgeNotFound(error, at);
  const expiresAt = claim.import.state.job.expiresAt;
  if (expiresAt !== null && now >= expiresAt) return forget(error, at);
  const pauseMs = error.retryAfterMs ?? failureMs(error, at);
  const { held } = claim.schedule;
  if (held !== null || wasFinished(at)) return holdOn(at, { held, error, pauseMs });
  return recording(at, {
    state: null,
    rows: KEEP,
    held: null,
    freshness: 'BACKING_OFF',
    error,
    attempts: attemptsAfter(at),
    waitMs: pauseMs,
  });
}

function judgeNotFound(error: ProviderError, at: Circumstances): Recording {
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
function forget(error: ProviderError, at: Circumstances): Recording {
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
  /** Absent: the vendor answered. */
  readonly error?: ProviderError;
  /** Absent: 0. */
  readonly attempts?: number;
}

export function recording({ claim, now }: Circumstances, decision: Decision): Recording {
  const { error } = decision;
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
    now,
  };
}

function wasFinished({ claim }: Circumstances): boolean {
  return isFinishedState(claim.import.state);
}

function isFinishedState({ job }: ImportState): boolean {
  return job.phase === 'FINISHED';
}

function attemptsAfter({ claim }: Circumstances): number {
  return claim.schedule.attempts + 1;
}

function liveMs({ job }: Observation, at: Circumstances): number {
  const { claim, now, cadence, isWatched, budgetFloorMs, random } = at;
  const startedAt = job.startedAt ?? job.queuedAt ?? claim.schedule.trackedAt;
  return intervalMs({
    cadence,
    // A vendor's clock may be ahead of ours.
    runningForMs: Math.max(0, now - startedAt),
    isWatched,
    budgetFloorMs,
    expiresInMs: job.expiresAt === null ? null : job.expiresAt - now,
    random,
  });
}

/** Longer each time that nothing is learnt, but never so long that the vendor forgets it first. */
function growingMs(at: Circumstances, expiresAt: number | null): number {
  const { cadence, random, budgetFloorMs, now } = at;
  const grown = backoffMs({ cadence, attempts: attemptsAfter(at), factor: 1, random });
  const waitMs = Math.max(grown, budgetFloorMs);
  if (expiresAt === null) return waitMs;
  return Math.min(waitMs, Math.max(cadence.minIntervalMs, (expiresAt - now) / 2));
}

function failureMs(error: ProviderError, at: Circumstances): number {
  const factor = PROVIDER_ERROR_MEANING[error.kind].backoffFactor;
  return backoffMs({ cadence: at.cadence, attempts: attemptsAfter(at), factor, random: at.random });
}
