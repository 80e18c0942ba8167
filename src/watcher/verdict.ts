import { PROVIDER_ERROR_MEANING } from '../domain/provider-error.ts';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Freshness, ImportState } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import type { Claim, HeldFinish, Recording } from '../ledger/ledger.ts';
import type { Look } from '../providers/provider.ts';
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
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** What one look means for what we know of an import and when we look again. */
export function judge(look: Look, circumstances: Circumstances): Recording {
  return look.kind === 'observed'
    ? judgeObservation(look.observation, circumstances)
    : judgeFailure(look.error, circumstances);
}

function judgeObservation(observation: Observation, at: Circumstances): Recording {
  const wasFinished = at.claim.import.state.job.phase === 'FINISHED';
  const isFinished = observation.job.phase === 'FINISHED';
  // A finish is never taken back, whatever a late or stale answer says.
  if (!isFinished && (wasFinished || at.claim.schedule.held !== null)) return holdOn(at);
  if (isFinished && observation.lacking !== null) return judgeIncomplete(observation, at);
  const known = { state: stateOf(observation), rows: observation.rows, held: null };
  if (isFinished) return recording(at, { ...known, freshness: 'SETTLED', waitMs: null });
  if (observation.job.phase === 'UNKNOWN') {
    return recording(at, {
      ...known,
      freshness: 'LIVE',
      attempts: attemptsAfter(at),
      waitMs: growingMs(at),
    });
  }
  return recording(at, { ...known, freshness: 'LIVE', waitMs: liveMs(observation, at) });
}

/** The vendor says that it ended, and what belongs to the end could not be had. */
function judgeIncomplete(observation: Observation, at: Circumstances): Recording {
  const { claim, now } = at;
  const state = stateOf(observation);
  const held: HeldFinish = { since: claim.schedule.held?.since ?? now, state };
  const heldForMs = now - held.since;
  const wasFinished = claim.import.state.job.phase === 'FINISHED';
  if (!wasFinished && heldForMs < at.holdFinishForMs) return holdOn(at, held);
  const known = { state, rows: observation.rows, held };
  if (heldForMs >= GIVE_UP_AFTER_MS) {
    return recording(at, { ...known, freshness: 'SETTLED', waitMs: null });
  }
  return recording(at, {
    ...known,
    freshness: 'LIVE',
    attempts: attemptsAfter(at),
    waitMs: growingMs(at),
  });
}

/** Keeps what is published; publishes a finish that was held back for long enough. */
function holdOn(at: Circumstances, held: HeldFinish | null = at.claim.schedule.held): Recording {
  const { claim, cadence, now } = at;
  const leftMs = held === null ? 0 : held.since + at.holdFinishForMs - now;
  if (leftMs > 0) {
    return recording(at, {
      state: null,
      rows: null,
      held,
      freshness: claim.import.revision === 0 ? 'PENDING' : 'LIVE',
      waitMs: Math.min(cadence.minIntervalMs, leftMs),
    });
  }
  return recording(at, {
    state: held?.state ?? null,
    rows: null,
    held,
    freshness: 'LIVE',
    attempts: attemptsAfter(at),
    waitMs: growingMs(at),
  });
}

function judgeFailure(error: ProviderError, at: Circumstances): Recording {
  const { claim, now } = at;
  if (error.kind === 'not-found') return judgeNotFound(error, at);
  const expiresAt = claim.import.state.job.expiresAt;
  if (expiresAt !== null && now >= expiresAt) return forget(error, at);
  const { held } = claim.schedule;
  const isHeldLongEnough = held !== null && now - held.since >= at.holdFinishForMs;
  const pauseMs = error.retryAfterMs ?? failureMs(error, at);
  const leftMs =
    held === null || isHeldLongEnough ? pauseMs : held.since + at.holdFinishForMs - now;
  return recording(at, {
    state: isHeldLongEnough ? held.state : null,
    rows: null,
    held,
    freshness: 'BACKING_OFF',
    error,
    attempts: attemptsAfter(at),
    waitMs: Math.max(1, Math.min(pauseMs, leftMs)),
  });
}

function judgeNotFound(error: ProviderError, at: Circumstances): Recording {
  const { claim, cadence, now } = at;
  const leftMs = claim.schedule.trackedAt + at.appearsWithinMs - now;
  if (leftMs > 0) {
    return recording(at, {
      state: null,
      rows: null,
      held: claim.schedule.held,
      freshness: claim.import.revision === 0 ? 'PENDING' : 'LIVE',
      error,
      waitMs: Math.min(cadence.minIntervalMs, leftMs),
    });
  }
  if (claim.import.revision > 0 || claim.schedule.held !== null) return forget(error, at);
  return recording(at, {
    state: null,
    rows: null,
    held: null,
    freshness: 'NOT_FOUND',
    error,
    waitMs: null,
  });
}

/** The vendor has forgotten an import that we knew: what we know stands, rows we lack are lost. */
function forget(error: ProviderError, at: Circumstances): Recording {
  const state = at.claim.schedule.held?.state ?? at.claim.import.state;
  const isRowsLost = state.rowErrors.availability === 'PENDING';
  return recording(at, {
    state: isRowsLost
      ? { ...state, rowErrors: { ...state.rowErrors, availability: 'EXPIRED' } }
      : state,
    rows: null,
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

function recording({ claim, now }: Circumstances, decision: Decision): Recording {
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

function stateOf({ job, counters, resources, rowErrors }: Observation): ImportState {
  return { job, counters, resources, rowErrors };
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

function growingMs(at: Circumstances): number {
  const { cadence, random, budgetFloorMs } = at;
  const grown = backoffMs({ cadence, attempts: attemptsAfter(at), factor: 1, random });
  return Math.max(grown, budgetFloorMs);
}

function failureMs(error: ProviderError, at: Circumstances): number {
  const factor = PROVIDER_ERROR_MEANING[error.kind].backoffFactor;
  return backoffMs({ cadence: at.cadence, attempts: attemptsAfter(at), factor, random: at.random });
}
